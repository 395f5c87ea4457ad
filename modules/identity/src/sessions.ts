/** Browser sessions: a one-time login code, short-lived, becomes a server-side session known by its hash only. */
import { type Principal, principalName } from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database, type Random } from '@rampart/kit'
import { hashSecret, newSecret } from './credentials.ts'
import { identityErrors } from './errors.ts'
import type { AuditPort } from './ports.ts'
import * as store from './store.ts'

const CODE_LIFETIME_MS = 10 * 60_000
const SESSION_LIFETIME_MS = 12 * 3_600_000
const CODE = /^rl_[A-Za-z0-9_-]{43}$/

export type SessionsDeps = {
  readonly database: Database
  readonly audit: AuditPort
  readonly clock: Clock
  readonly random: Random
  readonly invalidate: (source: string) => void
}

export type NewSession = {
  readonly cookie: string
  readonly maxAgeSeconds: number
  readonly principal: Principal
}

export const sessionSource = (cookie: string): string => `session:${hashSecret(cookie).toString('hex')}`

export const createSessions = (deps: SessionsDeps) => {
  const { database, audit, clock, random } = deps

  const loginCode = async (principal: Principal, ttlMs: number = CODE_LIFETIME_MS): Promise<string> => {
    const code = newSecret(random, 'rl_')
    const expiresAt = new Date(clock.now() + Math.min(ttlMs, CODE_LIFETIME_MS)).toISOString()
    const { tenant, kind, id, roles } = principal
    await database.tx(tenant, (tx) =>
      store.insertLoginCode(tx, { tenant, kind, id, roles, hash: code.hash, expiresAt }),
    )
    return code.text
  }

  const redeem = (code: string): Promise<NewSession> => {
    if (!CODE.test(code)) throw identityErrors.IDENTITY_LOGIN_CODE_INVALID('the login link is not valid')
    return database.tx(ALL_TENANTS, async (tx) => {
      const owner = await store.takeLoginCode(tx, hashSecret(code), clock.iso())
      if (owner === undefined) {
        throw identityErrors.IDENTITY_LOGIN_CODE_INVALID('the login link was used already or has expired')
      }
      const session = newSecret(random, 'rs_')
      const expiresAt = new Date(clock.now() + SESSION_LIFETIME_MS).toISOString()
      await store.insertSession(tx, { ...owner, hash: session.hash, createdAt: clock.iso(), expiresAt })
      const principal: Principal = { ...owner, via: 'cookie' }
      await record(audit, tx, principal, 'session.opened')
      return { cookie: session.text, maxAgeSeconds: SESSION_LIFETIME_MS / 1000, principal }
    })
  }

  /** True when there was such a session. */
  const end = async (cookie: string): Promise<boolean> => {
    const ended = await database.tx(ALL_TENANTS, async (tx) => {
      const owner = await store.deleteSession(tx, hashSecret(cookie))
      if (owner !== undefined) await record(audit, tx, { ...owner, via: 'cookie' }, 'session.closed')
      return owner !== undefined
    })
    deps.invalidate(sessionSource(cookie))
    return ended
  }

  return {
    loginCode,
    redeem: async (code: string) => redeem(code),
    end,
    find: (cookie: string) => database.read(ALL_TENANTS, (tx) => store.findSession(tx, hashSecret(cookie))),
    deleteExpired: () => database.tx(ALL_TENANTS, (tx) => store.deleteExpired(tx, clock.iso())),
  }
}

const record = (
  audit: AuditPort,
  tx: Parameters<AuditPort['record']>[0],
  principal: Principal,
  action: string,
): Promise<void> =>
  audit.record(tx, {
    tenant: principal.tenant,
    principal: principalName(principal),
    action,
    entity: { kind: 'principal', id: principalName(principal) },
    outcome: 'success',
    details: {},
  })
