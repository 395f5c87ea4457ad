/** What telemetry takes from and asks of other rooms. */
import type { Tensor } from '@rampart/codecs'
import type { FeatureSpec, ModelSignature, ModelVersionRef, Signal, SignalInput } from '@rampart/domain'

/** One executed batch; every tensor's first dimension is `rows`. */
export type ObservedBatch = {
  readonly route: string
  readonly model: string
  readonly version: string
  readonly tenant: string
  readonly rows: number
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

/** Called by the router after each batch: synchronous, never throws, keeps no reference to the tensors. */
export interface ObservationSink {
  observeBatch(batch: ObservedBatch): void
}

export interface SignalSink {
  raise(tenant: string, input: SignalInput): Promise<Signal>
}

/** Reference rows with the model's answers to them, as the assessment saw them. */
export type ReferenceInput = {
  readonly tenant: string
  readonly ref: ModelVersionRef
  readonly signature: ModelSignature
  readonly features: readonly FeatureSpec[]
  /** Names of the values of the prediction, by index. */
  readonly classes: readonly string[]
  /** Name of the output that is the prediction; empty when none is declared. */
  readonly prediction: string
  /** Records as the examples have them: `{"inputs":{NAME: one row}}`. */
  readonly rows: readonly unknown[]
  /** Output name → one value (or flat array of values) per row. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>
}
