/**
 * Audits calls of response that were refused before they reached it: credentials that prove nothing, and roles that do not
 * suffice. What a stranger can cause is bounded; the rest is counted in the next entry.
 */
import type { Audit } from '@rampart/audit'
import { DEFAULT_TENANT, entity, type Principal, principalName } from '@rampart/domain'
import type { Clock, Database, Logger } from '@rampart/kit'

const MOST_PER_MINUTE = 60
const MINUTE_MS = 60_000

export type RefusedCall = {
  readonly action: string
  readonly path: string
  readonly why: string
  /** Absent when nobody was recognised. */
  readonly principal?: Principal
}

export type RefusalAuditDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly audit: Pick<Audit, 'record'>
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Pick<Logger, 'warn'>
}

export const createRefusalAudit = ({ database, audit, clock, logger }: RefusalAuditDeps) => {
  let from = clock.now()
  let written = 0
  let unwritten = 0

  return ({ action, path, why, principal }: RefusedCall): void => {
    if (!action.startsWith('response:') || action === 'response:read') return
    if (clock.now() - from >= MINUTE_MS) {
      from = clock.now()
      written = 0
    }
    if (written >= MOST_PER_MINUTE) {
      unwritten += 1
      return
    }
    written += 1
    const tenant = principal?.tenant ?? DEFAULT_TENANT
    const before = unwritten
    unwritten = 0
    database
      .tx(tenant, (tx) =>
        audit.record(tx, {
          tenant,
          principal: principal === undefined ? 'anonymous:unknown' : principalName(principal),
          action,
          entity: entity('system', 'response'),
          outcome: 'denied',
          details: {
            path: path.slice(0, 256),
            why: why.slice(0, 500),
            ...(before === 0 ? {} : { unwrittenBefore: before }),
          },
        }),
      )
      .catch((error: unknown) => logger.warn({ err: error }, 'response.refusal-not-audited'))
  }
}
