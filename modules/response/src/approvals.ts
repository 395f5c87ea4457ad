/** Approvals of runs: counted once per person, bound to the plan, in time; what does not count is refused and audited. */
import { entity, type Principal, principalName } from '@rampart/domain'
import type { Clock, Database } from '@rampart/kit'
import type { Engine } from './engine.ts'
import { responseErrors } from './errors.ts'
import { mayApprove } from './plan.ts'
import type { AuditPort } from './ports.ts'
import type { StoredRun } from './run.ts'
import * as store from './store.ts'

export type ApprovalsDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly audit: AuditPort
  readonly engine: Pick<Engine, 'moveRun' | 'advance'>
  readonly get: (tenant: string, id: string) => Promise<StoredRun>
}

export type ApprovalAnswer = { readonly planDigest: string; readonly reason: string }

export const createApprovals = (deps: ApprovalsDeps) => {
  const { database, clock } = deps

  const fault = (run: StoredRun, principal: Principal, answer: ApprovalAnswer): string | undefined => {
    if (run.state !== 'waiting') return `the run is ${run.state}`
    if (run.approveUntil !== undefined && Date.parse(run.approveUntil) <= clock.now())
      return `the time to approve was over at ${run.approveUntil}`
    if (answer.planDigest !== run.planDigest) return `it is about the plan ${answer.planDigest}`
    return mayApprove(run.requestedBy, run.isProtected, principal)
  }

  const approve = async (principal: Principal, id: string, answer: ApprovalAnswer): Promise<StoredRun> => {
    const approver = principalName(principal)
    const refusal = await database.tx(principal.tenant, async (tx) => {
      const run = await store.findRun(tx, id, true)
      if (run === undefined) throw responseErrors.RESPONSE_RUN_NOT_FOUND(`There is no run ${id}.`)
      const known = fault(run, principal, answer)
      const isNew =
        known === undefined &&
        (await store.insertApproval(tx, { run: id, approver, ...answer, approvedAt: clock.iso() }))
      const why = known ?? (isNew ? undefined : `${approver} approved it before`)
      await deps.audit.record(tx, {
        tenant: principal.tenant,
        principal: approver,
        action: 'response.approve',
        entity: entity('run', id),
        outcome: why === undefined ? 'success' : 'denied',
        details: { plan: answer.planDigest, reason: answer.reason, ...(why === undefined ? {} : { why }) },
      })
      if (why !== undefined) return why
      if (run.approvals.length + 1 >= run.approvalsNeeded)
        await deps.engine.moveRun(tx, run, 'running', { by: principal, detail: 'approved' })
      return undefined
    })
    if (refusal !== undefined)
      throw responseErrors.RESPONSE_APPROVAL_REFUSED(`The approval does not count: ${refusal}.`)
    void deps.engine.advance(principal.tenant, id)
    return deps.get(principal.tenant, id)
  }

  /** One word against it ends the run before anything is done. */
  const decline = async (principal: Principal, id: string, reason: string): Promise<StoredRun> => {
    await database.tx(principal.tenant, async (tx) => {
      const run = await store.findRun(tx, id, true)
      if (run === undefined) throw responseErrors.RESPONSE_RUN_NOT_FOUND(`There is no run ${id}.`)
      if (run.state !== 'waiting') throw responseErrors.RESPONSE_NOT_WAITING(`Run ${id} is ${run.state}.`)
      await deps.engine.moveRun(tx, run, 'refused', { by: principal, detail: reason })
    })
    return deps.get(principal.tenant, id)
  }

  return { approve, decline }
}
