/** Batches of the inference log as audit entries: exactly one per batch, however often the queue hands it over. */
import { DEFAULT_TENANT } from '@rampart/domain'
import type { Clock, Database, Tx } from '@rampart/kit'
import type { ServingPorts } from './ports.ts'
import type { AnchorBatch } from './record-anchor.ts'
import * as store from './store.ts'

export type AuditAnchorDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Pick<Clock, 'iso'>
  readonly audit: {
    record(
      tx: Tx,
      entry: {
        readonly tenant: string
        readonly principal: string
        readonly action: string
        readonly entity: { readonly kind: 'inference-log'; readonly id: string }
        readonly outcome: 'success'
        readonly details: Readonly<Record<string, unknown>>
      },
    ): Promise<void>
  }
}

/** Segments hold records of every tenant; the log's own tenant stands for all of them. */
const tenantOf = (batch: AnchorBatch): string =>
  ('tenant' in batch ? batch.tenant : undefined) ?? DEFAULT_TENANT

/** The batch's id and its audit entry are one transaction: a kill after it leaves an id that refuses the repetition. */
export const createAuditAnchor =
  ({ database, clock, audit }: AuditAnchorDeps): ServingPorts['anchor'] =>
  (batch) =>
    database.tx(tenantOf(batch), async (tx) => {
      if (!(await store.claimAnchor(tx, batch.id, clock.iso()))) return
      await audit.record(tx, {
        tenant: tenantOf(batch),
        principal: 'component:serving',
        action: batch.kind === 'segment' ? 'inference-log.anchor' : `inference-log.${batch.kind}`,
        entity: { kind: 'inference-log', id: batch.id },
        outcome: 'success',
        details: { ...batch },
      })
    })
