/**
 * Drift telemetry: watches what the router serves, window by window, against each version's reference profile.
 * Sees marginal changes of inputs and predictions. Cannot see changes of dependence between features, nor whether
 * predictions are right. Calibration: family-wise alpha per window over all features (Holm), and a PSI limit.
 */
import type { ModelVersionRef } from '@rampart/domain'
import type { Clock, Database, EventLog, Logger, Metrics, Random } from '@rampart/kit'
import { createAbsorb } from './absorb.ts'
import { clearAll } from './alarms.ts'
import { type TelemetryConfig, telemetryConfig } from './config.ts'
import { telemetryErrors } from './errors.ts'
import { createJudge } from './judge.ts'
import type { Verdict } from './judgement.ts'
import { createLearner } from './learn.ts'
import { createMeasures, type RowOutcome } from './measures.ts'
import type { ObservationSink, ObservedBatch, ReferenceInput, SignalSink } from './ports.ts'
import { type BuiltReference, buildReference, type Reference, restoreReference } from './reference.ts'
import * as store from './store.ts'
import { isDue, observe, type Ready, readyState, type Watch, type WatchState } from './watch.ts'
import { createWatches } from './watches.ts'

export type TelemetryDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly signals: SignalSink
  readonly clock: Clock
  readonly random: Pick<Random, 'uint32'>
  readonly logger: Logger
  readonly metrics: Metrics
  readonly config?: Partial<TelemetryConfig>
}

/** The newest knowledge about a version, from memory. "absent": no reference profile. */
export type Standing = {
  readonly verdict: Verdict | 'absent'
  readonly worstFeature?: string
  readonly rows?: number
  readonly updatedAt?: string
}

export type Telemetry = ReturnType<typeof createTelemetry>

const TICK_MS = 1000
const RELOAD_MS = 5000

