/** Signals: intake that keeps one open condition per key, and queries. */
import { type EntityRef, principalName, type Signal, type SignalInput } from '@rampart/domain'
import {
  type Clock,
  type Database,
  type EventLog,
  isAppError,
  type Logger,
  type Metrics,
  newId,
  type Random,
  type Tx,
} from '@rampart/kit'
import { threatsErrors } from './errors.ts'
import { completeSignal } from './intake.ts'
import { type Draft, planBatch } from './signal-batch.ts'
import { createSignalWriter } from './signal-writer.ts'
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
  /** What else a signal is about, as the product knows its own parts: versions that an attacked host serves. */
  readonly relate?: (tenant: string, signal: Signal) => Promise<readonly EntityRef[]>
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

export type RaisedMany = {
  readonly kept: number
  /** Beyond their detector's budget: counted and sampled. */
  readonly counted: number
  readonly refused: readonly { readonly index: number; readonly code: string; readonly details?: unknown }[]
}

const MOST_RELATED = 64

/** What the detector named stays first; nothing is named twice. */
const withRelated = (signal: Signal, more: readonly EntityRef[]): Signal => {
  const nameOf = ({ kind, id }: { readonly kind: string; readonly id: string }): string => `${kind}:${id}`
  const all = new Map([...(signal.related ?? []), ...more].map((one) => [nameOf(one), one]))
  all.delete(nameOf(signal.entity))
  return { ...signal, related: [...all.values()].slice(0, MOST_RELATED) }
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

  const auditOf = async (tx: Tx, tenant: string, { principal, signal }: Draft): Promise<void> => {
    const { key, detector, severity, title, entity: about } = signal
    await audit.record(tx, {
      tenant,
      principal,
      action: `signal.${signal.state}`,
      entity: { kind: 'signal', id: signal.id },
      outcome: 'success',
      details: { key, detector, severity, title, about },
    })
  }
  const write = (tenant: string, drafts: readonly Draft[]): Promise<readonly Signal[]> =>
    database.tx(tenant, async (tx) => {
      const open = await store.lockOpen(
        tx,
        drafts.map(({ signal }) => signal.key),
      )
      const { rows, told, answers } = planBatch(drafts, open)
      await store.saveSignals(tx, rows)
      for (const one of told) {
        const { principal, signal } = one
        await eventLog.publish(tx, tenant, {
          type: 'rampart.signal.v1',
          subject: signal.key,
          principal,
          data: { signal },
        })
        // Updates repeat what the raise said; the log keeps the two ends of a condition.
        if (signal.state !== 'updated') await auditOf(tx, tenant, one)
      }
      return answers
    })
  const put = createSignalWriter(write)
  const keep = (tenant: string, principal: string, signal: Signal): Promise<Signal> =>
    put(tenant, { principal, signal })

  /** A signal is worth more than what is known around it: it is kept without when that cannot be told. */
  const related = async (tenant: string, draft: Signal): Promise<Signal> => {
    if (deps.relate === undefined) return draft
    try {
      const more = await deps.relate(tenant, draft)
      return more.length === 0 ? draft : withRelated(draft, more)
    } catch (error) {
      deps.logger?.warn({ err: error, key: draft.key }, 'signal.not-related')
      return draft
    }
  }

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

  /** Undefined when the report was beyond its detector's budget, and only counted. */
  const admitted = (principal: string, draft: Signal): Promise<Signal> | undefined => {
    const { tenant, name } = draft.source
    // Components speak for sources that operators named; others may call themselves what they like.
    const source = principal.startsWith('component:') ? name : principal
    if (guard.admit(draft, source))
      return related(tenant, draft).then((signal) => keep(tenant, principal, signal))
    held?.inc()
    tellSoon()
    return undefined
  }

  /** A report beyond its detector's budget is counted, not stored: it comes back as it was given. */
  const raiseAs = async (tenant: string, principal: string, input: SignalInput): Promise<Signal> => {
    const draft = complete(tenant, principal, input)
    return (await admitted(principal, draft)) ?? draft
  }

  /** Many at once; what is not a signal is refused by itself. Throws when the database is away. */
  const raiseMany = async (
    tenant: string,
    principal: string,
    inputs: readonly SignalInput[],
  ): Promise<RaisedMany> => {
    const refused: RaisedMany['refused'][number][] = []
    const kept: Promise<Signal>[] = []
    let counted = 0
    inputs.forEach((input, index) => {
      try {
        const signal = admitted(principal, complete(tenant, principal, input))
        if (signal === undefined) counted += 1
        else kept.push(signal)
      } catch (error) {
        if (!isAppError(error) || error.code !== 'THREATS_SIGNAL_INVALID') throw error
        refused.push({ index, code: error.code, details: error.details })
      }
    })
    const settled = await Promise.allSettled(kept)
    const failed = settled.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return { kept: kept.length, counted, refused }
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
    raiseMany,
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
