/** A model version: one immutable release of a model, addressed by name, version and digest. */
import type { Digest } from './digest.ts'

export type Stage =
  | 'registered'
  | 'assessed'
  | 'approved'
  | 'deployed'
  | 'retired'
  | 'quarantined'
  | 'retracted'

export const STAGES = [
  'registered',
  'assessed',
  'approved',
  'deployed',
  'retired',
  'quarantined',
  'retracted',
] as const satisfies readonly Stage[]

/** DNS-label-like names: no slash, no dot-dot, no control characters can reach a path or a log line. */
export const MODEL_NAME_PATTERN = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
export const VERSION_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$'

const NAME = new RegExp(MODEL_NAME_PATTERN)
const VERSION = new RegExp(VERSION_PATTERN)

export const isModelName = (value: string): boolean => NAME.test(value)
export const isVersion = (value: string): boolean => VERSION.test(value)

export type ModelVersionRef = { readonly name: string; readonly version: string }

export const formatModelVersionRef = (ref: ModelVersionRef): string => `${ref.name}:${ref.version}`

/** Reads `NAME:VERSION`; undefined when either part is not legal. */
export const parseModelVersionRef = (text: string): ModelVersionRef | undefined => {
  const at = text.indexOf(':')
  if (at < 0) return undefined
  const ref = { name: text.slice(0, at), version: text.slice(at + 1) }
  return isModelName(ref.name) && isVersion(ref.version) ? ref : undefined
}

export type ArtifactRole = 'model' | 'reference' | 'card' | 'replay' | 'other'

/** One file of a model version; `path` is relative and uses `/`. */
export type ArtifactRef = {
  readonly path: string
  readonly role: ArtifactRole
  readonly digest: Digest
  readonly sizeBytes: number
}

/** Open Inference Protocol datatypes; the embedded backend runs all but FP16 and BF16. */
export type Datatype =
  | 'BOOL'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FP16'
  | 'BF16'
  | 'FP32'
  | 'FP64'
  | 'BYTES'

/** Shape uses -1 for a dimension that varies. */
export type TensorSpec = {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
}

export type ModelSignature = {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
}

/** Column `index` of the row-major input tensor `input`. */
export type FeatureSpec = {
  readonly name: string
  readonly input: string
  readonly index: number
  readonly description?: string
}

export type AssessmentLimits = { readonly minAccuracy?: number; readonly minBalancedAccuracy?: number }

/** What the author declares in `model.yaml`; immutable once registered. */
export type ModelSpec = {
  readonly description?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly features?: readonly FeatureSpec[]
  readonly classes?: readonly string[]
  readonly reference?: { readonly label: string; readonly prediction: string }
  readonly limits?: AssessmentLimits
}

export type ModelVersion = ModelVersionRef & {
  readonly tenant: string
  readonly digest: Digest
  readonly stage: Stage
  readonly artifacts: readonly ArtifactRef[]
  readonly spec: ModelSpec
  readonly signature?: ModelSignature
  readonly createdBy: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly revision: number
}
