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
export type DriftVerdict = 'stable' | 'warning' | 'drifted' | 'unknown' | 'absent'
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
  signer?: string
  createdAt?: string
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
  times?: number
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

export type ServedVersion = { version: string; digest: string; isDefault: boolean }
export type Route = {
  name: string
  model: string
  payloadSchema?: Record<string, unknown>
  revision: number
  updatedBy: string
  /** Empty for a route that exists by its model's own name. */
  updatedAt: string
  versions: ServedVersion[]
}
export type RouteStats = {
  windowMs: number
  stepMs: number
  requests: number
  rows: number
  outcomes: Record<string, number>
  series: {
    time: string[]
    requests: number[]
    errors: number[]
    denied: number[]
    shed: number[]
    p50Ms: number[]
    p99Ms: number[]
  }
  predictions: Record<string, number>
}

export type TelemetryItem = {
  model: string
  version: string
  rows: number
  referenceRows: number
  verdict: DriftVerdict
  worstFeature?: string
  updatedAt?: string
}
export type FeatureDrift = {
  name: string
  kind: 'numeric' | 'categorical'
  psi: number
  ks?: { statistic: number; pValue: number }
  wasserstein?: number
  chiSquare?: number
  pValue: number
  adjustedPValue: number
  verdict: DriftVerdict
}
export type TelemetryWindow = {
  from: string
  to: string
  rows: number
  verdict: DriftVerdict
  worstFeature?: string
  features: FeatureDrift[]
}
export type DriftThresholds = {
  psiRaise: number
  psiClear: number
  alpha: number
  windowRows: number
  windowMs: number
  minRows: number
}
export type TelemetryDetail = {
  model: string
  version: string
  verdict: DriftVerdict
  reference: { rows: number; features: string[] }
  openRows: number
  mismatch?: string
  windows: TelemetryWindow[]
  thresholds: DriftThresholds
}
export type Histogram = {
  edges: number[]
  counts: number[]
  labels?: string[]
  below: number
  above: number
  missing: number
}
export type FeatureDetail = Partial<FeatureDrift> & {
  name: string
  kind: 'numeric' | 'categorical'
  side: 'input' | 'output'
  verdict: DriftVerdict
  rows: number
  reference: Histogram
  current: Histogram
  thresholds: DriftThresholds
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

export type PolicyRevision = {
  pack: string
  version: number
  digest: string
  origin: 'shipped' | 'edited' | 'rollback'
  testsPassed: number
  message: string
  author: string
  createdAt: string
}
export type PolicySummary = PolicyRevision & {
  newestVersion: number
  shippedDigest: string
  differsFromShipped: boolean
}
export type PolicyDetail = PolicySummary & {
  files: Record<string, string>
  inputPaths: string[] | 'all'
  volatile: boolean
}
export type PolicyFault = { file: string; line: number; column: number; message: string }
export type PolicyTest = { name: string; passed: boolean; message?: string; micros: number }
export type PolicyCheck = { ok: boolean; faults: PolicyFault[]; tests: PolicyTest[] }
export type PolicyTry = {
  allow: boolean
  reasons: string[]
  obligations: Record<string, unknown>
  evaluationMicros: number
  version: number
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
  owner: { kind: string; id: string }
  roles: string[]
  createdAt: string
  createdBy: string
  expiresAt: string
  lastUsedAt?: string
  revokedAt?: string
}
export type ServiceAccount = {
  id: string
  description: string
  roles: string[]
  createdBy: string
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
