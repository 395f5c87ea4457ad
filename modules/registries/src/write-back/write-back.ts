/**
 * Verdict, approval and retraction of registered versions as tags in their registries, and an alias on the version that
 * was approved last. What is there is compared with what
 * was written last; what somebody else set stays, is recorded, and becomes a signal until it is gone or agrees.
 */
import type { Digest, Registry, RegistrySpec } from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database, type EventLog, isAppError, type Logger } from '@rampart/kit'
import type { OpenRegistry } from '../ports.ts'
import { listAllResources } from '../store.ts'
import { type Approved, aliasTask, approvedAliasOf, approvedAt, isNewer } from './approved-alias.ts'
import { attestationTasks } from './attestations.ts'
import { desiredTags, type VerdictSaid } from './desired.ts'
import { createAttestationSettler, type StatementsPort } from './settle-attestation.ts'
import * as store from './store.ts'
import { type Task, tasksOf } from './tasks.ts'

export type WriteBackDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'subscribe'>
  readonly clock: Clock
  readonly logger: Logger
  readonly open: OpenRegistry
  readonly verdict: (tenant: string, digest: Digest) => VerdictSaid | undefined
  readonly statements: StatementsPort
  /** A conflict came or went. */
  readonly onConflict: () => void
}

export type WriteBack = ReturnType<typeof createWriteBack>

const EVERY_MS = 30_000
const SETTLE_MS = 250
const PAGE = 500
const CALL_MS = 30_000
const UNSEEN = {
  seen: null,
  seenSource: null,
  observedAt: null,
  value: null,
  conflict: null,
  writtenAt: null,
} as const

/** Of an alias `version` is empty. */
type At = { readonly model: string; readonly version: string }
type Place = { readonly tenant: string; readonly registry: string }
const foundIn = (error: unknown): string | undefined => {
  const { details } = error as { readonly details?: { readonly found?: unknown } }
  return typeof details?.found === 'string' ? details.found : undefined
}

export const createWriteBack = (deps: WriteBackDeps) => {
  const { database, clock, logger } = deps
  const settleAttestation = createAttestationSettler(deps)
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const stopping = new AbortController()
  let unsubscribe = (): void => undefined

  const call = () => ({ signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(CALL_MS)]) })

  /** What is not there can be set: nothing of anybody is lost. */
  const write = async (
    { desired, mine }: Task,
    set: (value: string | undefined, expected: string | undefined) => Promise<void> | undefined,
  ): Promise<string | undefined> => {
    for (const expected of mine === undefined ? [undefined] : [mine, undefined]) {
      try {
        await set(desired, expected)
        return undefined
      } catch (error) {
        if (!isAppError(error) || error.kind !== 'Conflict') throw error
        const found = foundIn(error)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  /** `found` is what somebody else set. */
  const keep = async (place: Place, at: At, task: Task, found: string | undefined): Promise<void> => {
    const { tenant, registry } = place
    const now = clock.iso()
    const written =
      found === undefined ? { value: task.desired, now } : { value: task.mine, conflict: found, now }
    await database.tx(tenant, (tx) => store.putWriting(tx, { registry, ...at, key: task.key }, written))
    if ((found === undefined) === (task.conflict === undefined)) return
    logger.warn({ ...place, ...at, tag: task.key }, 'registry.write-back-conflict')
    deps.onConflict()
  }

  const settleTag = async (place: Place, registry: Registry, version: store.WritableVersion, task: Task) => {
    const found = await write(task, (value, expected) =>
      registry.writer?.setTag(version, task.key, value, expected, call()),
    )
    await keep(place, { model: version.model, version: version.version }, task, found)
  }

  const settleAlias = async (place: Place, registry: Registry, state: store.AliasState, task: Task) => {
    const { model, alias } = state
    const found = await write(task, (value, expected) =>
      registry.writer?.setAlias(model, alias, value, expected, call()),
    )
    const isSeen = found !== undefined && state.seenSource?.endsWith(`@${found}`) === true
    await keep(place, { model, version: '' }, task, isSeen ? (state.seen ?? found) : found)
  }

  /** One that the registry refuses for good keeps no other one from being written. */
  const attempt = async (place: Place, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!isAppError(error) || error.retryable || stopping.signal.aborted) throw error
      logger.warn({ err: error, ...place }, 'registry.write-back-refused')
    }
  }

  /** Tags and statements of one version. */
  const settleVersion = async (
    place: Place,
    open: () => Promise<Registry>,
    version: store.WritableVersion,
    said: VerdictSaid | undefined,
    keepsStatements: boolean,
  ): Promise<void> => {
    const { observedDigest, ...rest } = version
    const written = observedDigest === null ? rest : { ...rest, observedDigest }
    for (const task of tasksOf(version, desiredTags(written, said))) {
      if (stopping.signal.aborted) return
      await settleTag(place, await open(), version, task)
    }
    if (!keepsStatements) return
    const signing = deps.statements.signing(place.tenant, version.digest)
    for (const task of attestationTasks(version, said, signing)) {
      if (stopping.signal.aborted) return
      await settleAttestation(place, await open(), version, task, call)
    }
  }

  /** Writes what is said of versions; gives the version of each model that was approved last. */
  const sweepVersions = async (
    place: Place,
    open: () => Promise<Registry>,
    keepsStatements: boolean,
  ): Promise<ReadonlyMap<string, Approved>> => {
    const approved = new Map<string, Approved>()
    let after = { model: '', version: '' }
    for (;;) {
      const page = await database.read(place.tenant, (tx) =>
        store.selectWritable(tx, place.registry, after, PAGE),
      )
      for (const version of page) {
        const said = deps.verdict(place.tenant, version.digest)
        const at = approvedAt(version, said)
        const one = at === undefined ? undefined : { version: version.version, source: version.source, at }
        if (one !== undefined && isNewer(one, approved.get(version.model))) approved.set(version.model, one)
        if (stopping.signal.aborted) return approved
        await attempt(place, () => settleVersion(place, open, version, said, keepsStatements))
      }
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return approved
      after = last
    }
  }

  const sweepAliases = async (
    place: Place,
    alias: string | undefined,
    approved: ReadonlyMap<string, Approved>,
    open: () => Promise<Registry>,
  ): Promise<void> => {
    const { states, lastWalk } = await database.read(place.tenant, async (tx) => ({
      states: await store.selectAliasStates(tx, place.registry, alias),
      lastWalk: await store.selectLastWalk(tx, place.registry),
    }))
    const known = new Set(states.filter((one) => one.alias === alias).map(({ model }) => model))
    const fresh = [...approved.keys()].filter((model) => alias !== undefined && !known.has(model))
    for (const state of [...states, ...fresh.map((model) => ({ ...UNSEEN, model, alias: alias ?? '' }))]) {
      // Under a name that is no longer the one, it is taken away.
      const desired = state.alias === alias ? approved.get(state.model) : undefined
      const task = aliasTask(state, desired, lastWalk)
      if (stopping.signal.aborted) return
      if (task !== undefined) await attempt(place, async () => settleAlias(place, await open(), state, task))
    }
  }

  const sweepOne = async (one: { tenant: string; name: string; spec: RegistrySpec }): Promise<void> => {
    const place = { tenant: one.tenant, registry: one.name }
    let opened: Promise<Registry> | undefined
    try {
      const open = () => {
        opened ??= deps.open(one.tenant, one)
        return opened
      }
      const approved = await sweepVersions(place, open, one.spec.type === 'oci')
      await sweepAliases(place, approvedAliasOf(one.spec), approved, open)
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
