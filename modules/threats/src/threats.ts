/** Signals: intake that keeps one open condition per key, and queries. Correlation into incidents builds on this. */
import { principalName, type Signal, type SignalInput } from '@rampart/domain'
import { type Clock, type Database, type EventLog, newId, type Random, type Tx } from '@rampart/kit'
import { threatsErrors } from './errors.ts'
import { completeSignal, intakeStep } from './intake.ts'
import * as store from './store.ts'

/** The port through which every detector speaks. */
export interface SignalSink {
  raise(tenant: string, input: SignalInput): Promise<Signal>
}

export type ThreatsDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly random: Random
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

  const intake = async (tx: Tx, tenant: string, principal: string, input: SignalInput): Promise<Signal> => {
    const draft = completeSignal(input, { id: newId(clock, random), tenant, sourceName: principal })
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

  const raiseAs = (tenant: string, principal: string, input: SignalInput): Promise<Signal> =>
    database.tx(tenant, (tx) => intake(tx, tenant, principal, input))

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
    sinkFor,
    get,
    list: (tenant: string, filter: store.SignalFilter) =>
      database.read(tenant, (tx) => store.list(tx, filter)),
    countOpen: (tenant: string) => database.read(tenant, store.countOpen),
  }
}
