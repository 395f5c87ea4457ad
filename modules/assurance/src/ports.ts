/** What assurance needs from other rooms. */
import type {
  AssessmentPredicate,
  Digest,
  FeatureSpec,
  ModelSignature,
  ModelVersion,
  ModelVersionRef,
  Principal,
} from '@rampart/domain'
import type { Tx } from '@rampart/kit'

/** Outputs of the reference rows: per output name, one flat array of values for each row. */
export type RowOutputs = Readonly<Record<string, readonly (readonly unknown[])[]>>

/** Reads, loads and runs a model where it can die without harm; also with no rows, when loading is what is tried. */
export interface ModelRunner {
  run(
    model: { readonly path: string; readonly digest: Digest },
    rows: readonly unknown[],
  ): Promise<{
    readonly signature: ModelSignature
    readonly outputs: RowOutputs
    readonly durationMs: number
  }>
}

export interface InventoryPort {
  get(tenant: string, ref: ModelVersionRef): Promise<ModelVersion>
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

/** Whether a version's files may be opened at all; answers when they were scanned. */
export type ScanGate = (
  version: ModelVersion,
) => Promise<
  | { readonly may: true }
  | { readonly may: false; readonly why: 'blocked' | 'unverified'; readonly reasons: readonly string[] }
>

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
