/** Sources of alerts: resources, and what follows their files and listens for their syslog. */
import { listenSyslog, type SyslogListener } from '@rampart/connectors/syslog'
import { isModelName, type Principal, principalName } from '@rampart/domain'
import {
  ALL_TENANTS,
  type Clock,
  type Database,
  type EventLog,
  type Logger,
  type Metrics,
  type Secrets,
  type Tx,
} from '@rampart/kit'
import { siemErrors } from './errors.ts'
import { createFileTail } from './file-tail.ts'
import { createIntake, type IntakeDeps, type IntakeResult } from './intake.ts'
import type { SiemAudit } from './sinks.ts'
import { checkSourceSpec, type SourceSpec } from './source-spec.ts'
import * as store from './source-store.ts'
import { createTokenBucket } from './token-bucket.ts'

export type SourcesDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly secrets: Secrets
  readonly audit: SiemAudit
  readonly signals: IntakeDeps['signals']
  /** Only loopback addresses may be listened on. */
  readonly loopbackOnly: boolean
  /** Refuses a file that may not be read; throws. */
  readonly checkFile: (path: string) => Promise<void>
}

type Totals = {
  signals: number
  sightings: number
  duplicates: number
  refused: number
  dropped: number
  lastAt?: string
  lastError?: string
}

export type SourceView = Pick<store.Source, 'name' | 'spec' | 'revision' | 'updatedBy' | 'updatedAt'> & {
  /** Since this process started. */
  readonly status: Readonly<Totals> & { readonly port?: number }
}

export type Sources = ReturnType<typeof createSources>

const POLL_MS = 500
const DEFAULT_RATE = 500
const SEEN_MS = 7 * 24 * 3_600_000
const FORGET_EVERY_MS = 3_600_000

type Lane = {
  readonly source: store.Source
  readonly bucket: ReturnType<typeof createTokenBucket>
  readonly totals: Totals
  readonly stopping: AbortController
  /** Ends when the batch in hand is done: the same alert by two ways at once must meet itself. */
  turn: Promise<unknown>
  listener?: SyslogListener
  tail?: Promise<void>
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })

