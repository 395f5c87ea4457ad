/** Signals: intake that keeps one open condition per key, and queries. */
import { principalName, type Signal, type SignalInput } from '@rampart/domain'
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
import { threatsErrors } from './errors.ts'
import { completeSignal, intakeStep } from './intake.ts'
import * as store from './store.ts'
import { createStormGuard, type StormLimits } from './storm-guard.ts'

const TELL_MS = 1_000

/** The port through which every detector speaks. */
export interface SignalSink {
  raise(tenant: string, input: SignalInput): Promise<Signal>
}

export type ThreatsDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly random: Random
  readonly logger?: Logger
  readonly metrics?: Metrics
  readonly stormLimits?: StormLimits
  readonly audit: {
    record(
      tx: Tx,
      entry: {
        readonly tenant: string
        readonly principal: string
        readonly action: string
        readonly entity: { readonly kind: 'signal'; readonly id: string }
        readonly outcome: 'success'
        readonly details: Readonly<Record<string, unknown>>
      },
    ): Promise<void>
  }
}

export type Threats = ReturnType<typeof createThreats>

export const createThreats = (deps: ThreatsDeps) => {
  const { database, eventLog, clock, random, audit } = deps

  const guard = createStormGuard(clock, deps.stormLimits)
  const held = deps.metrics?.counter({
    name: 'rampart_signals_held_total',
    help: 'Reports that were counted and sampled instead of stored, because their detector was too loud.',
  })

  const complete = (tenant: string, principal: string, input: SignalInput): Signal =>
    completeSignal(input, { id: newId(clock, random), tenant, sourceName: principal })

  const intake = async (tx: Tx, tenant: string, principal: string, draft: Signal): Promise<Signal> => {
    const step = intakeStep(await store.lockOpen(tx, draft.key), draft.state)
    if (step.kind === 'ignore') return draft
    const state = step.kind === 'open' ? 'raised' : step.kind === 'update' ? 'updated' : 'cleared'
    const signal: Signal = { ...draft, id: step.kind === 'open' ? draft.id : step.id, state }
    await (step.kind === 'open' ? store.insert(tx, signal) : store.update(tx, signal))
    await eventLog.publish(tx, tenant, {
      type: 'rampart.signal.v1',
      subject: signal.key,
      principal,
      data: { signal },
    })
    // Updates repeat what the raise said; the log keeps the two ends of a condition.
    if (state !== 'updated') {
      await audit.record(tx, {
        tenant,
        principal,
        action: `signal.${state}`,
        entity: { kind: 'signal', id: signal.id },
        outcome: 'success',
        details: {
          key: signal.key,
          detector: signal.detector,
          severity: signal.severity,
          title: signal.title,
          about: signal.entity,
        },
      })
    }
    return signal
  }

  const keep = (tenant: string, principal: string, draft: Signal): Promise<Signal> =>
    database.tx(tenant, (tx) => intake(tx, tenant, principal, draft))

  /** Tells of each storm as one condition. */
  const tellHeld = async (): Promise<void> => {
    const principal = principalName({ kind: 'component', id: 'threats' })
    for (const { tenant, input } of guard.drain())
      await keep(tenant, principal, complete(tenant, principal, input))
  }
  let telling: NodeJS.Timeout | undefined
  const tellSoon = (): void => {
    telling ??= setTimeout(() => {
      telling = undefined
      tellHeld().catch((error: unknown) => deps.logger?.warn({ err: error }, 'signal.storm-not-told'))
    }, TELL_MS)
  }

  /** A report beyond its detector's budget is counted, not stored: it comes back as it was given. */
  const raiseAs = async (tenant: string, principal: string, input: SignalInput): Promise<Signal> => {
    const draft = complete(tenant, principal, input)
    if (guard.admit(draft)) return keep(tenant, principal, draft)
    held?.inc()
    tellSoon()
    return draft
  }

  /** A sink that speaks in the name of one of the product's components. */
  const sinkFor = (component: string): SignalSink => ({
    raise: (tenant, input) => raiseAs(tenant, principalName({ kind: 'component', id: component }), input),
  })

  const get = async (tenant: string, id: string): Promise<store.StoredSignal> => {
    const found = await database.read(tenant, (tx) => store.find(tx, id))
    if (found === undefined) throw threatsErrors.THREATS_SIGNAL_NOT_FOUND(`There is no signal ${id}.`)
    return found
  }

  return {
    raiseAs,
    /** Tells what is still held back. */
    stop: async (): Promise<void> => {
      clearTimeout(telling)
      await tellHeld()
    },
    sinkFor,
    get,
    list: (tenant: string, filter: store.SignalFilter) =>
      database.read(tenant, (tx) => store.list(tx, filter)),
    countOpen: (tenant: string) => database.read(tenant, store.countOpen),
  }
}
