/** How a call came in and how its answer goes out; HTTP and gRPC each have one, everything between them is shared. */
import type { Tensor } from '@rampart/codecs'
import type { AppError } from '@rampart/kit'

/** Rows `[from, to)` of a batch's outputs; `rows` is the batch's number of rows, 0 when the model has none. */
export type AnswerRows = {
  readonly tensors: readonly Tensor[]
  readonly from: number
  readonly to: number
  readonly rows: number
}

/** `Call` is what the router knows of the call. */
export interface CallChannel<Call> {
  /** A header of the request (its metadata in gRPC); the name is lower case. */
  header(name: string): string | undefined
  readonly isGrpc?: true
  /** Milliseconds the caller still waits, where the protocol carries a deadline of its own. */
  readonly deadlineMs?: number
  /** True once nobody can receive an answer. */
  gone(): boolean
  answer(call: Call, answer: AnswerRows): void
  /** Returns the HTTP status under which the refusal is counted and recorded. */
  refuse(call: Call, error: AppError): number
}
