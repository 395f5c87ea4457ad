/** What assurance needs from other rooms. */
import type {
  AssessmentPredicate,
  Digest,
  FeatureSpec,
  ModelSignature,
  ModelSpec,
  ModelVersionRef,
  Principal,
} from '@rampart/domain'
import type { Tx } from '@rampart/kit'

/** Outputs of the reference rows, column by column: one array of row values per output name. */
export type RowOutputs = Readonly<Record<string, readonly unknown[]>>

/** Runs a model where it can die without harm. */
export interface ModelRunner {
  inspect(
    path: string,
  ): Promise<{ readonly signature: ModelSignature; readonly facts: Readonly<Record<string, unknown>> }>
  /** Loads the model and runs the rows; also with no rows, when loading is what is tried. */
  run(
    path: string,
    signature: ModelSignature,
    rows: readonly unknown[],
  ): Promise<{ readonly outputs: RowOutputs; readonly durationMs: number }>
}

export interface InventoryPort {
  get(
    tenant: string,
    ref: ModelVersionRef,
  ): Promise<{
    readonly digest: Digest
    readonly stage: string
    readonly spec: ModelSpec
    readonly artifacts: readonly { readonly path: string; readonly role: string; readonly digest: Digest }[]
  }>
  artifactPath(digest: Digest): Promise<string>
  transition(
    principal: Principal,
    ref: ModelVersionRef,
    request: { readonly to: 'assessed'; readonly reason: string; readonly signature?: ModelSignature },
  ): Promise<unknown>
}

export interface AttestPort {
  attestAssessment(
    tx: Tx,
    principal: Principal,
    subject: { readonly name: string; readonly digest: Digest },
    predicate: AssessmentPredicate,
  ): Promise<void>
}

/** Told once a model has answered its reference rows, so that telemetry knows what normal looks like. */
export type ReferenceMeasured = (reference: {
  readonly tenant: string
  readonly ref: ModelVersionRef
  readonly signature: ModelSignature
  readonly features: readonly FeatureSpec[]
  readonly classes: readonly string[]
  readonly prediction: string
  readonly rows: readonly unknown[]
  readonly outputs: RowOutputs
}) => Promise<void>
