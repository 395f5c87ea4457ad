/**
 * Verdict, approval and retraction of registered versions as tags in their registries. What is there is compared with what
 * was written last; what somebody else set stays, is recorded, and becomes a signal until it is gone or agrees.
 */
import type { Digest, Registry, RegistrySpec } from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database, type EventLog, isAppError, type Logger } from '@rampart/kit'
import type { OpenRegistry } from '../ports.ts'
import { listAllResources } from '../store.ts'
import { desiredTags, type VerdictSaid } from './desired.ts'
import * as store from './store.ts'
import { type Task, tasksOf } from './tasks.ts'

export type WriteBackDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'subscribe'>
  readonly clock: Clock
  readonly logger: Logger
  readonly open: OpenRegistry
  readonly verdict: (tenant: string, digest: Digest) => VerdictSaid | undefined
  /** A conflict came or went. */
  readonly onConflict: () => void
}

export type WriteBack = ReturnType<typeof createWriteBack>

const EVERY_MS = 30_000
const SETTLE_MS = 250
const PAGE = 500
const CALL_MS = 30_000

type Place = { readonly tenant: string; readonly registry: string }
const foundIn = (error: unknown): string | undefined => {
  const { details } = error as { readonly details?: { readonly found?: unknown } }
  return typeof details?.found === 'string' ? details.found : undefined
}

export const createWriteBack = (deps: WriteBackDeps) => {
  const { database, clock, logger } = deps
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const stopping = new AbortController()
  let unsubscribe = (): void => undefined

  const call = () => ({ signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(CALL_MS)]) })

  const keep = (
    { tenant, registry }: Place,
    { model, version }: store.WritableVersion,
    key: string,
    written: { readonly value: string | undefined; readonly conflict?: string },
  ) =>
    database.tx(tenant, (tx) =>
      store.putWriting(tx, { registry, model, version, key }, { ...written, now: clock.iso() }),
    )

  /** A tag that is not there can be set: nothing of anybody is lost. */
  const write = async (
    registry: Registry,
    version: store.WritableVersion,
    { key, desired, mine }: Task,
  ): Promise<string | undefined> => {
    const { writer } = registry
    if (writer === undefined) return undefined
    for (const expected of mine === undefined ? [undefined] : [mine, undefined]) {
      try {
        await writer.setTag(version, key, desired, expected, call())
        return undefined
      } catch (error) {
        if (!isAppError(error) || error.kind !== 'Conflict') throw error
        const found = foundIn(error)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  const settle = async (place: Place, registry: Registry, version: store.WritableVersion, task: Task) => {
    const found = await write(registry, version, task)
    if (found === undefined) await keep(place, version, task.key, { value: task.desired })
    else await keep(place, version, task.key, { value: task.mine, conflict: found })
    if ((found === undefined) === (task.conflict === undefined)) return
    const { model, version: number } = version
    logger.warn({ ...place, model, version: number, tag: task.key }, 'registry.write-back-conflict')
    deps.onConflict()
  }

  const sweep = async (place: Place, open: () => Promise<Registry>): Promise<void> => {
    let after = { model: '', version: '' }
    for (;;) {
      const page = await database.read(place.tenant, (tx) =>
        store.selectWritable(tx, place.registry, after, PAGE),
      )
      for (const version of page) {
        const said = deps.verdict(place.tenant, version.digest)
        const { observedDigest, ...rest } = version
        const written = observedDigest === null ? rest : { ...rest, observedDigest }
        for (const task of tasksOf(version, desiredTags(written, said))) {
          if (stopping.signal.aborted) return
          await settle(place, await open(), version, task)
        }
      }
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return
      after = last
    }
  }

  const sweepOne = async (one: { tenant: string; name: string; spec: RegistrySpec }): Promise<void> => {
    const place = { tenant: one.tenant, registry: one.name }
    let opened: Promise<Registry> | undefined
    try {
      await sweep(place, () => {
        opened ??= deps.open(one.tenant, one)
        return opened
      })
    } catch (error) {
      // The registry may be away; the next sweep goes on where this one ended.
      if (!stopping.signal.aborted) logger.warn({ err: error, ...place }, 'registry.write-back-failed')
    } finally {
      await (await opened?.catch(() => undefined))?.close()
    }
  }

  const run = (): Promise<void> => {
    soon = undefined
    running = running
      .then(async () => {
        for (const one of await database.read(ALL_TENANTS, listAllResources))
          if (one.spec.writeBack === true && !stopping.signal.aborted) await sweepOne(one)
      })
      .catch((error: unknown) => logger.warn({ err: error }, 'registry.write-back-failed'))
    return running
  }

  const changed = (): void => {
    if (stopping.signal.aborted || soon !== undefined) return
    soon = setTimeout(run, SETTLE_MS)
  }

  return {
    changed,
    /** Resolves when everything that was to be written at the call has been tried. */
    settled: run,
    start: (): void => {
      unsubscribe = deps.eventLog.subscribe(ALL_TENANTS, ({ type }) => {
        if (/^rampart\.(verdict|model-version|registry)\./.test(type)) changed()
      })
      // What failed, and what was announced while nobody listened.
      timer = setInterval(changed, EVERY_MS)
      timer.unref()
      changed()
    },
    stop: async (): Promise<void> => {
      stopping.abort()
      clearInterval(timer)
      clearTimeout(soon)
      unsubscribe()
      await running
    },
  }
}
