/**
 * What a playbook run asks of the engine: runs of actions and runs of other playbooks, each named by the request's key, so
 * that after a crash the same request finds the same run. None begins once the playbook run is over.
 */
import type { Command, Dispatch, Outcome } from '@rampart/cacao'
import type { Principal } from '@rampart/domain'
import type { Database, Tx } from '@rampart/kit'
import type { Json } from '../action.ts'
import { responseErrors } from '../errors.ts'
import type { Response } from '../response.ts'
import { IN_FORCE, type RunState, type StoredRun } from '../run.ts'
import type { PlaybookRun, PlaybookStep } from './playbook-run.ts'
import * as store from './playbook-store.ts'

export type ChildrenDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly response: Pick<Response, 'start' | 'get' | 'revert' | 'withdraw' | 'byKeys'>
  /** Starts another playbook by its CACAO id; gives the playbook run. */
  readonly startNested: (
    run: PlaybookRun,
    dispatch: Dispatch & { readonly kind: 'playbook' },
  ) => Promise<string>
}

const GOOD: readonly RunState[] = ['contained']
const BAD: readonly RunState[] = [
  'incomplete',
  'halted',
  'reverted',
  'revert-incomplete',
  'failed',
  'refused',
  'ambiguous',
]

export const keyOf = (run: Pick<PlaybookRun, 'id'>, { key }: { readonly key: string }): string =>
  `playbook/${run.id}/${key}`

const outcomeOf = (run: StoredRun): Outcome | undefined => {
  if (GOOD.includes(run.state)) return { ok: true, outputs: { __run_id__: run.id } }
  if (BAD.includes(run.state)) {
    const why = run.failed === undefined ? '' : `: ${run.failed}`
    return { ok: false, reason: `the run is ${run.state}${why}` }
  }
  return undefined
}

const largest = (commands: readonly Command[], key: string): number | undefined => {
  const values = commands.map((command) => command[key]).filter((value) => typeof value === 'number')
  return values.length === 0 ? undefined : Math.max(...values)
}

/** Asked in the transaction that makes the run: one that was cancelled meanwhile starts nothing more. */
const stillRunning =
  ({ id }: PlaybookRun) =>
  async (tx: Tx): Promise<Error | undefined> =>
    (await store.findPlaybookRun(tx, id, true))?.state.phase === 'running'
      ? undefined
      : responseErrors.RESPONSE_STATE_WRONG(`The playbook run ${id} is over.`)

export const createChildren = ({ database, response, startNested }: ChildrenDeps) => {
  const startActions = async (
    run: PlaybookRun,
    dispatch: Dispatch & { readonly kind: 'action' },
  ): Promise<string> => {
    const { body } = run
    const ttl = largest(dispatch.commands, 'ttl_seconds')
    const approvals = largest(dispatch.commands, 'approvals')
    const request = {
      name: `${run.name}: ${dispatch.name}`.slice(0, 128),
      reason: body.reason,
      subject: body.subject,
      steps: dispatch.commands.map(({ command = '', parameters = {} }) => ({
        action: command,
        parameters: parameters as Json,
      })),
      idempotencyKey: keyOf(run, dispatch),
      // What was begun is finished before something else begins.
      isUrgent: true,
      ...(ttl === undefined ? {} : { ttlMs: ttl * 1000 }),
      ...(approvals === undefined ? {} : { approvals }),
      ...(body.incident === undefined ? {} : { incident: body.incident }),
    }
    return (await response.start(body.requestedBy, request, stillRunning(run))).id
  }

  const owned = async (run: PlaybookRun, step: PlaybookStep): Promise<string> => {
    if (step.child !== undefined) return step.child
    const { dispatch } = step
    if (dispatch.kind === 'wait') throw responseErrors.RESPONSE_STATE_WRONG('A wait has no run.')
    const child = await (dispatch.kind === 'action'
      ? startActions(run, dispatch)
      : startNested(run, dispatch))
    await database.tx(run.tenant, (tx) => store.setChild(tx, run.id, step.key, child))
    return child
  }

  const nested = async (tenant: string, id: string): Promise<PlaybookRun> => {
    const run = await database.read(tenant, (tx) => store.findPlaybookRun(tx, id))
    if (run === undefined) throw responseErrors.RESPONSE_RUN_NOT_FOUND(`There is no playbook run ${id}.`)
    return run
  }

  /** Runs of actions that the playbook run started, also those whose start was not written down. */
  const runsOf = (run: PlaybookRun): Promise<readonly StoredRun[]> =>
    response.byKeys(
      run.tenant,
      run.steps.filter(({ dispatch }) => dispatch.kind === 'action').map((step) => keyOf(run, step)),
    )

  return {
    /** How a step ended; undefined while it goes on. Starts its run when there is none. */
    look: async (run: PlaybookRun, step: PlaybookStep): Promise<Outcome | undefined> => {
      const child = await owned(run, step)
      if (step.dispatch.kind === 'action') return outcomeOf(await response.get(run.tenant, child))
      const { state } = await nested(run.tenant, child)
      if (state.phase === 'running') return undefined
      if (state.phase === 'completed') return { ok: true, outputs: state.values }
      return { ok: false, reason: state.failure?.reason ?? 'the playbook failed' }
    },
    /** Undoes what is in force; what only waits is withdrawn. */
    undo: async (principal: Principal, run: PlaybookRun, reason: string): Promise<void> => {
      for (const { id, state } of await runsOf(run)) {
        if (state === 'waiting') await response.withdraw(principal, id, reason)
        else if (IN_FORCE.includes(state) && state !== 'reverting')
          await response.revert(principal, id, reason)
      }
    },
    /** Runs that may still have something in force, or may get it. */
    left: async (run: PlaybookRun): Promise<readonly StoredRun[]> =>
      (await runsOf(run)).filter(({ state }) => state === 'waiting' || IN_FORCE.includes(state)),
  }
}
