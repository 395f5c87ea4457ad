/** Resources that response acts on or by: written by revision, audited, announced. Every revision stays readable. */
import { isModelName, type Principal, principalName } from '@rampart/domain'
import type { Clock, Database, EventLog, Tx } from '@rampart/kit'
import { responseErrors } from '../errors.ts'
import type { AuditPort } from '../ports.ts'
import * as store from './resource-store.ts'

export type ResourcesDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly audit: AuditPort
}

export type Resources<S> = {
  /** Throws RESPONSE_CHANGED_SINCE when `revision` is not the stored one; 0 stands for none. */
  readonly put: (
    principal: Principal,
    resource: { readonly name: string; readonly spec: S; readonly revision?: number },
  ) => Promise<store.StoredResource<S>>
  readonly remove: (principal: Principal, name: string, revision?: number) => Promise<void>
  readonly get: (tenant: string, name: string) => Promise<store.StoredResource<S>>
  readonly at: (tenant: string, name: string, revision: number) => Promise<store.StoredResource<S>>
  readonly list: (tenant: string) => Promise<store.StoredResource<S>[]>
}

/** `prepare` judges a spec before anything is kept, and may complete it; what it throws is audited as refused. */
export const createResources = <S>(
  deps: ResourcesDeps,
  kind: store.ResourceKind,
  prepare: (principal: Principal, name: string, spec: S) => Promise<S>,
): Resources<S> => {
  const { database, clock } = deps
  const unknown = (name: string) => responseErrors.RESPONSE_RESOURCE_UNKNOWN(`There is no ${kind} ${name}.`)

  const record = (
    tx: Tx,
    principal: Principal,
    name: string,
    action: string,
    outcome: 'success' | 'denied',
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> =>
    deps.audit.record(tx, {
      tenant: principal.tenant,
      principal: principalName(principal),
      action: `${kind}.${action}`,
      entity: { kind: kind === 'protected-entity' ? 'system' : kind, id: name },
      outcome,
      details,
    })

  const write = (principal: Principal, name: string, spec: S | null, revision: number | undefined) =>
    database.tx(principal.tenant, async (tx) => {
      await store.lockKind(tx, kind)
      const before = await store.newest<S>(tx, kind, name)
      const current = before === undefined || before.spec === null ? 0 : before.revision
      if (spec === null && current === 0) throw unknown(name)
      if (revision !== undefined && revision !== current)
        throw responseErrors.RESPONSE_CHANGED_SINCE(
          `The ${kind} ${name} is at revision ${current}, not ${revision}.`,
        )
      const stored = {
        name,
        spec,
        revision: (before?.revision ?? 0) + 1,
        updatedBy: principalName(principal),
        updatedAt: clock.iso(),
      }
      await store.insertRevision(tx, kind, stored)
      const action = spec === null ? 'deleted' : 'put'
      await record(tx, principal, name, action, 'success', { revision: stored.revision })
      await deps.eventLog.publish(tx, principal.tenant, {
        type: 'rampart.response.resource-changed.v1',
        subject: name,
        principal: principalName(principal),
        data: { kind, name, action, revision: stored.revision },
      })
      return stored
    })

  return {
    put: async (principal, { name, spec, revision }) => {
      if (!isModelName(name))
        throw responseErrors.RESPONSE_RESOURCE_INVALID('Names are lower-case letters, digits and dashes.')
      let ready: S
      try {
        ready = await prepare(principal, name, spec)
      } catch (error) {
        const reason = error instanceof Error ? error.message.slice(0, 500) : 'refused'
        await database.tx(principal.tenant, (tx) => record(tx, principal, name, 'put', 'denied', { reason }))
        throw error
      }
      return (await write(principal, name, ready, revision)) as store.StoredResource<S>
    },
    remove: async (principal, name, revision) => {
      await write(principal, name, null, revision)
    },
    get: async (tenant, name) => {
      const found = await database.read(tenant, (tx) => store.newest<S>(tx, kind, name))
      if (found === undefined || found.spec === null) throw unknown(name)
      return found as store.StoredResource<S>
    },
    at: async (tenant, name, revision) => {
      const found = await database.read(tenant, (tx) => store.selectRevision<S>(tx, kind, name, revision))
      if (found === undefined) throw unknown(name)
      return found
    },
    list: (tenant) => database.read(tenant, (tx) => store.selectAll<S>(tx, kind)),
  }
}
