/**
 * Takes one half of one step (its effect, or its inverse) from where it is to an end. The state is written before the
 * effect; after a crash in between, the probe tells what happened, and where it cannot and the effect is not idempotent,
 * a person is asked. Nothing is ever sent again on a guess.
 */
import type { Clock, Database, Logger } from '@rampart/kit'
import { isAppError } from '@rampart/kit'
import type { Action, ActionCall, Half, Json, Probe } from './action.ts'
import type { Step, StepState, StoredRun } from './run.ts'
import * as store from './store.ts'

/** Somebody else drives the run, or the step is not where it was read: stop without another effect. */
export class LeaseLost extends Error {}

export type Boundary = (name: string) => void | Promise<void>

export type StepDriverDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Clock
  readonly logger: Logger
  readonly owner: string
  /** Called at every boundary of a step, for proofs that kill the process there. */
  readonly boundary?: Boundary
}

export type StepEnd = 'done' | 'unproven' | 'failed' | 'ambiguous' | 'pending'

type Names = {
  readonly dispatched: StepState
  readonly applied: StepState
  readonly done: StepState
  readonly unproven: StepState
  readonly failed: StepState
}

const FORWARD: Names = {
  dispatched: 'dispatched',
  applied: 'applied',
  done: 'probed',
  unproven: 'unproven',
  failed: 'failed',
}
const UNDO: Names = {
  dispatched: 'undo-dispatched',
  applied: 'undo-applied',
  done: 'reverted',
  unproven: 'undo-failed',
  failed: 'undo-failed',
}

const APPLY_MS = 15_000
const PROBE_MS = 8_000
const MOST_ATTEMPTS = 3

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const isIdempotent = ({ idempotent }: Half, { parameters }: ActionCall): boolean =>
  typeof idempotent === 'function' ? idempotent(parameters) : idempotent

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** True when the error itself says that nothing was done: refused before it began. */
const isRefusal = (error: unknown): boolean =>
  isAppError(error) &&
  !error.retryable &&
  ['InvalidInput', 'Forbidden', 'NotFound', 'Conflict', 'PreconditionFailed', 'Unsupported'].includes(
    error.kind,
  )

