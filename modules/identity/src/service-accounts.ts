/** Service accounts: non-human identities whose API keys hold at most the account's roles. */
import { type Principal, principalName, type Role } from '@rampart/domain'
import type { Clock, Database, EventLog } from '@rampart/kit'
import { exceeds } from './api-keys.ts'
import { identityErrors } from './errors.ts'
import type { AuditPort } from './ports.ts'
import * as store from './store.ts'

export type ServiceAccountsDeps = {
  readonly database: Database
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly audit: AuditPort
  readonly clock: Clock
  readonly invalidate: (source: string) => void
}

export const createServiceAccounts = (deps: ServiceAccountsDeps) => {
  const { database, audit, clock } = deps

  const create = (
    by: Principal,
    request: { readonly id: string; readonly description?: string; readonly roles: readonly Role[] },
  ): Promise<store.ServiceAccount> =>
    database.tx(by.tenant, async (tx) => {
      if (exceeds(request.roles, by.roles)) {
        throw identityErrors.IDENTITY_ROLES_EXCEED_OWNER(
          'the account would hold roles that its creator lacks',
        )
      }
      const account: store.ServiceAccount = {
        id: request.id,
        tenant: by.tenant,
        description: request.description ?? '',
        roles: [...request.roles],
        createdBy: principalName(by),
        createdAt: clock.iso(),
      }
      if (!(await store.insertAccount(tx, account))) {
        throw identityErrors.IDENTITY_SERVICE_ACCOUNT_EXISTS(
          `service account ${request.id} exists or existed`,
        )
      }
      await audit.record(tx, {
        tenant: by.tenant,
        principal: account.createdBy,
        action: 'service-account.created',
        entity: { kind: 'service-account', id: account.id },
        outcome: 'success',
        details: { roles: account.roles },
      })
      return account
    })

  /** Revokes every key of the account in the same transaction. */
  const remove = async (by: Principal, id: string): Promise<void> => {
    const principal = principalName(by)
    const revoked = await database.tx(by.tenant, async (tx) => {
      const now = clock.iso()
      if (!(await store.deleteAccount(tx, id, now))) {
        throw identityErrors.IDENTITY_SERVICE_ACCOUNT_NOT_FOUND(`no service account ${id}`)
      }
      const keys = await store.revokeKeysOfAccount(tx, id, now)
      for (const key of keys) {
        const data = { id: key, action: 'revoked' }
        await deps.eventLog.publish(tx, by.tenant, {
          type: 'rampart.api-key.changed.v1',
          subject: key,
          principal,
          data,
        })
      }
      await audit.record(tx, {
        tenant: by.tenant,
        principal,
        action: 'service-account.deleted',
        entity: { kind: 'service-account', id },
        outcome: 'success',
        details: { revokedKeys: keys },
      })
      return keys
    })
    for (const key of revoked) deps.invalidate(`api-key:${key}`)
  }

  return {
    create,
    remove,
    list: (
      tenant: string,
      page: { readonly limit: number; readonly after?: string },
    ): Promise<store.ServiceAccount[]> => database.read(tenant, (tx) => store.listAccounts(tx, page)),
  }
}
