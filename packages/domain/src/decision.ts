/** A policy's answer: allow or deny, with reasons and obligations, and what it was computed from. */
import type { Digest } from './digest.ts'

export type DecisionResult = {
  readonly allow: boolean
  readonly reasons: readonly string[]
  readonly obligations: Readonly<Record<string, unknown>>
}

export type Decision = DecisionResult & {
  readonly id: string
  readonly pack: string
  readonly principal: string
  readonly bundleDigest: Digest
  readonly inputDigest: Digest
  readonly evaluationMicros: number
  readonly time: string
}
