/** Who calls: API keys, service accounts, OIDC tokens, browser sessions and component certificates → Principal. */
import { join } from 'node:path'
import { DEFAULT_TENANT, type Principal } from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database, type EventLog, type Logger, type Random } from '@rampart/kit'
import { ensureAdminToken, ensureTokenFile } from './admin-token.ts'
import { covers, createApiKeys, type IssueApiKey, type IssuedApiKey } from './api-keys.ts'
import { type Credentials, createAuthenticator } from './authenticator.ts'
import { hashSecret } from './credentials.ts'
import type { CallerMaterial } from './offline-authenticator.ts'
import type { AuditPort, CertificateVerifier, TokenVerifier } from './ports.ts'
import { createPrincipalCache } from './principal-cache.ts'
import { createServiceAccounts } from './service-accounts.ts'
import { createSessions, type NewSession } from './sessions.ts'
import * as store from './store.ts'

export interface Identity {
  /** Throws Unauthenticated; never says which part was wrong. */
  authenticate(credentials: Credentials): Promise<Principal>
  /** Synchronous; undefined when the header was not seen in the last seconds: then call `authenticate`. */
  authenticateCached(authorization: string | undefined): Principal | undefined
  issueApiKey(by: Principal, request: IssueApiKey): Promise<IssuedApiKey>
  revokeApiKey(by: Principal, id: string): Promise<store.ApiKey>
  listApiKeys(tenant: string, page: store.Page): Promise<store.ApiKey[]>
  createServiceAccount: ReturnType<typeof createServiceAccounts>['create']
  deleteServiceAccount(by: Principal, id: string): Promise<void>
  listServiceAccounts: ReturnType<typeof createServiceAccounts>['list']
  /** One-time code for `/login?code=`; good for ten minutes. Default: the development administrator. */
  loginCode(principal?: Principal): Promise<string>
  redeemLoginCode(code: string): Promise<NewSession>
  endSession(cookie: string): Promise<boolean>
  /** Path and text of the development administrator's token; undefined outside development mode. */
  readonly adminToken?: { readonly path: string; readonly token: string }
  /** Token of the serving processes that this control plane starts; it carries the role gateway and no other. */
  readonly processToken: string
  /** What a gateway needs to tell a tenant's callers apart: hashes, never secrets. */
  callers(tenant: string): Promise<CallerMaterial>
  start(): Promise<void>
  stop(): Promise<void>
}

export type IdentityDeps = {
  readonly database: Database
  readonly eventLog: Pick<EventLog, 'publish' | 'subscribe'>
  readonly audit: AuditPort
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly home: string
  readonly mode: 'development' | 'production'
  readonly tokens?: TokenVerifier
  readonly certificates?: CertificateVerifier
  /** How long a proven credential is believed without asking again; default 10 000. */
  readonly cacheTtlMs?: number
}

const CACHE_ENTRIES = 10_000
const HOUSEKEEPING_MS = 60_000
const USES_KEPT = 10_000

export const developmentAdmin: Principal = {
  kind: 'user',
  id: 'admin',
  tenant: DEFAULT_TENANT,
  roles: ['admin'],
  via: 'token',
}

export const createIdentity = (deps: IdentityDeps): Identity => {
  const { database, clock } = deps
  const cache = createPrincipalCache({ clock, ttlMs: deps.cacheTtlMs ?? 10_000, maxEntries: CACHE_ENTRIES })
  const invalidate = cache.invalidate
  const sessions = createSessions({ ...deps, invalidate })
  const keys = createApiKeys({ ...deps, invalidate })
  const accounts = createServiceAccounts({ ...deps, invalidate })
  const adminToken = deps.mode === 'development' ? ensureAdminToken(deps.home, deps.random) : undefined
  const processToken = ensureTokenFile(join(deps.home, 'keys', 'process-token'), deps.random).token
  const uses = new Map<string, string>()
  const authenticator = createAuthenticator({
    ...deps,
    cache,
    sessions,
    processToken,
    ...(adminToken === undefined ? {} : { adminToken: adminToken.token }),
    onKeyUsed: (id) => {
      // On the hot path: the first use since the last flush is near enough, the others cost a look-up.
      if (!uses.has(id) && uses.size < USES_KEPT) uses.set(id, clock.iso())
    },
  })

  const flushUses = async (): Promise<void> => {
    if (uses.size === 0) return
    const batch = new Map(uses)
    uses.clear()
    await database.tx(ALL_TENANTS, (tx) => store.touchApiKeys(tx, batch))
  }
  const housekeeping = createHousekeeping({
    ...deps,
    invalidate,
    flushUses,
    deleteExpired: sessions.deleteExpired,
  })

  return {
    ...authenticator,
    issueApiKey: keys.issue,
    revokeApiKey: keys.revoke,
    listApiKeys: keys.list,
    createServiceAccount: accounts.create,
    deleteServiceAccount: accounts.remove,
    listServiceAccounts: accounts.list,
    loginCode: (principal = developmentAdmin) => sessions.loginCode(principal),
    redeemLoginCode: sessions.redeem,
    endSession: sessions.end,
    ...(adminToken === undefined ? {} : { adminToken }),
    processToken,
    callers: async (tenant) => {
      const keys = await database.read(tenant, (tx) => store.listUsableKeys(tx, clock.iso()))
      return materialOf(keys, adminToken?.token)
    },
    ...housekeeping,
  }
}

/** A key's roles as they count now: those of its account that it was given. */
const rolesOf = ({ roles, accountRoles }: store.KeyCandidate): Principal['roles'] =>
  accountRoles === undefined ? roles : roles.filter((role) => covers(accountRoles, role))

const materialOf = (keys: readonly store.KeyCandidate[], adminToken: string | undefined): CallerMaterial => ({
  keys: keys
    .filter(({ accountRoles }) => accountRoles?.length !== 0)
    .map((key) => ({
      id: key.id,
      hash: Buffer.from(key.secretHash).toString('hex'),
      kind: key.ownerKind,
      owner: key.ownerId,
      roles: rolesOf(key),
      expiresAt: key.expiresAt,
    })),
  ...(adminToken === undefined ? {} : { adminHash: hashSecret(adminToken).toString('hex') }),
})

/** Revocations by other processes, last-used times and expired rows. */
const createHousekeeping = (deps: {
  readonly eventLog: Pick<EventLog, 'subscribe'>
  readonly logger: Logger
  readonly invalidate: (source: string) => void
  readonly flushUses: () => Promise<void>
  readonly deleteExpired: () => Promise<void>
}): Pick<Identity, 'start' | 'stop'> => {
  let timer: NodeJS.Timeout | undefined
  let unsubscribe: (() => void) | undefined

  const tick = async (): Promise<void> => {
    try {
      await deps.flushUses()
      await deps.deleteExpired()
    } catch (error) {
      deps.logger.warn({ err: error }, 'identity.housekeeping-failed')
    }
  }

  return {
    start: async () => {
      unsubscribe ??= deps.eventLog.subscribe(ALL_TENANTS, (event) => {
        if (event.type === 'rampart.api-key.changed.v1') deps.invalidate(`api-key:${event.subject}`)
      })
      timer ??= setInterval(() => void tick(), HOUSEKEEPING_MS).unref()
      await tick()
    },
    stop: async () => {
      clearInterval(timer)
      timer = undefined
      unsubscribe?.()
      unsubscribe = undefined
      await deps
        .flushUses()
        .catch((error: unknown) => deps.logger.warn({ err: error }, 'identity.flush-failed'))
    },
  }
}
