/** Response: starts runs of actions under approvals, limits and the kill switch, follows them, and undoes them. */
import { componentPrincipal, entity, type Principal, principalName } from '@rampart/domain'
import {
  type Clock,
  type Database,
  type EventLog,
  type Logger,
  type Metrics,
  newId,
  type Random,
  type Tx,
} from '@rampart/kit'
import { type Action, type ActionRegistry, createActionRegistry } from './action.ts'
import { createApprovals } from './approvals.ts'
import { createEngine } from './engine.ts'
import { responseErrors } from './errors.ts'
import { approvalsNeeded, checkSteps, contractsNow, estimate, isSamePlan, planDigestOf } from './plan.ts'
import type { AuditPort, TimelinePort } from './ports.ts'
import { type ProtectedEntity, protects } from './resources/protected-entities.ts'
import { IN_FORCE, type RunRequest, type RunState, type StoredRun } from './run.ts'
import type { Boundary } from './step-driver.ts'
import * as store from './store.ts'

export type ResponseDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly audit: AuditPort
  readonly actions: readonly Action[]
  readonly timeline?: TimelinePort
  /** Why a person may not do what needs the permission; undefined when he may. */
  readonly refusePermission?: (principal: Principal, permission: string) => Promise<string | undefined>
  /** Version of the product; kept in every run. */
  readonly release?: string
  /** Whatever touches one of these needs two people. */
  readonly protectedEntities?: (tenant: string) => Promise<readonly ProtectedEntity[]>
  /** For proofs that kill the process at a boundary. */
  readonly boundary?: Boundary
  readonly leaseMs?: number
  /** Runs that policy may start per tenant and minute; 30. */
  readonly runsPerMinute?: number
}

export type Response = ReturnType<typeof createResponse>

const RUNS_PER_MINUTE = 30
const MINUTE_MS = 60_000
/** Share of the limit that is not kept for what is urgent: many small containments must not hold up a grave one. */
const NOT_URGENT = 2 / 3
const APPROVAL_MS = 3_600_000
const MAX_TTL_MS = 30 * 86_400_000

const notFound = (id: string) => responseErrors.RESPONSE_RUN_NOT_FOUND(`There is no run ${id}.`)

/** Policy asked a person before and needs none now: an attack must not go on because nobody has answered yet. */
const asksForLess = (
  { state, requestedBy }: StoredRun,
  { kind }: Principal,
  { approvalsNeeded: needed }: Pick<StoredRunBody, 'approvalsNeeded'>,
): boolean => state === 'waiting' && needed === 0 && kind === 'component' && requestedBy.kind === 'component'