export const createTelemetry = (deps: TelemetryDeps) => {
  const { database, clock, random, logger } = deps
  const config = telemetryConfig(deps.config)
  const measures = createMeasures(deps.metrics)
  const judge = createJudge({ ...deps, measures, config })
  const seed = (): number => random.uint32()
  const pending = new Set<Promise<void>>()
  const track = (work: Promise<void>): void => {
    pending.add(work)
    work.finally(() => pending.delete(work))
  }

  const unprofiled = ({ ref }: Watch): WatchState => {
    const rows = config.learnRowsByModel.get(ref.name) ?? config.learnRows
    return rows === 0 ? { kind: 'absent' } : { kind: 'absent', learner: createLearner({ rows, seed }) }
  }

  /** Of several processes that learn, the first to store its profile wins, and a given profile always does. */
  const adopt = async (watch: Watch, learnt: BuiltReference): Promise<void> => {
    const { tenant, ref } = watch
    try {
      const built = await database.tx(tenant, async (tx) => {
        const known = await store.findReference(tx, ref)
        if (known === undefined) await store.saveReference(tx, ref, learnt, clock.iso())
        return known ?? learnt
      })
      if (watch.state.kind !== 'absent') return
      watch.state = readyState(restoreReference(built), new Map())
      logger.info({ model: ref.name, version: ref.version, rows: built.rows }, 'telemetry.reference-learnt')
    } catch (err) {
      logger.warn({ err, model: ref.name, version: ref.version }, 'telemetry.reference-not-learnt')
    }
  }

  const learn = (watch: Watch, batch: ObservedBatch): void => {
    const learnt = watch.state.kind === 'absent' ? watch.state.learner?.add(batch) : undefined
    if (learnt !== undefined) track(adopt(watch, learnt))
  }

  const load = async (watch: Watch): Promise<void> => {
    try {
      const found = await database.read(watch.tenant, (tx) => loadVersion(tx, watch.ref, config.keepRecent))
      // A reference that was set while this was reading wins.
      if (watch.state.kind !== 'loading') return
      watch.recent.splice(0, watch.recent.length, ...(found?.windows ?? []))
      watch.state = found === undefined ? unprofiled(watch) : readyState(found.reference, found.alarms)
    } catch (err) {
      logger.warn(
        { err, model: watch.ref.name, version: watch.ref.version },
        'telemetry.reference-not-loaded',
      )
      watch.state = { kind: 'failed', retryMonotonic: clock.monotonic() + RELOAD_MS }
    }
  }

  const watches = createWatches({
    clock,
    maxVersions: config.maxVersions,
    load: (watch) => track(load(watch)),
  })

  const close = (watch: Watch, state: Ready): void => {
    const { open } = state
    if (open === undefined) return
    state.open = undefined
    track(judge(watch, state, open))
  }

  const sink: ObservationSink = {
    observeBatch: (batch) => {
      if (batch.rows < 1) return
      try {
        const watch = watches.ofBatch(batch)
        const monotonic = clock.monotonic()
        const outcome = observe(watch, batch, { now: clock.now(), monotonic }, seed)
        watch.rows[outcome] += batch.rows
        if (outcome === 'absent') learn(watch, batch)
        if (watch.state.kind === 'ready' && isDue(watch.state, monotonic, config)) close(watch, watch.state)
      } catch (err) {
        logger.error({ err, route: batch.route }, 'telemetry.batch-not-observed')
      }
    },
  }

  const settled = async (): Promise<void> => {
    while (pending.size > 0) await Promise.all(pending)
  }

  const absorb = createAbsorb({
    clock,
    config,
    seed,
    watchOf: watches.getOrCreate,
    loaded: settled,
    close,
    adopt: (watch, learnt) => track(adopt(watch, learnt)),
  })

  const flushRows = (watch: Watch): void => {
    for (const outcome of Object.keys(watch.rows) as RowOutcome[]) {
      if (watch.rows[outcome] > 0) measures.rows(watch.ref, outcome, watch.rows[outcome])
      if (outcome === 'shape-changed' && watch.rows[outcome] > 0) {
        const details = { model: watch.ref.name, version: watch.ref.version, mismatch: watch.mismatch }
        logger.warn({ ...details, code: 'TELEMETRY_SHAPE_CHANGED' }, 'telemetry.shape-changed')
      }
      watch.rows[outcome] = 0
    }
  }

  /** Closes what is due; the interval calls it every second. */
  const tick = (): void => {
    const monotonic = clock.monotonic()
    for (const watch of watches.all()) {
      flushRows(watch)
      const { state } = watch
      if (state.kind === 'ready' && isDue(state, monotonic, config)) close(watch, state)
      if (state.kind === 'failed' && monotonic >= state.retryMonotonic) {
        watch.state = { kind: 'loading' }
        track(load(watch))
      }
    }
  }

  /** `within` runs in the transaction that stores the profile. */
  const adoptReference = async (
    tenant: string,
    ref: ModelVersionRef,
    built: BuiltReference,
    within: (tx: Tx) => Promise<void> = async () => undefined,
  ): Promise<void> => {
    await database.tx(tenant, async (tx) => {
      await store.saveReference(tx, ref, built, clock.iso())
      await within(tx)
    })
    const watch = watches.getOrCreate(tenant, ref)
    const alarms = watch.state.kind === 'ready' ? watch.state.alarms : undefined
    const stored = alarms ?? (await database.read(tenant, (tx) => store.findAlarms(tx, ref)))
    watch.state = readyState(restoreReference(built), stored)
    watch.mismatch = undefined
  }

  const setReference = async (input: ReferenceInput): Promise<void> =>
    adoptReference(input.tenant, input.ref, await buildReference(input, seed))

  /** The version is no longer served: open drift signals are cleared and its window is dropped. */
  const retire = async (tenant: string, ref: ModelVersionRef): Promise<void> => {
    const alarms = await database.read(tenant, (tx) => store.findAlarms(tx, ref))
    for (const signal of clearAll(alarms, ref, clock.now())) await deps.signals.raise(tenant, signal)
    await database.tx(tenant, (tx) => store.deleteAlarms(tx, ref))
    const watch = watches.find(tenant, ref)
    if (watch === undefined) return
    measures.forget(ref, watch.recent.at(-1)?.features.map(({ name }) => name) ?? [])
    watches.remove(watch)
  }

  let timer: NodeJS.Timeout | undefined
  return {
    sink,
    /** Sketches of another process; throws TELEMETRY_REPORT_INVALID. */
    absorb,
    setReference,
    adoptReference,
    retire,
    tick,
    settled,
    ...createQueries({
      database,
      find: (tenant, ref) => watches.find(tenant, ref),
      all: watches.all,
      config,
    }),
    start: (): void => {
      timer ??= setInterval(tick, TICK_MS).unref()
    },
    /** Judges what has enough rows and waits for all of it. */
    stop: async (): Promise<void> => {
      clearInterval(timer)
      timer = undefined
      await settled()
      for (const watch of watches.all()) {
        flushRows(watch)
        const { state } = watch
        if (state.kind === 'ready' && (state.open?.rows ?? 0) >= config.minRows) close(watch, state)
      }
      await settled()
    },
  }
}

