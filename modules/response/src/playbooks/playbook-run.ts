/** A run of a playbook and what it asked for, as they are kept. */
import type { Dispatch, Outcome, PlaybookState, Values } from '@rampart/cacao'
import type { EntityRef, Principal } from '@rampart/domain'

export type PlaybookRunBody = {
  readonly reason: string
  readonly subject: EntityRef
  readonly requestedBy: Principal
  readonly inputs: Values
  readonly incident?: string
  /** How many playbooks called one another to get here. */
  readonly depth: number
  /** Whose signature was taken. */
  readonly signature: { readonly keyid: string; readonly signee: string }
  /** Of the signed document; the run goes on by this one only. Absent in runs of earlier releases. */
  readonly digest?: string
  /** Of the product that began it. */
  readonly release?: string
  /** Of the interpreter that began it; the state is its own. */
  readonly interpreter?: number
}

export type PlaybookStep = {
  readonly key: string
  readonly dispatch: Dispatch
  /** The run, or playbook run, that does it. */
  readonly child?: string
  readonly outcome?: Outcome
  readonly startedAt: string
  readonly endedAt?: string
}

export type PlaybookRun = {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly revision: number
  readonly state: PlaybookState
  readonly body: PlaybookRunBody
  readonly parent?: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly steps: readonly PlaybookStep[]
}
