/**
 * Playbooks: kept as signed CACAO documents, run by the pure interpreter over the engine of runs. The state that asked
 * for something and the request are one transaction, so are an answer and the state that took it in; effects happen in
 * runs named by the request's key, so that after a crash the same request finds the same run.
 */
import {
  advance,
  complete,
  type Dispatch,
  INTERPRETER,
  type Outcome,
  type Playbook,
  type PlaybookState,
  requireSignature,
  signPlaybook,
  startPlaybook,
  type Values,
} from '@rampart/cacao'
import { type EntityRef, entity, type Principal, principalName } from '@rampart/domain'
import { ALL_TENANTS, type Database, type Logger, newId, type Random, type Tx } from '@rampart/kit'
import { canonicalDigest, type Signer } from '@rampart/signing'
import type { Json } from '../action.ts'
import { responseErrors } from '../errors.ts'
import { createResources, type ResourcesDeps } from '../resources/resources.ts'
import type { Response } from '../response.ts'
import type { StoredRun } from '../run.ts'
import { createAdmission } from './playbook-admission.ts'
import { createChildren, keyOf } from './playbook-children.ts'
import { checkPlaybook } from './playbook-rules.ts'
import type { PlaybookRun, PlaybookStep } from './playbook-run.ts'
import * as store from './playbook-store.ts'

export type PlaybooksDeps = ResourcesDeps & {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly random: Random
  readonly logger: Logger
  readonly response: Pick<
    Response,
    'start' | 'get' | 'revert' | 'withdraw' | 'byKeys' | 'killSwitch' | 'actions'
  >
  /** Signs what is written here without a signature, in the name of who wrote it. */
  readonly signer: Signer
  readonly release?: string
  /** Keys whose signatures count besides our own. */
  readonly trustedKeys: ReadonlySet<string>
}

export type PlaybookRequest = {
  readonly name: string
  readonly reason: string
  readonly subject: EntityRef
  readonly inputs?: Values
  readonly incident?: string
  readonly idempotencyKey?: string
  /** The newest when absent. */
  readonly revision?: number
}

export type Playbooks = ReturnType<typeof createPlaybooks>