export const createSources = (deps: SourcesDeps) => {
  const { database, clock, logger } = deps
  const intake = createIntake(deps)
  const lanes = new Map<string, Lane>()
  const counter = deps.metrics.counter({
    name: 'rampart_siem_alerts_total',
    help: 'Alerts by source and what they became: signals, sightings, duplicates, refused, dropped.',
    labelNames: ['tenant', 'source', 'outcome'],
  })
  let started = false
  let forgetting: NodeJS.Timeout | undefined

  const keyOf = (tenant: string, name: string): string => `${tenant}/${name}`

  const count = (
    lane: Lane,
    outcome: 'signals' | 'sightings' | 'duplicates' | 'refused' | 'dropped',
    by: number,
  ): void => {
    lane.totals[outcome] += by
    if (by > 0) counter.inc({ tenant: lane.source.tenant, source: lane.source.name, outcome }, by)
  }

  const take = async (
    lane: Lane,
    lines: readonly string[],
    position?: Parameters<typeof intake.take>[2],
  ): Promise<IntakeResult> => {
    const work = lane.turn.then(() => intake.take(lane.source, lines, position))
    lane.turn = work.catch(() => undefined)
    const result = await work
    for (const outcome of ['signals', 'sightings', 'duplicates'] as const)
      count(lane, outcome, result[outcome])
    count(lane, 'refused', result.refused.length)
    lane.totals.lastAt = clock.iso()
    const [refused] = result.refused
    if (refused !== undefined) lane.totals.lastError = refused.reason
    return result
  }

  const failed = (lane: Lane, error: unknown): void => {
    lane.totals.lastError = messageOf(error)
    logger.warn(
      { tenant: lane.source.tenant, source: lane.source.name, reason: messageOf(error) },
      'siem.source-waits',
    )
  }

  /** Until the stop; what cannot be taken now is read again. */
  const follow = async (lane: Lane, path: string): Promise<void> => {
    const { signal } = lane.stopping
    const tail = createFileTail(path, lane.source.position)
    while (!signal.aborted) {
      try {
        const batch = await tail.read()
        if (batch === undefined) {
          await pause(POLL_MS, signal)
          continue
        }
        while (!signal.aborted && !lane.bucket.take(batch.lines.length))
          await pause(lane.bucket.waitMs(), signal)
        if (signal.aborted) break
        count(lane, 'refused', batch.tooLong)
        await take(lane, batch.lines, batch.position)
        tail.advance(batch.position)
      } catch (error) {
        failed(lane, error)
        await pause(2_000, signal)
      }
    }
    await tail.close()
  }

  const listen = async (lane: Lane, url: string): Promise<SyslogListener> => {
    const { tls } = lane.source.spec
    const { signal } = lane.stopping
    const isDatagram = url.startsWith('udp:')
    return listenSyslog({
      url,
      ...(tls === undefined
        ? {}
        : {
            tls: {
              cert: tls.cert,
              key: await deps.secrets.resolve(tls.keySecretRef),
              ...(tls.clientCa === undefined ? {} : { clientCa: tls.clientCa }),
            },
          }),
      onDropped: (dropped) => count(lane, 'dropped', dropped),
      onMessages: async (messages) => {
        // A stream is held back; datagrams beyond the rate are gone.
        if (!lane.bucket.take(messages.length)) {
          if (isDatagram) return count(lane, 'dropped', messages.length)
          while (!signal.aborted && !lane.bucket.take(messages.length))
            await pause(lane.bucket.waitMs(), signal)
        }
        for (let tries = 1; !signal.aborted; tries += 1) {
          try {
            await take(lane, messages)
            return
          } catch (error) {
            failed(lane, error)
            if (isDatagram && tries >= 3) throw error
            await pause(1_000, signal)
          }
        }
      },
    })
  }

  const open = async (source: store.Source): Promise<void> => {
    const totals: Totals = { signals: 0, sightings: 0, duplicates: 0, refused: 0, dropped: 0 }
    const bucket = createTokenBucket(source.spec.ratePerSecond ?? DEFAULT_RATE, clock)
    const lane: Lane = { source, bucket, totals, stopping: new AbortController(), turn: Promise.resolve() }
    lanes.set(keyOf(source.tenant, source.name), lane)
    const { file, listen: url, disabled } = source.spec
    if (disabled === true) return
    try {
      if (file !== undefined) {
        await deps.checkFile(file)
        lane.tail = follow(lane, file)
      }
      if (url !== undefined) lane.listener = await listen(lane, url)
    } catch (error) {
      failed(lane, error)
    }
  }

  const shut = async (tenant: string, name: string): Promise<void> => {
    const lane = lanes.get(keyOf(tenant, name))
    lanes.delete(keyOf(tenant, name))
    lane?.stopping.abort()
    await lane?.listener?.stop()
    await lane?.tail
  }

  const announce = async (
    tx: Tx,
    principal: Principal,
    name: string,
    action: 'put' | 'deleted',
    details: object,
  ) => {
    const by = principalName(principal)
    const { tenant } = principal
    await deps.audit.record(tx, {
      tenant,
      principal: by,
      action: `alert-source.${action}`,
      entity: { kind: 'source', id: name },
      outcome: 'success',
      details: { ...details },
    })
    await deps.eventLog.publish(tx, tenant, {
      type: 'rampart.alert-source.changed.v1',
      subject: name,
      principal: by,
      data: { name, action },
    })
  }

  const unknown = (name: string) => siemErrors.SIEM_SOURCE_UNKNOWN(`There is no alert source ${name}.`)

  const checkRevision = (
    found: store.Source | undefined,
    name: string,
    expected: number | undefined,
  ): void => {
    if (expected === undefined || (found?.revision ?? 0) === expected) return
    throw siemErrors.SIEM_REVISION_CHANGED(
      `Alert source ${name} is at revision ${found?.revision ?? 0}, not ${expected}.`,
    )
  }

  const viewOf = ({ tenant, name, spec, revision, updatedBy, updatedAt }: store.Source): SourceView => {
    const lane = lanes.get(keyOf(tenant, name))
    const totals = lane?.totals ?? { signals: 0, sightings: 0, duplicates: 0, refused: 0, dropped: 0 }
    const port = lane?.listener?.port
    return {
      name,
      spec,
      revision,
      updatedBy,
      updatedAt,
      status: { ...totals, ...(port === undefined ? {} : { port }) },
    }
  }

  const find = async (tenant: string, name: string): Promise<store.Source> => {
    const found = (await database.read(tenant, store.listSources)).find((one) => one.name === name)
    if (found === undefined) throw unknown(name)
    return found
  }

  const put = async (
    principal: Principal,
    {
      name,
      spec,
      revision,
    }: { readonly name: string; readonly spec: SourceSpec; readonly revision?: number },
  ): Promise<SourceView> => {
    if (!isModelName(name))
      throw siemErrors.SIEM_SOURCE_INVALID('Source names are lower-case letters, digits and dashes.')
    checkSourceSpec(spec, deps)
    if (spec.file !== undefined) await deps.checkFile(spec.file)
    const { tenant } = principal
    await database.tx(tenant, async (tx) => {
      checkRevision(await store.lockSource(tx, name), name, revision)
      await store.putSource(tx, { name, spec, updatedBy: principalName(principal), updatedAt: clock.iso() })
      await announce(tx, principal, name, 'put', { spec })
    })
    if (started) {
      // Stopped first: its last batch may still move the position.
      await shut(tenant, name)
      await open(await find(tenant, name))
    }
    return viewOf(await find(tenant, name))
  }

  return {
    put,
    remove: async (principal: Principal, name: string, revision?: number): Promise<void> => {
      const { tenant } = principal
      await find(tenant, name)
      await shut(tenant, name)
      await database.tx(tenant, async (tx) => {
        const found = await store.lockSource(tx, name)
        if (found === undefined) throw unknown(name)
        checkRevision(found, name, revision)
        await store.deleteSource(tx, name)
        await announce(tx, principal, name, 'deleted', {})
      })
    },
    get: async (tenant: string, name: string): Promise<SourceView> => viewOf(await find(tenant, name)),
    list: async (tenant: string): Promise<SourceView[]> =>
      (await database.read(tenant, store.listSources)).map(viewOf),
    /** Lines that somebody posts. Throws SIEM_SOURCE_BUSY beyond the rate: nothing of them was taken. */
    post: async (tenant: string, name: string, lines: readonly string[]): Promise<IntakeResult> => {
      const lane = lanes.get(keyOf(tenant, name))
      if (lane === undefined || lane.source.spec.disabled === true) throw unknown(name)
      if (!lane.bucket.take(lines.length))
        throw siemErrors.SIEM_SOURCE_BUSY(
          `Source ${name} takes the next lines in ${lane.bucket.waitMs()} ms.`,
        )
      return take(lane, lines)
    },
    sightings: (tenant: string, filter: Parameters<typeof store.listSightings>[1]) =>
      database.read(tenant, (tx) => store.listSightings(tx, filter)),
    start: async (): Promise<void> => {
      started = true
      const forget = (): void => {
        const before = new Date(clock.now() - SEEN_MS).toISOString()
        database
          .tx(ALL_TENANTS, (tx) => store.forgetSeen(tx, before))
          .catch((error: unknown) => logger.warn({ err: error }, 'siem.forget-failed'))
      }
      forgetting = setInterval(forget, FORGET_EVERY_MS)
      forgetting.unref()
      for (const source of await database.read(ALL_TENANTS, store.listSources)) await open(source)
    },
    stop: async (): Promise<void> => {
      started = false
      clearInterval(forgetting)
      await Promise.all([...lanes.values()].map(({ source }) => shut(source.tenant, source.name)))
    },
  }
}
