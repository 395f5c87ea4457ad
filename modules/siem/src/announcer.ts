/** Tells the audit log and the event log what became of a sink. */
import { type Principal, principalName } from '@rampart/domain'
import type { EventLog, Tx } from '@rampart/kit'

export type SiemAudit = {
  record(
    tx: Tx,
    entry: {
      readonly tenant: string
      readonly principal: string
      readonly action: string
      readonly entity: { readonly kind: 'sink' | 'source'; readonly id: string }
      readonly outcome: 'success'
      readonly details: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

export const createAnnouncer =
  (deps: { readonly audit: SiemAudit; readonly eventLog: Pick<EventLog, 'publish'> }) =>
  async (
    tx: Tx,
    principal: Principal,
    name: string,
    action: 'put' | 'deleted' | 'requeued',
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> => {
    const by = principalName(principal)
    const { tenant } = principal
    await deps.audit.record(tx, {
      tenant,
      principal: by,
      action: `sink.${action}`,
      entity: { kind: 'sink', id: name },
      outcome: 'success',
      details,
    })
    await deps.eventLog.publish(tx, tenant, {
      type: 'rampart.sink.changed.v1',
      subject: name,
      principal: by,
      data: { name, action },
    })
  }
