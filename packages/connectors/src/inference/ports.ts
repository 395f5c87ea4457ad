/** An inference server elsewhere, whatever protocol it speaks. */
import type { Tensor } from '@rampart/codecs'
import type { ModelSignature } from '@rampart/domain'
import type { AddressRules } from '../outbound/address-guard.ts'

export type InferenceProtocol = 'v2-rest' | 'v2-grpc' | 'mlflow' | 'kserve-v1'
export const INFERENCE_PROTOCOLS: readonly InferenceProtocol[] = ['v2-rest', 'v2-grpc', 'mlflow', 'kserve-v1']

/** One endpoint of a server, and what the model is called there. */
export type InferenceTarget = {
  readonly protocol: InferenceProtocol
  /** `http(s)://HOST:PORT[/PREFIX]`; `grpc(s)://HOST:PORT` for gRPC. */
  readonly url: string
  readonly model: string
  readonly version?: string
  /** Their names of our inputs and outputs where they differ. */
  readonly names?: Readonly<Record<string, string>>
  readonly connections: number
  readonly maxResponseBytes: number
}

export type InferenceCall = {
  readonly inputs: readonly Tensor[]
  /** Deadline and client's leaving in one. */
  readonly signal: AbortSignal
  /** W3C trace context to send along. */
  readonly traceparent?: string | undefined
}

export interface InferenceClient {
  /** The outputs of the signature, in its order, checked. Throws the codes of `inferenceErrors`. */
  infer(call: InferenceCall): Promise<Tensor[]>
  /** Resolves when the server says that the model is ready; throws otherwise. */
  ready(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export type ClientDeps = { readonly signature: ModelSignature; readonly addresses: AddressRules }
