/** What the policy module is asked, and what it needs of other rooms. */
import type { Decision, EntityRef, Principal } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { PackName } from './pack-files.ts'

export type DecisionRequest = {
  readonly pack: string
  readonly principal: Principal
  readonly entity?: EntityRef
  readonly input: Readonly<Record<string, unknown>>
  /** When given, the decision is logged in this transaction: it exists exactly if the change exists. */
  readonly tx?: Tx
  /** A preview: evaluated, not logged. */
  readonly dryRun?: boolean
}

export interface PolicyDecider {
  decide(request: DecisionRequest): Promise<Decision>
}

export interface PolicyAudit {
  record(
    tx: Tx,
    entry: {
      readonly tenant: string
      readonly principal: string
      readonly action: string
      readonly entity: EntityRef
      readonly outcome: 'success' | 'denied' | 'failure'
      readonly details: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

/** A pack was swapped in this process. */
export type PackChange = {
  readonly pack: PackName
  readonly version: number
  readonly digest: `sha256:${string}`
  readonly epoch: number
}
