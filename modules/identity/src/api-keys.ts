/** API keys: issued with at most the owner's roles, expiring, revoked at once. */
import { type Principal, principalName, type Role } from '@rampart/domain'
import type { Clock, Database, EventLog, Random } from '@rampart/kit'
import { newApiKeyText } from './credentials.ts'
import { identityErrors } from './errors.ts'
import type { AuditPort } from './ports.ts'
import * as store from './store.ts'

export const MIN_KEY_LIFETIME_MS = 60_000
export const MAX_KEY_LIFETIME_MS = 366 * 24 * 3_600_000
const DEFAULT_KEY_LIFETIME_MS = 90 * 24 * 3_600_000

export type IssueApiKey = {
  readonly name: string
  /** Absent: a key of the caller itself. */
  readonly serviceAccount?: string
  /** Absent: all roles of the owner. */
  readonly roles?: readonly Role[]
  readonly ttlMs?: number
}

export type IssuedApiKey = {
  readonly apiKey: store.ApiKey /** Shown once; only its hash is kept. */
  readonly secret: string
}

export type ApiKeysDeps = {
  readonly database: Database
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly audit: AuditPort
  readonly clock: Clock
  readonly random: Random
  readonly invalidate: (source: string) => void
}

/** An administrator may do all that the other roles may, and so may hand any of them out. */
export const covers = (held: readonly Role[], role: Role): boolean =>
  held.includes(role) || held.includes('admin')

export const exceeds = (roles: readonly Role[], held: readonly Role[]): boolean =>
  roles.some((role) => !covers(held, role))

const lifetime = (ttlMs: number = DEFAULT_KEY_LIFETIME_MS): number => {
  if (ttlMs >= MIN_KEY_LIFETIME_MS && ttlMs <= MAX_KEY_LIFETIME_MS) return ttlMs
  throw identityErrors.IDENTITY_LIFETIME_INVALID('an API key lives between one minute and 366 days')
}

export const createApiKeys = (deps: ApiKeysDeps) => {
  const { database, eventLog, audit, clock } = deps

  const changed = async (
    tx: Parameters<AuditPort['record']>[0],
    by: Principal,
    key: store.ApiKey,
    action: 'issued' | 'revoked',
  ) => {
    const principal = principalName(by)
    await audit.record(tx, {
      tenant: key.tenant,
      principal,
      action: `api-key.${action}`,
      entity: { kind: 'api-key', id: key.id },
      outcome: 'success',
      details: {
        name: key.name,
        owner: `${key.ownerKind}:${key.ownerId}`,
        roles: key.roles,
        expiresAt: key.expiresAt,
      },
    })
    const event = {
      type: 'rampart.api-key.changed.v1',
      subject: key.id,
      principal,
      data: { id: key.id, action },
    }
    await eventLog.publish(tx, key.tenant, event)
  }

  const issue = async (by: Principal, request: IssueApiKey): Promise<IssuedApiKey> => {
    const { id, text, hash } = newApiKeyText(deps.random)
    const expiresAt = new Date(clock.now() + lifetime(request.ttlMs)).toISOString()
    const apiKey = await database.tx(by.tenant, async (tx) => {
      const owner = await ownerOf(tx, by, request.serviceAccount)
      const roles = request.roles ?? owner.roles
      // Nobody hands out more than the owner has, nor more than they have themselves.
      if (exceeds(roles, owner.roles) || exceeds(roles, by.roles)) {
        throw identityErrors.IDENTITY_ROLES_EXCEED_OWNER(
          'the key would hold roles that its owner or issuer lacks',
        )
      }
      const key: store.ApiKey = {
        id,
        tenant: by.tenant,
        name: request.name,
        ownerKind: owner.kind,
        ownerId: owner.id,
        roles: [...roles],
        createdBy: principalName(by),
        createdAt: clock.iso(),
        expiresAt,
      }
      await store.insertApiKey(tx, { ...key, secretHash: hash })
      await changed(tx, by, key, 'issued')
      return key
    })
    return { apiKey, secret: text }
  }

  const revoke = async (by: Principal, id: string): Promise<store.ApiKey> => {
    const key = await database.tx(by.tenant, async (tx) => {
      const revoked = await store.revokeApiKey(tx, id, clock.iso())
      if (revoked === undefined) throw identityErrors.IDENTITY_API_KEY_NOT_FOUND(`no API key ${id}`)
      await changed(tx, by, revoked, 'revoked')
      return revoked
    })
    deps.invalidate(`api-key:${id}`)
    return key
  }

  return {
    issue,
    revoke,
    list: (tenant: string, page: store.Page): Promise<store.ApiKey[]> =>
      database.read(tenant, (tx) => store.listApiKeys(tx, page)),
  }
}

const ownerOf = async (
  tx: Parameters<typeof store.findAccount>[0],
  by: Principal,
  serviceAccount: string | undefined,
): Promise<{ readonly kind: store.OwnerKind; readonly id: string; readonly roles: readonly Role[] }> => {
  if (serviceAccount === undefined)
    return { kind: by.kind === 'service' ? 'service' : 'user', id: by.id, roles: by.roles }
  const account = await store.findAccount(tx, serviceAccount)
  if (account === undefined) {
    throw identityErrors.IDENTITY_SERVICE_ACCOUNT_NOT_FOUND(`no service account ${serviceAccount}`)
  }
  return { kind: 'service', id: account.id, roles: account.roles }
}
