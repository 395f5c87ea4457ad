/** Sources of alerts: resources, and what follows their files and listens for their syslog. */
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
import type { SiemAudit } from './announcer.ts'
import { siemErrors } from './errors.ts'
import { createIntake, type IntakeDeps, type IntakeResult } from './intake.ts'
import { type LaneStatus, NO_STATUS, type Outcome, openLane, type SourceLane } from './source-lane.ts'
import { checkSourceSpec, type SourceSpec } from './source-spec.ts'
import * as store from './source-store.ts'

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

export type SourceView = Pick<store.Source, 'name' | 'spec' | 'revision' | 'updatedBy' | 'updatedAt'> & {
  /** Since this process started. */
  readonly status: LaneStatus
}

export type Sources = ReturnType<typeof createSources>

/** Of one source; a scan of names makes a new kind of sighting with every line. */
const MAX_SIGHTINGS = 100_000
const SEEN_MS = 7 * 24 * 3_600_000
const FORGET_EVERY_MS = 3_600_000

export const createSources = (deps: SourcesDeps) => {
  const { database, clock, logger } = deps
  const intake = createIntake(deps)
  const lanes = new Map<string, SourceLane>()
  let changing: Promise<unknown> = Promise.resolve()
  const counter = deps.metrics.counter({
    name: 'rampart_siem_alerts_total',
    help: 'Alerts by source and what they became: signals, sightings, duplicates, refused, dropped.',
    labelNames: ['tenant', 'source', 'outcome'],
  })
  let started = false
  let forgetting: NodeJS.Timeout | undefined

  const keyOf = (tenant: string, name: string): string => `${tenant}/${name}`

  const counted = ({ tenant, name }: store.Source, outcome: Outcome, by: number): void =>
    counter.inc({ tenant, source: name, outcome }, by)

  const open = async (source: store.Source): Promise<void> => {
    const lane = await openLane({ ...deps, intake, counted }, source)
    lanes.set(keyOf(source.tenant, source.name), lane)
  }

  const shut = async (tenant: string, name: string): Promise<void> => {
    const lane = lanes.get(keyOf(tenant, name))
    lanes.delete(keyOf(tenant, name))
    await lane?.stop()
  }

  /** One after the other: two changes of a source at once would leave two of it running. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = changing.then(work)
    changing = done.catch(() => undefined)
    return done
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
    const status = lanes.get(keyOf(tenant, name))?.status() ?? NO_STATUS
    return { name, spec, revision, updatedBy, updatedAt, status }
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
    await inTurn(async () => {
      if (!started) return
      // Stopped first: its last batch may still move the position.
      await shut(tenant, name)
      const [now] = (await database.read(tenant, store.listSources)).filter((one) => one.name === name)
      if (now !== undefined) await open(now)
    })
    return viewOf(await find(tenant, name))
  }

  return {
    put,
    remove: async (principal: Principal, name: string, revision?: number): Promise<void> => {
      const { tenant } = principal
      await inTurn(async () => {
        checkRevision(await find(tenant, name), name, revision)
        await shut(tenant, name)
        await database.tx(tenant, async (tx) => {
          if ((await store.lockSource(tx, name)) === undefined) throw unknown(name)
          await store.deleteSource(tx, name)
          await announce(tx, principal, name, 'deleted', {})
        })
      })
    },
    get: async (tenant: string, name: string): Promise<SourceView> => viewOf(await find(tenant, name)),
    list: async (tenant: string): Promise<SourceView[]> =>
      (await database.read(tenant, store.listSources)).map(viewOf),
    /** Lines that somebody posts. Throws SIEM_SOURCE_BUSY beyond the rate: nothing of them was taken. */
    post: async (tenant: string, name: string, lines: readonly string[]): Promise<IntakeResult> => {
      const lane = lanes.get(keyOf(tenant, name))
      if (lane === undefined || lane.source.spec.disabled === true) throw unknown(name)
      return lane.post(lines)
    },
    sightings: (tenant: string, filter: Parameters<typeof store.listSightings>[1]) =>
      database.read(tenant, (tx) => store.listSightings(tx, filter)),
    start: async (): Promise<void> => {
      started = true
      const forget = (): void => {
        const before = new Date(clock.now() - SEEN_MS).toISOString()
        database
          .tx(ALL_TENANTS, async (tx) => {
            await store.forgetSeen(tx, before)
            await store.forgetSightings(tx, MAX_SIGHTINGS)
          })
          .catch((error: unknown) => logger.warn({ err: error }, 'siem.forget-failed'))
      }
      forgetting = setInterval(forget, FORGET_EVERY_MS)
      forgetting.unref()
      for (const source of await database.read(ALL_TENANTS, store.listSources))
        await inTurn(() => open(source))
    },
    stop: async (): Promise<void> => {
      started = false
      clearInterval(forgetting)
      await inTurn(() =>
        Promise.all([...lanes.values()].map(({ source }) => shut(source.tenant, source.name))),
      )
    },
  }
}
