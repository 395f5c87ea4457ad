/** Drives runs: step by step forward, in reverse order back, under a lease that another process can take over. */
import { componentPrincipal, entity, type Principal, principalName } from '@rampart/domain'
import type { Clock, Database, EventLog, Logger, Metrics, Tx } from '@rampart/kit'
import { ALL_TENANTS } from '@rampart/kit'
import { type Action, type ActionRegistry, contractOf } from './action.ts'
import type { AuditPort, TimelinePort } from './ports.ts'
import { isInForce, type RunBody, type RunState, type Step, type StoredRun } from './run.ts'
import { type Boundary, createStepDriver, LeaseLost } from './step-driver.ts'
import * as store from './store.ts'

export type EngineDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly audit: AuditPort
  readonly actions: ActionRegistry
  /** Names this process among those that may drive runs. */
  readonly owner: string
  readonly timeline?: TimelinePort
  readonly boundary?: Boundary
  /** How long a run waits after its driver died; 6000. */
  readonly leaseMs?: number
}

const LEASE_MS = 6_000
const SWEEP_MS = 500
const SWEEP_LIMIT = 200

/** A run is contained only once its probes say so: both are told at the same moment. */
const TIMELINE: Partial<Record<RunState, readonly Parameters<TimelinePort>[1]['kind'][]>> = {
  waiting: ['waiting'],
  running: ['started'],
  contained: ['contained', 'verified'],
  incomplete: ['incomplete'],
  reverted: ['reverted'],
  failed: ['failed'],
  ambiguous: ['ambiguous'],
}

const OVER: readonly RunState[] = ['reverted', 'failed', 'refused', 'revert-incomplete']

export type Engine = ReturnType<typeof createEngine>