const DEEPEST = 5
const LOOK_MS = 250
const OPEN_RUNS = 200
/** RFC 9562 section 5.4: the form that CACAO asks for. */
const uuid4 = (random: Random): string => {
  const bytes = Buffer.from(random.bytes(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const endedBy = (state: PlaybookState, step: string, reason: string): PlaybookState => ({
  ...state,
  phase: 'failed',
  threads: [],
  failure: { step, reason },
})

const isManual = ({ dispatch }: PlaybookStep): boolean =>
  dispatch.kind === 'action' && dispatch.commands.every(({ type }) => type === 'manual')

export const createPlaybooks = (deps: PlaybooksDeps) => {
  const { database, clock, response } = deps
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let stopped = false

  const trusts = (keyid: string): boolean =>
    keyid === deps.signer.publicKey.keyid || deps.trustedKeys.has(keyid)

  const resources = createResources<Playbook>(deps, 'playbook', async (principal, _name, spec) => {
    const known = new Set(response.actions().map(({ name }) => name))
    const playbook = checkPlaybook(spec, (action) => known.has(action))
    const signed =
      playbook.signatures === undefined
        ? signPlaybook(playbook, deps.signer, {
            id: `jss--${uuid4(deps.random)}`,
            signee: principalName(principal),
            at: clock.iso(),
          })
        : playbook
    requireSignature(signed, trusts, clock.now())
    return signed
  })

  const playbookOf = async (run: PlaybookRun): Promise<Playbook> =>
    (await resources.at(run.tenant, run.name, run.revision)).spec

  const { admit, admitAudited } = createAdmission({ ...deps, resources, trusts })

  const begin = async (
    principal: Principal,
    request: PlaybookRequest,
    nested: { readonly parent?: string; readonly depth: number },
  ): Promise<PlaybookRun> => {
    const { tenant } = principal
    const { spec, revision, signature } = await admitAudited(principal, request)
    const id = newId(clock, deps.random)
    const idempotencyKey = request.idempotencyKey ?? id
    const inputs = request.inputs ?? {}
    const first = advance(spec, startPlaybook(spec, inputs))
    return database.tx(tenant, async (tx) => {
      const isNew = await store.insertPlaybookRun(tx, {
        id,
        name: request.name,
        revision,
        state: first.state,
        body: {
          reason: request.reason,
          subject: request.subject,
          requestedBy: principal,
          inputs,
          depth: nested.depth,
          signature,
          digest: canonicalDigest(spec),
          interpreter: INTERPRETER,
          ...(deps.release === undefined ? {} : { release: deps.release }),
          ...(request.incident === undefined ? {} : { incident: request.incident }),
        },
        idempotencyKey,
        createdAt: clock.iso(),
        ...(nested.parent === undefined ? {} : { parent: nested.parent }),
      })
      if (isNew) {
        await store.savePlaybookState(tx, id, first.state, first.dispatches, clock.iso())
        await tell(tx, tenant, principalName(principal), id, 'started', {
          playbook: request.name,
          revision,
          signee: signature.signee,
          reason: request.reason,
        })
      }
      const run = isNew
        ? await store.findPlaybookRun(tx, id)
        : await store.findPlaybookRunByKey(tx, idempotencyKey)
      if (run === undefined) throw responseErrors.RESPONSE_RUN_NOT_FOUND('The playbook run was not kept.')
      return run
    })
  }

  const tell = (
    tx: Tx,
    tenant: string,
    principal: string,
    id: string,
    action: string,
    details: Json,
    outcome: 'success' | 'failure' = 'success',
  ): Promise<void> =>
    deps.audit.record(tx, {
      tenant,
      principal,
      action: `playbook.${action}`,
      entity: entity('run', id),
      outcome,
      details,
    })

  /** Goes on by exactly what was begun, or ends: a definition or an interpreter that changed is for a person to judge. */
  const nextOf = async (run: PlaybookRun, key: string, outcome: Outcome) => {
    const playbook = await playbookOf(run)
    const { digest, interpreter = INTERPRETER } = run.body
    const why =
      digest !== undefined && digest !== canonicalDigest(playbook)
        ? 'the kept playbook is not the one that was begun'
        : interpreter !== INTERPRETER
          ? `it was begun by interpreter ${interpreter} and this release has ${INTERPRETER}: look at what it did, undo it or begin anew`
          : undefined
    return why === undefined
      ? advance(playbook, complete(playbook, run.state, key, outcome))
      : { state: endedBy(run.state, key, why), dispatches: [] }
  }

  /** Takes an answer in and goes on; one that came before changes nothing. */
  const answer = async (
    tenant: string,
    id: string,
    key: string,
    outcome: Outcome,
    by: string,
  ): Promise<void> => {
    await database.tx(tenant, async (tx) => {
      const run = await store.findPlaybookRun(tx, id, true)
      if (run === undefined || run.state.phase !== 'running') return
      if (!(await store.closeStep(tx, id, key, outcome, clock.iso()))) return
      const next = await nextOf(run, key, outcome)
      await store.savePlaybookState(tx, id, next.state, next.dispatches, clock.iso())
      const step = run.steps.find((one) => one.key === key)?.dispatch
      await tell(
        tx,
        tenant,
        by,
        id,
        'step',
        { step: step?.name ?? key, ok: outcome.ok },
        outcome.ok ? 'success' : 'failure',
      )
      if (next.state.phase !== 'running')
        await tell(
          tx,
          tenant,
          by,
          id,
          next.state.phase,
          next.state.failure === undefined ? {} : { ...next.state.failure },
          next.state.phase === 'failed' ? 'failure' : 'success',
        )
    })
  }

  const startNested = async (
    run: PlaybookRun,
    dispatch: Dispatch & { readonly kind: 'playbook' },
  ): Promise<string> => {
    if (run.body.depth >= DEEPEST)
      throw responseErrors.RESPONSE_NOT_POSSIBLE(`Playbooks call one another more than ${DEEPEST} deep.`)
    const all = await resources.list(run.tenant)
    const found = all.find(
      ({ spec }) =>
        spec.id === dispatch.playbookId &&
        (dispatch.playbookVersion === undefined || spec.modified === dispatch.playbookVersion),
    )
    if (found === undefined)
      throw responseErrors.RESPONSE_RESOURCE_UNKNOWN(`There is no playbook ${dispatch.playbookId}.`)
    const { reason, subject, incident, requestedBy } = run.body
    const child = await begin(
      requestedBy,
      {
        name: found.name,
        reason,
        subject,
        inputs: dispatch.inputs,
        idempotencyKey: keyOf(run, dispatch),
        ...(incident === undefined ? {} : { incident }),
      },
      { parent: run.id, depth: run.body.depth + 1 },
    )
    return child.id
  }

  const children = createChildren({ database, response, startNested })

  const isOverdue = ({ dispatch, startedAt }: PlaybookStep): boolean =>
    dispatch.timeoutMs !== undefined && clock.now() - Date.parse(startedAt) > dispatch.timeoutMs

  /** What an action did although it came too late is undone. */
  const giveUp = async (run: PlaybookRun, step: PlaybookStep): Promise<Outcome> => {
    if (step.child !== undefined && step.dispatch.kind === 'action')
      await response
        .revert(run.body.requestedBy, step.child, 'its step took too long')
        .catch((error: unknown) => deps.logger.warn({ err: error, run: run.id }, 'response.playbook-revert'))
    return { ok: false, reason: 'ACTION_TIMEOUT' }
  }

  const resultOf = async (run: PlaybookRun, step: PlaybookStep): Promise<Outcome | undefined> => {
    const { dispatch, startedAt } = step
    if (dispatch.kind === 'wait')
      return clock.now() - Date.parse(startedAt) >= dispatch.delayMs ? { ok: true } : undefined
    if (isManual(step)) return isOverdue(step) ? giveUp(run, step) : undefined
    // What waits behind the kill switch is not begun, and does not fail either.
    if (step.child === undefined && (await response.killSwitch(run.tenant)) !== undefined) return undefined
    const found = await children.look(run, step)
    return found ?? (isOverdue(step) ? giveUp(run, step) : undefined)
  }

  /** Errors that will be the same next time end the step; others are tried again at the next look. */
  const isFinal = (error: unknown): error is Error =>
    error instanceof Error &&
    'code' in error &&
    (error as { readonly retryable?: unknown }).retryable !== true

  const work = async (tenant: string, id: string): Promise<void> => {
    const run = await database.read(tenant, (tx) => store.findPlaybookRun(tx, id))
    if (run === undefined || run.state.phase !== 'running') return
    for (const step of run.steps.filter(({ outcome }) => outcome === undefined)) {
      let outcome: Outcome | undefined
      try {
        outcome = await resultOf(run, step)
      } catch (error) {
        if (!isFinal(error)) throw error
        outcome = { ok: false, reason: error.message }
      }
      if (outcome !== undefined) await answer(tenant, id, step.key, outcome, 'component:response')
    }
  }

  const look = async (): Promise<void> => {
    const open = await database.read(ALL_TENANTS, (tx) => store.openPlaybookRuns(tx, OPEN_RUNS))
    for (const { tenant, id } of open) {
      if (stopped) return
      await work(tenant, id).catch((error: unknown) =>
        deps.logger.warn({ err: error, run: id }, 'response.playbook-stuck'),
      )
    }
  }

  const get = async (tenant: string, id: string): Promise<PlaybookRun> => {
    const run = await database.read(tenant, (tx) => store.findPlaybookRun(tx, id))
    if (run === undefined) throw responseErrors.RESPONSE_RUN_NOT_FOUND(`There is no playbook run ${id}.`)
    return run
  }

  const byKey = (tenant: string, key: string): Promise<PlaybookRun | undefined> =>
    database.read(tenant, (tx) => store.findPlaybookRunByKey(tx, key))

  /** Ends it, and every playbook that it called, before anything is undone: from then on nothing more begins. */
  const cancel = async (principal: Principal, id: string, reason: string): Promise<void> => {
    const { tenant } = principal
    const run = await database.tx(tenant, async (tx) => {
      const found = await store.findPlaybookRun(tx, id, true)
      if (found === undefined || found.state.phase !== 'running') return found
      const state = endedBy(found.state, '', `cancelled: ${reason}`)
      await store.savePlaybookState(tx, id, state, [], clock.iso())
      await tell(tx, tenant, principalName(principal), id, 'cancelled', { reason })
      return found
    })
    if (run === undefined) return
    for (const called of await database.read(tenant, (tx) => store.calledBy(tx, id)))
      await cancel(principal, called, reason)
    await children.undo(principal, run, reason)
  }

  const leftOf = async (run: PlaybookRun): Promise<readonly StoredRun[]> => {
    const called = await database.read(run.tenant, (tx) => store.calledBy(tx, run.id))
    const nested = await Promise.all(called.map(async (id) => leftOf(await get(run.tenant, id))))
    return [...(await children.left(run)), ...nested.flat()]
  }

  return {
    resources,
    admit,
    byKey,
    cancel,
    leftOf,
    run: (principal: Principal, request: PlaybookRequest): Promise<PlaybookRun> =>
      begin(principal, request, { depth: 0 }),
    get,
    playbookOf,
    list: (tenant: string, page: Parameters<typeof store.listPlaybookRuns>[1]): Promise<PlaybookRun[]> =>
      database.read(tenant, (tx) => store.listPlaybookRuns(tx, page)),
    /** A person says how a manual step ended. */
    finishManual: async (
      principal: Principal,
      id: string,
      { key, outcome }: { readonly key: string; readonly outcome: Outcome },
    ): Promise<PlaybookRun> => {
      const step = (await get(principal.tenant, id)).steps.find((one) => one.key === key)
      if (step === undefined || !isManual(step) || step.outcome !== undefined)
        throw responseErrors.RESPONSE_STATE_WRONG('No manual step of that key waits.')
      await answer(principal.tenant, id, key, outcome, principalName(principal))
      return get(principal.tenant, id)
    },
    start: (): void => {
      timer = setInterval(() => {
        looking ??= look()
          .catch((error: unknown) => deps.logger.warn({ err: error }, 'response.playbook-look-failed'))
          .finally(() => {
            looking = undefined
          })
      }, LOOK_MS).unref()
    },
    stop: async (): Promise<void> => {
      stopped = true
      clearInterval(timer)
      await looking
    },
  }
}
