/** Our own steps to an OpenLineage receiver, in order and at least once: the checkpoint moves after the receiver took an event. */
import { setTimeout as delay } from 'node:timers/promises'
import { DEFAULT_TENANT } from '@rampart/domain'
import {
  ALL_TENANTS,
  backoffMs,
  type Database,
  type EventLog,
  isAppError,
  type Logger,
  type Metrics,
  type Random,
} from '@rampart/kit'
import type { RunEvent } from './openlineage/event-schema.ts'
import { EXPORTED_EVENTS, writeRunEvents } from './openlineage/write-event.ts'
import type { SendEvent } from './ports.ts'
import * as store from './store.ts'

export type DeliveryDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'read' | 'subscribe'>
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly namespace: string
  readonly send: SendEvent
  /** Longest wait between attempts, ms; 60 000. */
  readonly maxWaitMs?: number
}

const PAGE = 100

/** A receiver that refuses our credentials may be repaired; one that refuses an event will refuse it again. */
const mayPass = (error: unknown): boolean =>
  !isAppError(error) ||
  error.retryable ||
  error.code === 'OUTBOUND_DENIED' ||
  error.code === 'OUTBOUND_DEADLINE'

export const createDelivery = (deps: DeliveryDeps) => {
  const { database, eventLog, logger } = deps
  const stop = new AbortController()
  const counted = deps.metrics.counter({
    name: 'rampart_lineage_delivered_total',
    help: 'OpenLineage events handed to the receiver, by result.',
    labelNames: ['result'],
  })
  let wake: (() => void) | undefined
  let unsubscribe: (() => void) | undefined
  let running: Promise<void> | undefined

  const deliver = async (event: RunEvent): Promise<void> => {
    try {
      await deps.send(event, stop.signal)
      counted.inc({ result: 'delivered' })
    } catch (error) {
      if (mayPass(error)) throw error
      counted.inc({ result: 'refused' })
      logger.warn({ err: error, runId: event.run.runId }, 'lineage.event-refused')
    }
  }

  /** False when there is nothing more. */
  const deliverPage = async (): Promise<boolean> => {
    const after = await database.read(DEFAULT_TENANT, store.readDelivery)
    const { events } = await eventLog.read({
      tenant: ALL_TENANTS,
      types: EXPORTED_EVENTS.slice(),
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    })
    for (const stored of events) {
      for (const event of writeRunEvents(stored, deps.namespace)) await deliver(event)
      await database.tx(DEFAULT_TENANT, (tx) => store.moveDelivery(tx, stored.cursor))
    }
    return events.length === PAGE
  }

  const sleep = async (): Promise<void> => {
    const woken = Promise.withResolvers<void>()
    wake = woken.resolve
    await woken.promise
  }

  const run = async (): Promise<void> => {
    let failures = 0
    while (!stop.signal.aborted) {
      // Made before the look: what comes during it wakes at once.
      const slept = sleep()
      try {
        while (!stop.signal.aborted && (await deliverPage())) failures = 0
        failures = 0
        await slept
      } catch (error) {
        if (stop.signal.aborted) return
        failures += 1
        counted.inc({ result: 'failed' })
        logger.warn({ err: error, failures }, 'lineage.delivery-waits')
        const backoff = { baseMs: 500, maxMs: deps.maxWaitMs ?? 60_000, random: deps.random }
        await delay(backoffMs(failures, backoff), undefined, { signal: stop.signal }).catch(() => undefined)
      }
    }
  }

  return {
    start: (): void => {
      unsubscribe = eventLog.subscribe(ALL_TENANTS, ({ type }) => {
        if ((EXPORTED_EVENTS as readonly string[]).includes(type)) wake?.()
      })
      running = run()
    },
    stop: async (): Promise<void> => {
      unsubscribe?.()
      stop.abort()
      wake?.()
      await running
    },
  }
}