export const createEngine = (deps: EngineDeps) => {
  const { database, clock, logger, actions, owner } = deps
  const driver = createStepDriver(deps)
  const leaseMs = deps.leaseMs ?? LEASE_MS
  const driving = new Map<string, Promise<void>>()
  const moved = deps.metrics.counter({
    name: 'rampart_response_runs_total',
    help: 'Response runs that came into a state.',
    labelNames: ['state'],
  })
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | undefined
  let stopped = false

  /** Moves a run in the caller's transaction: state, event, audit entry and the incident's timeline together. */
  const moveRun = async (
    tx: Tx,
    run: StoredRun,
    state: RunState,
    change: { readonly body?: Partial<RunBody>; readonly by?: Principal; readonly detail?: string } = {},
  ): Promise<void> => {
    const at = clock.iso()
    await store.updateRun(tx, run.id, {
      state,
      at,
      isOver: OVER.includes(state),
      ...(change.body === undefined ? {} : { body: change.body }),
    })
    const principal = principalName(change.by ?? componentPrincipal('response', []))
    await deps.eventLog.publish(tx, run.tenant, {
      type: 'rampart.response.run-changed.v1',
      subject: run.id,
      principal,
      data: {
        run_id: run.id,
        name: run.name,
        state,
        previous_state: run.state,
        about: { ...run.subject },
        reason: run.reason,
        ...(run.incident === undefined ? {} : { incident: run.incident }),
        ...(change.detail === undefined ? {} : { detail: change.detail.slice(0, 2000) }),
      },
    })
    await deps.audit.record(tx, {
      tenant: run.tenant,
      principal,
      action: `response.${state}`,
      entity: entity('run', run.id),
      outcome: state === 'failed' || state === 'revert-incomplete' ? 'failure' : 'success',
      details: {
        name: run.name,
        about: run.subject,
        reason: change.body?.revert?.reason ?? run.reason,
        previous: run.state,
        ...(change.detail === undefined ? {} : { detail: change.detail }),
      },
    })
    for (const kind of run.incident === undefined ? [] : (TIMELINE[state] ?? []))
      await deps.timeline?.(tx, {
        tenant: run.tenant,
        incident: run.incident ?? '',
        run: run.id,
        kind,
        text: change.detail ?? `${run.name}: ${state}`,
      })
    moved.inc({ state })
  }

  const read = async (tenant: string, id: string): Promise<StoredRun> => {
    const run = await database.read(tenant, (tx) => store.findRun(tx, id))
    if (run === undefined) throw new LeaseLost(`run ${id} is gone`)
    return run
  }

  /** Moves on only from the state that was read: a revert that came meanwhile wins. */
  const finish = (run: StoredRun, state: RunState, detail: string, body?: Partial<RunBody>): Promise<void> =>
    database.tx(run.tenant, async (tx) => {
      const now = await store.findRun(tx, run.id, true)
      if (now === undefined || now.state !== run.state) return
      await moveRun(tx, now, state, { detail, ...(body === undefined ? {} : { body }) })
    })

  /** The action that carries a step on, or why none in this release does: a person is asked, nothing is guessed. */
  const actionOf = (run: StoredRun, step: Step): Action | string => {
    const action = actions.get(step.action)
    if (action === undefined) return `this release has no action ${step.action}`
    const begun = run.contracts?.[step.action] ?? 1
    const now = contractOf(action)
    if (begun === now || action.carriesOn?.includes(begun) === true) return action
    const by = run.release === undefined ? 'an earlier release' : `release ${run.release}`
    return `${step.action} means something else in this release: the run was begun by ${by} under contract ${begun}, this is ${now}`
  }

  /** One step forward, or the end of the run; false when there is nothing left to do. */
  const forward = async (run: StoredRun): Promise<boolean> => {
    const step = run.steps.find(({ state }) => ['pending', 'dispatched', 'applied'].includes(state))
    if (step === undefined) {
      const bad = run.steps.filter(({ state }) => state !== 'probed')
      if (bad.length === 0) await finish(run, 'contained', 'every step is proven')
      else
        await finish(
          run,
          'incomplete',
          bad
            .map(({ index, action, detail }) => `step ${index} ${action} is not proven: ${detail}`)
            .join('; '),
        )
      return false
    }
    if (step.state === 'pending') {
      const off = await database.read(run.tenant, store.readKillSwitch)
      if (off !== undefined) {
        await finish(run, 'halted', `the kill switch is on: ${off.reason}`)
        return false
      }
    }
    const action = actionOf(run, step)
    if (typeof action === 'string') {
      logger.error({ run: run.id, action: step.action }, 'response.run-of-another-release')
      await finish(run, 'halted', `step ${step.index}: ${action}`, { changed: action })
      return false
    }
    const end = await driver.forward(run, step, action)
    if (end === 'done') return true
    if (end === 'pending') return false
    if (end === 'ambiguous') {
      await finish(run, 'ambiguous', `step ${step.index} ${step.action}: did it take effect?`)
      return false
    }
    if (run.onFailure === 'continue') return true
    const { detail = end } = (await read(run.tenant, run.id)).steps[step.index] ?? {}
    const failed = `step ${step.index} ${step.action}: ${detail}`
    const revert = { by: run.requestedBy, reason: `undone because ${failed}`, at: clock.iso() }
    await finish(run, 'reverting', failed, { failed, revert })
    return true
  }

  /** The last step that is in force is undone first. */
  const backward = async (run: StoredRun): Promise<boolean> => {
    const step = run.steps.toReversed().find((one) => isInForce(one) && one.state !== 'undo-failed')
    if (step === undefined) {
      const left = run.steps.filter(({ state }) => state === 'undo-failed')
      const detail = left.map(({ index, action, detail }) => `step ${index} ${action}: ${detail}`).join('; ')
      const changed = left.map((one) => actionOf(run, one)).find((one) => typeof one === 'string')
      if (left.length > 0)
        await finish(
          run,
          'revert-incomplete',
          `not undone: ${detail}`,
          changed === undefined ? {} : { changed },
        )
      else
        await finish(
          run,
          run.failed === undefined ? 'reverted' : 'failed',
          run.failed ?? 'everything is undone',
        )
      return false
    }
    const action = actionOf(run, step)
    if (typeof action !== 'string') return (await driver.undo(run, step, action)) !== 'pending'
    logger.error({ run: run.id, action: step.action }, 'response.run-of-another-release')
    await driver.leave(run, step, action)
    return true
  }

  const drive = async (tenant: string, id: string): Promise<void> => {
    const claim = (): Promise<boolean> =>
      database.tx(tenant, (tx) => store.claimLease(tx, id, owner, leaseMs))
    if (!(await claim())) return
    const renewing = setInterval(() => {
      claim().catch((error: unknown) => logger.warn({ err: error, run: id }, 'response.lease-not-renewed'))
    }, leaseMs / 3)
    try {
      for (let more = true; more && !stopped; ) {
        const run = await read(tenant, id)
        if (run.state === 'running') more = await forward(run)
        else if (run.state === 'reverting') more = await backward(run)
        else more = false
      }
    } finally {
      clearInterval(renewing)
      await database
        .tx(tenant, (tx) => store.releaseLease(tx, id, owner))
        .catch((error: unknown) => logger.warn({ err: error, run: id }, 'response.lease-not-released'))
    }
  }

  /** Resolves when the run needs nothing more for now; one drive per run in this process. */
  const advance = (tenant: string, id: string): Promise<void> => {
    const key = `${tenant} ${id}`
    const mine = (driving.get(key) ?? Promise.resolve())
      .then(() => drive(tenant, id))
      .catch((error: unknown) => {
        if (error instanceof LeaseLost) logger.info({ run: id }, 'response.lease-lost')
        else logger.error({ err: error, run: id }, 'response.run-stuck')
      })
    driving.set(key, mine)
    void mine.then(() => {
      if (driving.get(key) === mine) driving.delete(key)
    })
    return mine
  }

  const expire = (tenant: string, id: string): Promise<void> =>
    database.tx(tenant, async (tx) => {
      const run = await store.findRun(tx, id, true)
      if (run === undefined || OVER.includes(run.state) || run.state === 'reverting') return
      const by = componentPrincipal('response', ['operator', 'approver'], tenant)
      if (run.state === 'waiting') await moveRun(tx, run, 'refused', { detail: 'nobody approved in time' })
      else {
        const revert = { by, reason: 'its time is over', at: clock.iso() }
        await moveRun(tx, run, 'reverting', { by, body: { revert } })
      }
    })

  const sweep = async (): Promise<void> => {
    const due = await database.read(ALL_TENANTS, (tx) => store.selectDue(tx, clock.iso(), SWEEP_LIMIT))
    for (const { tenant, id, state, isExpired } of due) {
      if (stopped) return
      if (isExpired || state === 'waiting') await expire(tenant, id)
      void advance(tenant, id)
    }
  }

  return {
    moveRun,
    advance,
    /** Takes up what an earlier process left, and what is due; then looks again and again. */
    start: (): void => {
      const look = (): void => {
        sweeping ??= sweep()
          .catch((error: unknown) => logger.warn({ err: error }, 'response.sweep-failed'))
          .finally(() => {
            sweeping = undefined
          })
      }
      look()
      timer = setInterval(look, SWEEP_MS).unref()
    },
    stop: async (): Promise<void> => {
      stopped = true
      clearInterval(timer)
      await sweeping
      await Promise.allSettled(driving.values())
    },
  }
}
