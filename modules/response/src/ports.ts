/** What response needs of the other rooms. */
import type { EntityRef } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export interface AuditPort {
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

/** Where an incident is told what was done for it; in the transaction that keeps it. */
export type TimelinePort = (
  tx: Tx,
  entry: {
    readonly tenant: string
    readonly incident: string
    readonly run: string
    readonly kind: 'waiting' | 'contained' | 'verified' | 'incomplete' | 'reverted' | 'failed' | 'ambiguous'
    readonly text: string
  },
) => Promise<void>