export const createResponse = (deps: ResponseDeps) => {
  const { database, clock, audit } = deps
  const actions: ActionRegistry = createActionRegistry(deps.actions)
  const engine = createEngine({ ...deps, actions, owner: newId(clock, deps.random) })

  const get = async (tenant: string, id: string): Promise<StoredRun> => {
    const run = await database.read(tenant, (tx) => store.findRun(tx, id))
    if (run === undefined) throw notFound(id)
    return run
  }

  /** The refusal is kept in the audit log although nothing else is. */
  const refuse = async (principal: Principal, request: RunRequest, error: Error): Promise<never> => {
    await database.tx(principal.tenant, (tx) =>
      audit.record(tx, {
        tenant: principal.tenant,
        principal: principalName(principal),
        action: 'response.start',
        entity: request.subject,
        outcome: 'denied',
        details: { name: request.name, reason: request.reason, why: error.message },
      }),
    )
    throw error
  }

  type Guard = (tx: Tx) => Promise<Error | undefined>
  type Opening = { readonly id: string; readonly isNew: boolean } | { readonly refusal: Error }

  const open = (
    principal: Principal,
    request: RunRequest,
    body: StoredRunBody,
    guard: Guard | undefined,
  ): Promise<Opening> =>
    database.tx(principal.tenant, async (tx): Promise<Opening> => {
      await store.lockStart(tx, principal.tenant)
      const id = newId(clock, deps.random)
      const planDigest = planDigestOf(request, id)
      const idempotencyKey = request.idempotencyKey ?? id
      const known = await store.findByKey(tx, idempotencyKey)
      if (known !== undefined) {
        if (isSamePlan(request, known)) return { id: known.id, isNew: false }
        return { refusal: responseErrors.RESPONSE_KEY_REUSED(`The key names run ${known.id}, another plan.`) }
      }
      const holder = await store.findHolder(tx, request.concurrencyKey)
      const isOvertaken = holder !== undefined && asksForLess(holder, principal, body)
      const refusal =
        (await guard?.(tx)) ?? (await refusalOf(tx, principal, request, isOvertaken ? undefined : holder))
      if (refusal !== undefined) return { refusal }
      if (isOvertaken)
        await engine.moveRun(tx, holder, 'refused', { by: principal, detail: 'policy does it by itself now' })
      const now = clock.now()
      const at = clock.iso()
      const state: RunState = body.approvalsNeeded > 0 ? 'waiting' : 'running'
      const { ttlMs } = request
      await store.insertRun(tx, {
        id,
        name: request.name,
        state,
        idempotencyKey,
        planDigest,
        createdAt: at,
        body,
        steps: request.steps,
        ...(request.concurrencyKey === undefined ? {} : { concurrencyKey: request.concurrencyKey }),
        ...(ttlMs === undefined
          ? {}
          : { expiresAt: new Date(now + Math.min(ttlMs, MAX_TTL_MS)).toISOString() }),
        ...(state === 'waiting'
          ? { approveUntil: new Date(now + (request.approvalMs ?? APPROVAL_MS)).toISOString() }
          : {}),
      })
      const run = await store.findRun(tx, id, true)
      if (run !== undefined) await engine.moveRun(tx, run, state, { by: principal })
      return { id, isNew: true }
    })

  const refusalOf = async (
    tx: Parameters<typeof store.findRun>[0],
    principal: Principal,
    request: RunRequest,
    holder: StoredRun | undefined,
  ): Promise<Error | undefined> => {
    const off = await store.readKillSwitch(tx)
    if (off !== undefined) return responseErrors.RESPONSE_KILL_SWITCH(`Set by ${off.by}: ${off.reason}`)
    if (holder !== undefined)
      return responseErrors.RESPONSE_BUSY(`Run ${holder.id} holds ${request.concurrencyKey}.`, {
        details: { run: holder.id, state: holder.state },
      })
    // People decide for themselves; a storm of signals must not become a storm of containments.
    if (principal.kind !== 'component') return undefined
    const most = deps.runsPerMinute ?? RUNS_PER_MINUTE
    const limit = request.isUrgent === true ? most : Math.ceil(most * NOT_URGENT)
    const since = new Date(clock.now() - MINUTE_MS).toISOString()
    const earlier = await store.startedAt(tx, since, limit)
    if (earlier === undefined) return undefined
    const freeAt = new Date(earlier.getTime() + MINUTE_MS).toISOString()
    return responseErrors.RESPONSE_TOO_MANY(
      `The limit of ${limit} runs a minute${request.isUrgent === true ? '' : ' that are not urgent'} is reached.`,
      { details: { freeAt } },
    )
  }

  /** A run must not be a way around what its steps need by themselves. */
  const forbiddenOf = async (
    principal: Principal,
    { steps, permission: whole }: Pick<RunRequest, 'steps' | 'permission'>,
  ): Promise<Error | undefined> => {
    if (principal.kind === 'component' || deps.refusePermission === undefined) return undefined
    const each = steps.map(({ action }) => actions.get(action)?.permission ?? '')
    for (const permission of new Set(whole === undefined ? each : [whole])) {
      const why = await deps.refusePermission(principal, permission)
      if (why !== undefined) return responseErrors.RESPONSE_FORBIDDEN(why)
    }
    return undefined
  }

  /**
   * Starts a run, or gives the one with the same key. Nothing is awaited: `settle` waits for its end. `guard` may still
   * refuse in the transaction that makes it.
   */
  const start = async (principal: Principal, asked: RunRequest, guard?: Guard): Promise<StoredRun> => {
    checkSteps(actions, asked.steps)
    const blastRadius = await estimate(actions, principal, asked)
    const touched = [asked.subject, ...blastRadius.flatMap(({ entities }) => entities)]
    const guarded = (await deps.protectedEntities?.(principal.tenant)) ?? []
    const isProtected = asked.isProtected === true || protects(guarded, touched)
    const request: RunRequest = { ...asked, isProtected }
    const body: StoredRunBody = {
      reason: request.reason,
      subject: request.subject,
      onFailure: request.onFailure ?? 'revert',
      requestedBy: principal,
      approvalsNeeded: approvalsNeeded(request),
      isProtected,
      blastRadius,
      contracts: contractsNow(actions, request.steps),
      ...(deps.release === undefined ? {} : { release: deps.release }),
      ...(request.incident === undefined ? {} : { incident: request.incident }),
      ...(request.permission === undefined ? {} : { permission: request.permission }),
    }
    const forbidden = await forbiddenOf(principal, request)
    if (forbidden !== undefined) return refuse(principal, request, forbidden)
    const opened = await open(principal, request, body, guard)
    if ('refusal' in opened) return refuse(principal, request, opened.refusal)
    void engine.advance(principal.tenant, opened.id)
    return get(principal.tenant, opened.id)
  }

  /** The run once it needs nothing more for now, or as it is when the time is over. */
  const settle = async (tenant: string, id: string, withinMs: number): Promise<StoredRun> => {
    let late: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => {
      late = setTimeout(resolve, withinMs)
    })
    await Promise.race([engine.advance(tenant, id), over])
    clearTimeout(late)
    return get(tenant, id)
  }

  /** Moves a run on a person's word; `from` says in which states that makes sense. */
  const command = async (
    principal: Principal,
    id: string,
    step: {
      readonly from: readonly RunState[]
      readonly to: RunState
      readonly what: string
      readonly body?: Parameters<typeof engine.moveRun>[3]
      readonly before?: (tx: Parameters<typeof store.findRun>[0], run: StoredRun) => Promise<void>
    },
  ): Promise<StoredRun> => {
    await database.tx(principal.tenant, async (tx) => {
      const run = await store.findRun(tx, id, true)
      if (run === undefined) throw notFound(id)
      if (run.state === step.to) return
      if (!step.from.includes(run.state))
        throw responseErrors.RESPONSE_STATE_WRONG(`Run ${id} is ${run.state}; it cannot be ${step.what}.`)
      await step.before?.(tx, run)
      await engine.moveRun(tx, run, step.to, { by: principal, ...step.body })
    })
    void engine.advance(principal.tenant, id)
    return get(principal.tenant, id)
  }

  /** A person who was told that an action means something else now, and asks again, agrees. */
  const agree = async (tx: Tx, run: StoredRun): Promise<void> => {
    if (typeof run.changed !== 'string') return
    const contracts = { ...run.contracts, ...contractsNow(actions, run.steps) }
    await store.updateRun(tx, run.id, { at: clock.iso(), body: { contracts, changed: null } })
  }

  const approvals = createApprovals({ ...deps, engine, get })

  return {
    start,
    settle,
    get,
    ...approvals,
    actions: actions.list,
    list: (tenant: string, filter: store.RunFilter) =>
      database.read(tenant, (tx) => store.listRuns(tx, filter)),
    /** Runs that have, or may have, something in force. */
    containments: (tenant: string, filter: Omit<store.RunFilter, 'states'>) =>
      database.read(tenant, (tx) => store.listRuns(tx, { ...filter, states: IN_FORCE })),
    /** Undoes what is in force, last step first; possible in every state and with the kill switch on. */
    revert: async (principal: Principal, id: string, reason: string): Promise<StoredRun> => {
      const forbidden = await forbiddenOf(principal, await get(principal.tenant, id))
      if (forbidden !== undefined) throw forbidden
      return command(principal, id, {
        from: ['running', 'contained', 'incomplete', 'halted', 'ambiguous', 'revert-incomplete'],
        to: 'reverting',
        what: 'reverted',
        body: { body: { revert: { by: principal, reason, at: clock.iso() } } },
        before: async (tx, run) => {
          if (run.state === 'revert-incomplete') await agree(tx, run)
          for (const { index, state } of run.steps)
            if (state === 'undo-failed')
              await store.settleStep(tx, id, index, { from: state, to: 'probed', detail: 'undone once more' })
        },
      })
    },
    /** Takes back a run that only waits for approvals. */
    withdraw: (principal: Principal, id: string, reason: string): Promise<StoredRun> =>
      command(principal, id, {
        from: ['waiting'],
        to: 'refused',
        what: 'withdrawn',
        body: { detail: reason },
      }),
    byKeys: (tenant: string, keys: readonly string[]): Promise<StoredRun[]> =>
      database.read(tenant, (tx) => store.findByKeys(tx, keys)),
    /** Goes on with what the kill switch halted, and tries again what could not be proven. */
    resume: (principal: Principal, id: string): Promise<StoredRun> =>
      command(principal, id, {
        from: ['halted', 'incomplete'],
        to: 'running',
        what: 'resumed',
        before: async (tx, run) => {
          await agree(tx, run)
          for (const { index, state } of run.steps) {
            if (state === 'unproven')
              await store.settleStep(tx, id, index, {
                from: state,
                to: 'applied',
                detail: 'proven once more',
              })
            if (state === 'failed')
              await store.settleStep(tx, id, index, { from: state, to: 'pending', detail: 'tried once more' })
          }
        },
      }),
    /** A person tells what became of a step that nothing could tell about; it is never sent again by itself. */
    resolve: (
      principal: Principal,
      id: string,
      answer: { readonly tookEffect: boolean; readonly note: string },
    ): Promise<StoredRun> =>
      command(principal, id, {
        from: ['ambiguous'],
        to: 'running',
        what: 'resolved',
        body: {
          detail: `${answer.tookEffect ? 'it took effect' : 'it did not take effect'}: ${answer.note}`,
        },
        before: async (tx, run) => {
          const step = run.steps.find(({ state }) => state === 'ambiguous')
          if (step === undefined) return
          const to = answer.tookEffect ? 'probed' : 'pending'
          const detail = `${principalName(principal)}: ${answer.note}`
          await store.settleStep(tx, id, step.index, { from: 'ambiguous', to, detail })
        },
      }),
    killSwitch: (tenant: string) => database.read(tenant, store.readKillSwitch),
    setKillSwitch: (
      principal: Principal,
      on: boolean,
      reason: string,
    ): Promise<store.KillSwitch | undefined> =>
      database.tx(principal.tenant, async (tx) => {
        const by = principalName(principal)
        const value = on ? { reason, by, at: clock.iso() } : undefined
        await store.setKillSwitch(tx, value)
        await audit.record(tx, {
          tenant: principal.tenant,
          principal: by,
          action: `response.kill-switch-${on ? 'on' : 'off'}`,
          entity: entity('system', 'response'),
          outcome: 'success',
          details: { reason },
        })
        return value
      }),
    /** The principal of runs that policy starts. */
    component: (tenant: string): Principal =>
      componentPrincipal('response', ['operator', 'approver'], tenant),
    begin: engine.start,
    stop: engine.stop,
  }
}

type StoredRunBody = Parameters<typeof store.insertRun>[1]['body']