export const createStepDriver = (deps: StepDriverDeps) => {
  const { clock } = deps
  const at = async (name: string): Promise<void> => deps.boundary?.(name)

  const move = async (
    run: StoredRun,
    step: Step,
    from: StepState,
    change: Omit<store.StepChange, 'at'>,
  ): Promise<void> => {
    const moved = await deps.database.tx(run.tenant, (tx) =>
      store.moveStep(
        tx,
        { run: run.id, index: step.index, from, owner: deps.owner },
        { ...change, at: clock.iso() },
      ),
    )
    if (!moved) throw new LeaseLost(`step ${step.index} of ${run.id} is not ours at ${from}`)
  }

  const ask = async (
    half: Half,
    call: ActionCall,
    memento: Json,
    result: Json | undefined,
  ): Promise<Probe> => {
    try {
      return await half.probe(call, memento, result)
    } catch (error) {
      return { took: 'unknown', detail: told(error) }
    }
  }

  /** Asks until the probe says yes or its time is over; the last answer counts. */
  const settle = async (
    half: Half,
    call: ActionCall,
    memento: Json,
    result: Json | undefined,
    withinMs: number,
  ): Promise<Probe> => {
    const end = clock.monotonic() + withinMs
    for (let rest = 10; ; rest = Math.min(250, rest * 2)) {
      const found = await ask(half, call, memento, result)
      if (found.took === 'yes' || found.took === 'pending' || clock.monotonic() >= end || call.signal.aborted)
        return found
      await pause(rest)
    }
  }

  type Work = {
    readonly run: StoredRun
    readonly step: Step
    readonly half: Half
    readonly names: Names
    readonly call: ActionCall
    readonly memento: Json
    readonly probeMs: number
    /** Prefix of the names of boundaries. */
    readonly side: 'do' | 'undo'
  }

  /** Each attempt has a deadline of its own: what ran out in one would end the next before it began. */
  const anew = (call: ActionCall): ActionCall => ({ ...call, signal: AbortSignal.timeout(APPLY_MS) })

  const verify = async (work: Work, from: StepState, result: Json | undefined): Promise<StepEnd> => {
    const { run, step, half, names, memento } = work
    const call = anew(work.call)
    const found = await settle(half, call, memento, result, work.probeMs)
    if (found.took === 'pending') return 'pending'
    await at(`${work.side}:${step.index}:probed`)
    const isDone = found.took === 'yes'
    await move(run, step, from, { state: isDone ? names.done : names.unproven, detail: found.detail })
    await at(`${work.side}:${step.index}:probe-kept`)
    return isDone ? 'done' : 'unproven'
  }

  const stop = async (work: Work, from: StepState, detail: string): Promise<StepEnd> => {
    await move(work.run, work.step, from, { state: work.names.failed, detail })
    return 'failed'
  }

  /** The step is dispatched and did not answer: by a crash, or by an error. */
  const recover = async (work: Work, attempts: number, cause: string | undefined): Promise<StepEnd> => {
    const { run, step, half, names, memento } = work
    const call = anew(work.call)
    const found = await ask(half, call, memento, undefined)
    if (found.took === 'yes' || found.took === 'pending') {
      await move(run, step, names.dispatched, { state: names.applied, detail: found.detail })
      await at(`${work.side}:${step.index}:applied-kept`)
      return verify(work, names.applied, undefined)
    }
    if (found.took === 'unknown' && !isIdempotent(half, call)) {
      await move(run, step, names.dispatched, {
        state: work.side === 'do' ? 'ambiguous' : 'undo-failed',
        detail: `ambiguous after dispatch: ${cause ?? 'interrupted'}; ${found.detail}`,
      })
      return work.side === 'do' ? 'ambiguous' : 'failed'
    }
    if (attempts >= MOST_ATTEMPTS && cause !== undefined)
      return stop(work, names.dispatched, `${cause} (${attempts} attempts)`)
    await move(run, step, names.dispatched, { state: names.dispatched })
    return send(work, attempts + 1)
  }

  const send = async (work: Work, attempts: number): Promise<StepEnd> => {
    const { run, step, half, names, memento } = work
    let result: Json | undefined
    await at(`${work.side}:${step.index}:dispatched`)
    try {
      result = await half.apply(anew(work.call), memento)
    } catch (error) {
      deps.logger.warn({ err: error, run: run.id, action: step.action }, 'response.step-not-applied')
      if (isRefusal(error)) return stop(work, names.dispatched, told(error))
      return recover(work, attempts, told(error))
    }
    await at(`${work.side}:${step.index}:applied`)
    await move(run, step, names.dispatched, {
      state: names.applied,
      ...(result === undefined ? {} : { result }),
    })
    await at(`${work.side}:${step.index}:applied-kept`)
    return verify(work, names.applied, result)
  }

  const callOf = (run: StoredRun, step: Step, side: Work['side']): ActionCall => ({
    tenant: run.tenant,
    parameters: step.parameters,
    key: `${run.id}/${step.index}/${side}`,
    runId: run.id,
    reason: side === 'undo' ? (run.revert?.reason ?? run.reason) : run.reason,
    principal: side === 'undo' ? (run.revert?.by ?? run.requestedBy) : run.requestedBy,
    signal: AbortSignal.timeout(APPLY_MS),
  })

  return {
    /** From `pending`, `dispatched` or `applied` to an end. */
    forward: async (run: StoredRun, step: Step, action: Action): Promise<StepEnd> => {
      const call = callOf(run, step, 'do')
      const base = { run, step, half: action, names: FORWARD, call, side: 'do' as const }
      const probeMs = action.probeMs ?? PROBE_MS
      if (step.state === 'applied')
        return verify({ ...base, memento: step.memento ?? {}, probeMs }, 'applied', step.result)
      if (step.state === 'dispatched')
        return recover({ ...base, memento: step.memento ?? {}, probeMs }, step.attempts, undefined)
      await at(`do:${step.index}:begun`)
      let memento: Json
      try {
        memento = await action.precheck(call)
      } catch (error) {
        await move(run, step, step.state, { state: 'failed', detail: told(error) })
        return 'failed'
      }
      await at(`do:${step.index}:prechecked`)
      await move(run, step, step.state, { state: 'dispatched', memento })
      return send({ ...base, memento, probeMs }, step.attempts + 1)
    },
    /** Not undone, and why: the other steps are. */
    leave: (run: StoredRun, step: Step, detail: string): Promise<void> =>
      move(run, step, step.state, { state: 'undo-failed', detail }),
    /** Undoes a step that may have an effect. */
    undo: async (run: StoredRun, step: Step, action: Action): Promise<StepEnd> => {
      const half = action.inverse
      if (half === undefined) {
        await move(run, step, step.state, { state: 'kept', detail: 'cannot be undone' })
        return 'done'
      }
      const work: Work = {
        run,
        step,
        half,
        names: UNDO,
        call: callOf(run, step, 'undo'),
        memento: step.memento ?? {},
        probeMs: action.probeMs ?? PROBE_MS,
        side: 'undo',
      }
      if (step.state === 'undo-applied') return verify(work, 'undo-applied', undefined)
      if (step.state === 'undo-dispatched') return recover(work, 1, undefined)
      await at(`undo:${step.index}:begun`)
      await move(run, step, step.state, { state: 'undo-dispatched' })
      return send(work, 1)
    },
  }
}
