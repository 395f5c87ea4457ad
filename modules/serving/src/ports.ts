/** What serving needs from the rest of the house. */
import type { IncomingMessage } from 'node:http'
import type { Tensor } from '@rampart/codecs'
import type { Decision, DecisionResult, Digest, Principal, SignalInput } from '@rampart/domain'
import type { Clock, Logger, Metrics, Random, Tracer } from '@rampart/kit'
import type { VerificationKey } from '@rampart/signing'
import type { AnchorBatch } from './record-anchor.ts'

/** The inference policy as it is now; `epoch` changes with every activation. */
export type HotPolicy = {
  readonly digest: Digest
  readonly epoch: number
  /** Paths below the policy's input that it reads, such as `caller.roles`; `all` when it may read anything. */
  readonly inputPaths: readonly string[] | 'all'
  /** True when the policy asks for the time or for randomness: its answers are then kept for a second only. */
  readonly volatile?: boolean
  evaluate(input: unknown): DecisionResult
}

/** One batch as it ran. Called synchronously; the arrays are reused afterwards and must not be kept. */
export type ObservedBatch = {
  readonly route: string
  readonly model: string
  readonly version: string
  readonly tenant: string
  readonly rows: number
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

export interface ObservationSink {
  observeBatch(batch: ObservedBatch): void
}

/** Calls that policy refused: the first at once, repeats of the same caller and route gathered per second. */
export type DeniedCalls = {
  readonly tenant: string
  readonly principal: string
  readonly route: string
  readonly model: string
  readonly version: string
  readonly decisionId: string
  readonly reasons: readonly string[]
  readonly count: number
  readonly from: string
  readonly to: string
}

export type ServingPorts = {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly random: Random
  /** Absent when tracing is off. */
  readonly tracer?: Tracer
  readonly mode: 'development' | 'production'
  /** The policy in force; undefined refuses every call with 503. */
  readonly policyHot: () => HotPolicy | undefined
  /** Throws Unauthenticated. Must answer the same object for the same caller, and synchronously when it is cached. */
  readonly authenticate: (request: Pick<IncomingMessage, 'headers'>) => Principal | Promise<Principal>
  readonly observe: ObservationSink
  /** Keys that sign verdicts. Absent only where no verdicts are made: every version is then served. */
  readonly verdictKeys?: () => readonly VerificationKey[]
  readonly raiseSignal: (tenant: string, signal: SignalInput) => Promise<unknown>
  readonly auditDenied: (denied: DeniedCalls) => Promise<void>
  /** Every new decision (not every call): for the decision log. */
  readonly logDecision: (tenant: string, decision: Decision) => void
  readonly anchor: (batch: AnchorBatch) => Promise<void>
}
