/** A run and its steps, as they are kept: states, and which of them mean that something is in force. */
import type { EntityRef, Principal } from '@rampart/domain'
import type { BlastRadius, Json } from './action.ts'

/**
 * waiting → running → contained; `incomplete` when a step could not be proven and the run goes on without it, `halted` by
 * the kill switch, `ambiguous` until a person tells what took effect. From any: reverting → reverted.
 */
export type RunState =
  | 'waiting'
  | 'running'
  | 'contained'
  | 'incomplete'
  | 'halted'
  | 'ambiguous'
  | 'reverting'
  | 'reverted'
  | 'revert-incomplete'
  | 'failed'
  | 'refused'

export const RUN_STATES: readonly RunState[] = [
  'waiting',
  'running',
  'contained',
  'incomplete',
  'halted',
  'ambiguous',
  'reverting',
  'reverted',
  'revert-incomplete',
  'failed',
  'refused',
]

/** States in which effects may be in force. */
export const IN_FORCE: readonly RunState[] = [
  'running',
  'contained',
  'incomplete',
  'halted',
  'ambiguous',
  'reverting',
  'revert-incomplete',
]

/** `dispatched` and `undo-dispatched` are written before the effect, so a crash is told from a step that never began. */
export type StepState =
  | 'pending'
  | 'dispatched'
  | 'applied'
  | 'probed'
  | 'unproven'
  | 'failed'
  | 'ambiguous'
  | 'undo-dispatched'
  | 'undo-applied'
  | 'reverted'
  | 'undo-failed'
  | 'kept'

export const STEP_STATES: readonly StepState[] = [
  'pending',
  'dispatched',
  'applied',
  'probed',
  'unproven',
  'failed',
  'ambiguous',
  'undo-dispatched',
  'undo-applied',
  'reverted',
  'undo-failed',
  'kept',
]

/** What is asked for; kept as it was when the run was made. */
export type RunRequest = {
  readonly name: string
  readonly reason: string
  readonly subject: EntityRef
  readonly steps: readonly { readonly action: string; readonly parameters: Json }[]
  /** Reverts by itself after this, ms. */
  readonly ttlMs?: number
  /** One run at a time per key. */
  readonly concurrencyKey?: string
  /** Policy may start it although only what is kept for grave matters is left of its limit. */
  readonly isUrgent?: boolean
  /** Equal keys are one run; made up when absent. */
  readonly idempotencyKey?: string
  /** `revert` undoes what was done when a step fails; `continue` does the others and tells which is not proven. */
  readonly onFailure?: 'revert' | 'continue'
  /** People who must agree; a protected entity needs two, neither of them who asked. */
  readonly approvals?: number
  readonly isProtected?: boolean
  readonly approvalMs?: number
  readonly incident?: string
  /** What a person needs to start and to undo it, instead of what each action needs. */
  readonly permission?: string
}

export type RunBody = Required<Pick<RunRequest, 'reason' | 'subject' | 'onFailure'>> & {
  readonly requestedBy: Principal
  readonly approvalsNeeded: number
  readonly isProtected: boolean
  readonly blastRadius: readonly BlastRadius[]
  readonly incident?: string
  readonly permission?: string
  readonly revert?: { readonly by: Principal; readonly reason: string; readonly at: string }
  /** Of the product that made the run. */
  readonly release?: string
  /** Contracts of its actions when it was made, or when a person agreed to others; 1 where none is named. */
  readonly contracts?: Readonly<Record<string, number>>
  /** Why this release does not carry it on by itself; a person's word is asked. */
  readonly changed?: string | null
  /** Set when a step failed and the run undoes itself. */
  readonly failed?: string
}

export type Step = {
  readonly index: number
  readonly action: string
  readonly state: StepState
  readonly parameters: Json
  readonly memento?: Json
  readonly result?: Json
  readonly detail?: string
  readonly attempts: number
  readonly startedAt?: string
  readonly dispatchedAt?: string
  readonly appliedAt?: string
  readonly probedAt?: string
  readonly revertedAt?: string
}

export type Approval = { readonly approver: string; readonly reason: string; readonly approvedAt: string }

export type StoredRun = RunBody & {
  readonly seq: string
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly state: RunState
  readonly idempotencyKey: string
  readonly planDigest: string
  readonly expiresAt?: string
  readonly approveUntil?: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly endedAt?: string
  readonly steps: readonly Step[]
  readonly approvals: readonly Approval[]
}

/** Steps that may have an effect now. */
export const isInForce = ({ state }: Pick<Step, 'state'>): boolean =>
  !['pending', 'reverted', 'kept', 'failed'].includes(state)
