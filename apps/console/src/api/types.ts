/** Shapes of the control API as the console reads them: JSON over `/api/v1`, times RFC 3339, digests `sha256:…`. */
export type Stage =
  | 'registered'
  | 'assessed'
  | 'approved'
  | 'deployed'
  | 'retired'
  | 'quarantined'
  | 'retracted'
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical'
export type DriftVerdict = 'stable' | 'warning' | 'drifted' | 'unknown'
export type EntityRef = { kind: string; id: string }
export type Page<T> = { items: T[]; nextCursor?: string }

export type Session = {
  principal: { kind: string; id: string; roles: string[]; tenant: string; via?: string }
  mode: 'development' | 'production'
  product: { name: string; version: string }
}

export type PipelineRoom = {
  id: string
  title: string
  present: boolean
  rate: number
  unit: string
  openSignals: number
  severity?: Severity
}
export type PipelineArrow = { from: string; to: string; rate: number; unit: string }
export type ModelTile = {
  name: string
  version: string
  digest: string
  stage: Stage
  requestsPerSecond: number
  sparkline: number[]
  drift: { verdict: DriftVerdict; worst?: string }
  evidenceValid: boolean
}
export type Overview = {
  sentence: string
  ok: boolean
  counts: Record<string, number>
  pipeline: { rooms: PipelineRoom[]; arrows: PipelineArrow[] }
  changes: { time: string; title: string; entity: EntityRef; principal: string }[]
  waiting: { title: string; entity: EntityRef; action: string }[]
  models: ModelTile[]
}

export type ArtifactRef = { path: string; role: string; digest: string; sizeBytes: number }
export type TensorSpec = { name: string; datatype: string; shape: number[] }
export type ModelSpec = {
  description?: string
  labels?: Record<string, string>
  features?: { name: string; input: string; index: number; description?: string }[]
  classes?: string[]
  reference?: { label: string; prediction: string }
  limits?: { minAccuracy?: number; minBalancedAccuracy?: number }
}
export type ModelVersionItem = {
  name: string
  version: string
  digest: string
  stage: Stage
  description?: string
  labels?: Record<string, string>
  createdBy: string
  createdAt: string
  updatedAt: string
  revision: number
  serving: boolean
  isDefault: boolean
}
export type Transition = {
  from: Stage | null
  to: Stage
  reason: string
  principal: string
  time: string
  decisionId?: string
}
export type Envelope = {
  payloadType: string
  payload: string
  signatures: { keyid: string; sig: string }[]
}
export type Evidence = {
  id: string
  predicateType: string
  subjectDigest: string
  subjectName?: string
  verified: boolean
  principal?: string
  createdAt: string
  predicate: Record<string, unknown>
  envelope?: Envelope
}
export type Decision = {
  id: string
  pack: string
  action?: string
  principal: string
  entity?: EntityRef
  allow: boolean
  reasons: string[]
  obligations: Record<string, unknown>
  bundleDigest: string
  inputDigest: string
  evaluationMicros: number
  time: string
}
export type TransitionAction = { to: Stage; allow: boolean; reasons: string[] }
export type Passport = ModelVersionItem & {
  artifacts: ArtifactRef[]
  spec: ModelSpec
  signature?: { inputs: TensorSpec[]; outputs: TensorSpec[] }
  transitions: Transition[]
  evidence: Evidence[]
  decisions: Decision[]
  actions: TransitionAction[]
  serving: boolean
  routes?: { name: string; requestsPerSecond: number; drift?: { verdict: DriftVerdict; worst?: string } }[]
}

export type Route = {
  name: string
  model: string
  version?: string
  digest?: string
  isDefault?: boolean
  payloadSchema?: Record<string, unknown>
  requestsPerSecond?: number
  p99Ms?: number
  updatedAt?: string
}
export type RouteStats = {
  windowSeconds: number
  series: {
    time: number[]
    requests: number[]
    errors: number[]
    denied: number[]
    shed: number[]
    p50Ms: (number | null)[]
    p99Ms: (number | null)[]
  }
  predictions: Record<string, number>
}

export type TelemetryItem = {
  model: string
  version: string
  rows: number
  verdict: DriftVerdict
  worstFeature?: string
  updatedAt?: string
}
export type FeatureDrift = {
  name: string
  psi: number
  ks: { statistic: number; pValue: number }
  wasserstein: number
  verdict: DriftVerdict
}
export type TelemetryWindow = { from: string; to: string; rows: number; features: FeatureDrift[] }
export type TelemetryDetail = {
  model: string
  version: string
  reference: { rows: number }
  windows: TelemetryWindow[]
  thresholds: Record<string, number>
}
export type Binned = { edges: number[]; counts: number[]; labels?: string[] }
export type FeatureDetail = {
  name: string
  reference: Binned
  current: Binned
  psi: number
  ks: { statistic: number; pValue: number }
  wasserstein: number
  verdict: DriftVerdict
}

export type SignalState = 'raised' | 'updated' | 'cleared'
export type Signal = {
  schema: 'signal/1'
  id: string
  key: string
  state: SignalState
  time: string
  observed_time?: string
  detector: string
  title: string
  severity: Severity
  entity: EntityRef
  related?: EntityRef[]
  techniques?: string[]
  p_value?: number
  dependence_group?: string
  window?: { from: string; to: string }
  evidence: Record<string, unknown>
  source: { name: string; tenant: string; trace_id?: string }
  firstTime?: string
  lastTime?: string
  occurrences?: number
}

export type PolicySummary = {
  pack: string
  version: number
  digest: string
  description?: string
  updatedAt: string
  updatedBy: string
  files?: string[]
}
export type PolicyDetail = Omit<PolicySummary, 'files'> & { files: Record<string, string>; message?: string }
export type PolicyProblem = { file: string; line: number; column: number; message: string }
export type PolicyCheck = { ok: boolean; errors: PolicyProblem[] }
export type PolicyTry = {
  allow: boolean
  reasons: string[]
  obligations: Record<string, unknown>
  evaluationMicros: number
}
export type PolicyRevision = {
  version: number
  digest: string
  message: string
  principal: string
  time: string
  active: boolean
}

export type AuditEntry = {
  index: number
  time: string
  principal: string
  action: string
  entity: EntityRef
  outcome: 'success' | 'denied' | 'failure'
  details: Record<string, unknown>
  leafHash: string
}
export type Checkpoint = {
  origin: string
  size: number
  rootHash: string
  time: string
  keyId?: string
  signature?: string
  note?: string
}
export type InclusionProof = {
  entry: AuditEntry
  /** Exact bytes that were hashed, base64. */
  leaf: string
  proof: { index: number; treeSize: number; hashes: string[] }
  checkpoint: Checkpoint
}
export type AuditVerification = {
  ok: boolean
  size: number
  rootHash?: string
  firstAltered?: number
  message?: string
  durationMs?: number
}

export type ApiKey = {
  id: string
  name: string
  principal: string
  roles: string[]
  scopes?: string[]
  createdAt: string
  createdBy?: string
  expiresAt?: string
  lastUsedAt?: string
  revokedAt?: string
}
export type ApiKeyCreated = ApiKey & { secret: string }
export type ServiceAccount = {
  id: string
  name?: string
  description?: string
  roles: string[]
  createdAt: string
}

export type RampartEvent = {
  id: string
  type: string
  subject: string
  time: string
  principal: string
  cursor: string
  data: Record<string, unknown>
}