type Tx = Parameters<Parameters<Database['read']>[1]>[0]

const loadVersion = async (tx: Tx, ref: ModelVersionRef, keepRecent: number) => {
  const built = await store.findReference(tx, ref)
  if (built === undefined) return undefined
  const windows = await store.listWindows(tx, ref, { limit: keepRecent })
  return { reference: restoreReference(built), alarms: await store.findAlarms(tx, ref), windows }
}

type QueryDeps = {
  readonly database: Pick<Database, 'read'>
  readonly find: (tenant: string, ref: ModelVersionRef) => Watch | undefined
  readonly all: () => Iterable<Watch>
  readonly config: TelemetryConfig
}

const absent = (ref: ModelVersionRef) =>
  telemetryErrors.TELEMETRY_ABSENT(`${ref.name}:${ref.version} has no reference profile.`)

const createQueries = ({ database, find, all, config }: QueryDeps) => {
  const referenceOf = async (tenant: string, ref: ModelVersionRef): Promise<Reference> => {
    const state = find(tenant, ref)?.state
    if (state?.kind === 'ready') return state.reference
    const built = await database.read(tenant, (tx) => store.findReference(tx, ref))
    if (built === undefined) throw absent(ref)
    return restoreReference(built)
  }
  return {
    limits: config,
    /** Synchronous and from memory: for overviews. Undefined when the version was not seen by this process. */
    latest: (tenant: string, ref: ModelVersionRef): Standing | undefined => standingOf(find(tenant, ref)),
    /** Watched versions without a reference profile. */
    absent: (tenant: string): ModelVersionRef[] =>
      [...all()]
        .filter((watch) => watch.tenant === tenant && watch.state.kind === 'absent')
        .map(({ ref }) => ref),
    /** How the rows of a tenant's versions are read, for processes that sketch them. */
    layouts: (tenant: string): Promise<store.VersionLayout[]> => database.read(tenant, store.listLayouts),
    list: (tenant: string, page: Parameters<typeof store.listVersions>[1]): Promise<store.VersionState[]> =>
      database.read(tenant, (tx) => store.listVersions(tx, page)),
    /** Windows oldest first. Throws TELEMETRY_ABSENT. */
    detail: async (tenant: string, ref: ModelVersionRef, page: Parameters<typeof store.listWindows>[2]) => {
      const reference = await referenceOf(tenant, ref)
      const windows = await database.read(tenant, (tx) => store.listWindows(tx, ref, page))
      const watch = find(tenant, ref)
      const open = watch?.state.kind === 'ready' ? watch.state.open : undefined
      return { reference, windows, openRows: open?.rows ?? 0, mismatch: watch?.mismatch }
    },
    referenceOf,
  }
}

const standingOf = (watch: Watch | undefined): Standing | undefined => {
  if (watch === undefined) return undefined
  if (watch.state.kind === 'absent') return { verdict: 'absent' }
  const window = watch.recent.at(-1)
  if (window === undefined) return { verdict: 'unknown' }
  const { verdict, worstFeature, rows, to } = window
  return { verdict, rows, updatedAt: to, ...(worstFeature === undefined ? {} : { worstFeature }) }
}
