/** An approver hands his right to another person for a time. It is used once however many hold it, and never handed on. */
import { type Principal, principalName } from '@rampart/domain'
import { type Clock, type Database, newId, type Random } from '@rampart/kit'
import * as store from './delegation-store.ts'
import { approvalErrors } from './errors.ts'
import type { AuditPort } from './ports.ts'

export type DelegationsDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly random: Random
  readonly audit: AuditPort
}

export type DelegationRequest = { readonly to: string; readonly until: string; readonly reason: string }

const MAX_DAYS = 90
const DAY_MS = 86_400_000
const MAX_LISTED = 500
const PERSON = /^user:[^\s\p{C}]{1,256}$/u

const refuse = approvalErrors.APPROVAL_DELEGATION_REFUSED

/** True when the right of `to` already leads, over any number of delegations, to `holder`. */
const closesCircle = (active: readonly store.Delegation[], holder: string, to: string): boolean => {
  const seen = new Set([to])
  for (const person of seen)
    for (const { holder: from, delegate } of active) if (from === person) seen.add(delegate)
  return seen.has(holder)
}

export const createDelegations = ({ database, clock, random, audit }: DelegationsDeps) => {
  const check = (principal: Principal, { to, until }: DelegationRequest): void => {
    const holder = principalName(principal)
    if (principal.kind !== 'user') throw refuse(`${holder} is not a person.`)
    if (!PERSON.test(to)) throw refuse('A right is handed to a person, written user:ID.')
    if (to === holder) throw refuse('Nobody hands a right to himself.')
    const ms = Date.parse(until) - clock.now()
    if (!(ms > 0 && ms <= MAX_DAYS * DAY_MS))
      throw refuse(`A delegation ends within ${MAX_DAYS} days, and in the future.`)
  }

  return {
    /** Throws APPROVAL_DELEGATION_REFUSED. */
    delegate: async (principal: Principal, request: DelegationRequest): Promise<store.Delegation> => {
      check(principal, request)
      const { tenant, roles } = principal
      const holder = principalName(principal)
      return database.tx(tenant, async (tx) => {
        await store.lockDelegations(tx, tenant)
        if (closesCircle(await store.activeDelegations(tx, clock.iso()), holder, request.to))
          throw refuse(`The right of ${request.to} is already in the hands of ${holder}.`)
        const id = newId(clock, random)
        const until = new Date(request.until).toISOString()
        const { to: delegate, reason } = request
        await store.insertDelegation(tx, {
          id,
          holder,
          delegate,
          roles,
          reason,
          until,
          createdAt: clock.iso(),
        })
        await audit.record(tx, {
          tenant,
          principal: holder,
          action: 'approval.delegated',
          entity: { kind: 'principal', id: delegate },
          outcome: 'success',
          details: { delegation: id, roles, until, reason },
        })
        const made = await store.lockDelegation(tx, id)
        if (made === undefined) throw new Error(`the delegation ${id} is gone`)
        return made
      })
    },
    /** By either side, or an administrator. What was approved with it stays approved. */
    revoke: (principal: Principal, id: string): Promise<void> =>
      database.tx(principal.tenant, async (tx) => {
        const found = await store.lockDelegation(tx, id)
        const by = principalName(principal)
        const may = [found?.holder, found?.delegate].includes(by) || principal.roles.includes('admin')
        if (found === undefined || !may)
          throw approvalErrors.APPROVAL_DELEGATION_NOT_FOUND(`There is no delegation ${id} of yours.`)
        if (found.revokedAt !== null) return
        await store.revokeDelegation(tx, id, { principal: by, time: clock.iso() })
        await audit.record(tx, {
          tenant: principal.tenant,
          principal: by,
          action: 'approval.delegation-revoked',
          entity: { kind: 'principal', id: found.delegate },
          outcome: 'success',
          details: { delegation: id, holder: found.holder },
        })
      }),
    /** Newest first, ended ones too. */
    list: (tenant: string): Promise<readonly store.Delegation[]> =>
      database.read(tenant, (tx) => store.listDelegations(tx, MAX_LISTED)),
  }
}
