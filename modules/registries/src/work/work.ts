/**
 * The versions of one registry that wait for their bytes: fetched side by side, registered, or refused with a reason
 * while the others go on. Whatever is cut off begins again where its last commit was.
 */
import { readFile } from 'node:fs/promises'
import {
  type Digest,
  type ModelSpec,
  type ModelVersionRef,
  parseModelVersionRef,
  type RegistryFile,
  type RegistryLineage,
  type RegistryVersion,
} from '@rampart/domain'
import { type Clock, type Database, type EventLog, type Logger, type Random, toAppError } from '@rampart/kit'
import { parse } from 'yaml'
import { registriesErrors } from '../errors.ts'
import { fromManifest, type RoledFile, withRoles } from '../file-roles.ts'
import { isShowable, mapRef, shown } from '../names.ts'
import type { ArtifactPort, AttachmentPort, InventoryPort } from '../ports.ts'
import { classOf, reasonOf, waitMs } from '../sync/failure.ts'
import { type MeteredRegistry, pause } from '../sync/metered-registry.ts'
import type { SyncLimits } from '../sync-limits.ts'
import { publishObserved } from '../versions/observe.ts'
import { createAttachments } from './attachments.ts'
import { createDownloads } from './download.ts'
import type { Flights } from './flights.ts'
import { describeChange, registerVersion } from './register.ts'
import * as store from './store.ts'

export type WorkDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly inventory: InventoryPort
  readonly artifacts: ArtifactPort
  readonly attachments: AttachmentPort
  readonly folder: string
  readonly where: { readonly tenant: string; readonly registry: string }
  readonly metered: MeteredRegistry
  readonly limits: SyncLimits
  readonly flights: Flights
  readonly namePrefix: string
  /** Told what a version cost, so that figures are kept. */
  readonly onProgress: (done: { readonly downloads: number; readonly bytes: number }) => void
}

export type ArrivedFile = store.ArrivedFile
type Arrived = { readonly files: readonly RoledFile<ArrivedFile>[]; readonly spec: ModelSpec }

const MAX_SLOW_ATTEMPTS = 5
const MAX_MANIFEST_BYTES = 256 * 1024
const MAX_LINEAGE_CHARACTERS = 64 * 1024
const BREAK_AFTER = 3
const LOOK_MS = 500

const isSafePath = (path: string): boolean =>
  path.length <= 255 &&
  isShowable(path) &&
  !path.includes('\\') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 128)

/** Strings of a registry may hold anything; what is kept of its lineage is bounded and can be shown. */
const cleanLineage = (lineage: RegistryLineage): RegistryLineage | undefined => {
  const text = JSON.stringify(lineage, (_key, value: unknown) =>
    typeof value === 'string' ? shown(value, 2048) : value,
  )
  return text.length > MAX_LINEAGE_CHARACTERS ? undefined : (JSON.parse(text) as RegistryLineage)
}

/** Within one revision a path stands for the same bytes; another revision is looked at anew. */
const identityOf = (version: RegistryVersion, file: RegistryFile): string => {
  const own = `${version.model}\0${version.version}\0${version.revision}\0${file.path}`
  return file.identity === undefined ? `path:${JSON.stringify(own)}` : `own:${shown(file.identity, 1024)}`
}

export const createWork = (deps: WorkDeps) => {
  const { database, clock, limits, metered, where } = deps
  const { tenant, registry } = where
  const busy = new Set<string>()
  let failuresInRow = 0
  let pausedUntil = 0

  const checkFiles = (files: readonly RegistryFile[]): void => {
    const refuse = registriesErrors.REGISTRIES_FILES_REFUSED
    if (files.length === 0) throw refuse('The version has no files.')
    if (files.length > limits.maxFiles) throw refuse(`The version has more than ${limits.maxFiles} files.`)
    const paths = new Set<string>()
    let stated = 0
    for (const { path, sizeBytes = 0 } of files) {
      if (!isSafePath(path)) throw refuse(`"${shown(path, 200)}" is not a plain relative path.`)
      if (paths.has(path)) throw refuse(`"${path}" is listed twice.`)
      if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
        throw refuse(`"${path}" states no possible size.`)
      paths.add(path)
      stated += sizeBytes
    }
    if (stated > limits.maxVersionBytes)
      throw registriesErrors.REGISTRIES_TOO_LARGE(
        `The version is larger than ${limits.maxVersionBytes} bytes.`,
      )
  }

  const fetchFiles = async (
    version: RegistryVersion,
    files: readonly RegistryFile[],
    signal: AbortSignal,
  ): Promise<ArrivedFile[]> => {
    const arrived: ArrivedFile[] = []
    let left = limits.maxVersionBytes
    for (const file of files) {
      const request = {
        file,
        identity: identityOf(version, file),
        maxBytes: Math.min(left, limits.maxFileBytes),
      }
      const { digest, sizeBytes } = await downloads.fetch(request, signal)
      left -= sizeBytes
      arrived.push({ path: file.path, digest, sizeBytes })
    }
    return arrived
  }

  /** A manifest among the files says what they are; else their names do. */
  const describeFiles = async (files: readonly ArrivedFile[]): Promise<Arrived> => {
    const manifest = files.find(({ path }) => path === 'model.yaml' || path === 'model.yml')
    if (manifest !== undefined && manifest.sizeBytes <= MAX_MANIFEST_BYTES) {
      try {
        const text = await readFile(await deps.artifacts.localPath(manifest.digest), 'utf8')
        const found = fromManifest(parse(text, { maxAliasCount: 100 }), files)
        if (found !== undefined) return found
      } catch {
        // No manifest of ours: a file like the others.
      }
    }
    return { files: withRoles(files), spec: {} }
  }

  const lineageOf = async (
    version: RegistryVersion,
    signal: AbortSignal,
  ): Promise<RegistryLineage | undefined> => {
    const { registry: adapter } = metered
    if (adapter.lineage === undefined) return undefined
    try {
      const lineage = await metered.call(
        (call) => adapter.lineage?.(version, call) ?? Promise.resolve({}),
        signal,
      )
      return cleanLineage(lineage)
    } catch (error) {
      if (classOf(toAppError(error)) === 'stopped') throw error
      // A version without its history is still a version.
      deps.logger.warn(
        { err: error, registry, model: version.model, version: version.version },
        'registry.lineage-failed',
      )
      return undefined
    }
  }

  /** Documents about a version that is registered here. */
  const handOn = async (
    ref: ModelVersionRef | undefined,
    files: readonly RegistryFile[],
    version: RegistryVersion,
    signal: AbortSignal,
  ): Promise<void> => {
    const documents = files.filter(({ attachment }) => attachment !== undefined)
    if (ref === undefined || documents.length === 0) return
    const fetch = (file: RegistryFile, maxBytes: number) =>
      downloads.fetch({ file, identity: identityOf(version, file), maxBytes }, signal)
    await createAttachments({ ...deps, tenant, fetch })(ref, documents)
  }

  /** The name that the version has here; undefined when it has none. */
  const finish = async (
    open: store.OpenVersion,
    arrived: Arrived,
    signal: AbortSignal,
  ): Promise<ModelVersionRef | undefined> => {
    const { version } = open
    const key = { registry, model: version.model, version: version.version }
    if (open.registered === undefined) {
      const ref = mapRef(version.model, version.version, deps.namePrefix)
      const lineage = await lineageOf(version, signal)
      await registerVersion({ ...deps, tenant }, { key, version, ref, ...arrived, lineage })
      return ref
    }
    const observed = deps.inventory.digestOf(arrived.files)
    await database.tx(tenant, async (tx) => {
      const before = await store.registeredFiles(tx, key)
      const change = describeChange(before, arrived.files)
      const { code } = registriesErrors.REGISTRIES_BYTES_CHANGED
      const fault =
        change.length === 0 ? undefined : { code, reason: `changed since registration: ${change.join(', ')}` }
      await store.finishObserved(tx, key, { revision: version.revision, observed, fault, now: clock.iso() })
      if (fault === undefined || open.observed === observed) return
      await publishObserved(deps, tx, tenant, {
        ...key,
        ...(open.ref === undefined ? {} : { ref: open.ref }),
        change: 'bytes-changed',
        digest: open.registered as Digest,
        observed_digest: observed,
        paths: change,
      })
    })
    return open.ref === undefined ? undefined : parseModelVersionRef(open.ref)
  }

  const refuse = async (open: store.OpenVersion, error: unknown): Promise<void> => {
    const { code, message } = reasonOf(error)
    const { model, version, revision } = open.version
    const key = { registry, model, version }
    const state = open.registered === undefined ? ('refused' as const) : ('registered' as const)
    await database.tx(tenant, async (tx) => {
      await store.refuse(tx, key, { revision, state, code, reason: message, now: clock.iso() })
      await publishObserved(deps, tx, tenant, { ...key, change: 'version-refused', code, reason: message })
    })
    deps.logger.warn({ registry, model, version, code, reason: message }, 'registry.version-refused')
  }

  const postpone = async (open: store.OpenVersion, error: unknown): Promise<void> => {
    const app = toAppError(error)
    const { code, message } = reasonOf(error)
    const { model, version } = open.version
    const wait = waitMs(app, open.attempts + 1, {
      baseMs: limits.backoffBaseMs,
      maxMs: limits.backoffMaxMs,
      random: deps.random,
    })
    const retryAt = new Date(clock.now() + wait).toISOString()
    const why = { code, reason: message, retryAt, now: clock.iso() }
    await database.tx(tenant, (tx) => store.postpone(tx, { registry, model, version }, why))
  }

  /** When a registry is away, its versions do not fail one by one. */
  const rest = (error: unknown): void => {
    failuresInRow += 1
    const app = toAppError(error)
    const asked = (app.details as { retryAfterMs?: unknown } | undefined)?.retryAfterMs
    if (failuresInRow < BREAK_AFTER && typeof asked !== 'number') return
    const wait = waitMs(app, Math.max(1, failuresInRow - BREAK_AFTER + 1), {
      baseMs: limits.backoffBaseMs,
      maxMs: Math.min(limits.backoffMaxMs, 60_000),
      random: deps.random,
    })
    pausedUntil = Math.max(pausedUntil, clock.monotonic() + wait)
  }

  const handle = async (open: store.OpenVersion, error: unknown): Promise<void> => {
    const kind = classOf(toAppError(error))
    if (kind === 'stopped') return
    if (kind === 'later') {
      rest(error)
      return postpone(open, error)
    }
    if (kind === 'slow' && open.attempts + 1 < MAX_SLOW_ATTEMPTS) return postpone(open, error)
    return refuse(open, error)
  }

  let bytes = 0
  const downloads = createDownloads({
    ...deps,
    onBytes: (count) => {
      bytes += count
    },
  })

  const one = async (open: store.OpenVersion, signal: AbortSignal): Promise<void> => {
    const { model, version } = open.version
    try {
      await database.tx(tenant, (tx) => store.markDownloading(tx, { registry, model, version }))
      const files = await metered.call((call) => metered.registry.files(open.version, call), signal)
      checkFiles(files)
      const own = files.filter(({ attachment }) => attachment === undefined)
      const arrived = await describeFiles(await fetchFiles(open.version, own, signal))
      await handOn(await finish(open, arrived, signal), files, open.version, signal)
      failuresInRow = 0
    } catch (error) {
      await handle(open, error).catch((failure: unknown) => {
        // The database is away: the version stays as it was and is taken up again.
        deps.logger.warn({ err: failure, registry, model, version }, 'registry.work-not-kept')
        rest(failure)
      })
    } finally {
      deps.onProgress({ downloads: downloads.takeCount(), bytes })
      bytes = 0
    }
  }

  /** Works until nothing is due; true when something was done. */
  const drain = async (signal: AbortSignal): Promise<boolean> => {
    let did = false
    const turns = new Set<Promise<void>>()
    while (!signal.aborted) {
      const wait = pausedUntil - clock.monotonic()
      if (wait > 0) await pause(Math.min(wait, 1000), signal)
      if (wait > 0) continue
      const room = limits.concurrency - turns.size
      // What ends while the list is read would be found waiting there still.
      const taken = new Set(busy)
      const open = await database.read(tenant, (tx) =>
        store.listOpen(tx, registry, clock.iso(), Math.max(50, limits.concurrency * 4) + busy.size),
      )
      const next = open.filter(({ version }) => !taken.has(keyText(version))).slice(0, Math.max(0, room))
      for (const item of next) {
        const key = keyText(item.version)
        busy.add(key)
        did = true
        const turn = one(item, signal).finally(() => {
          busy.delete(key)
          turns.delete(turn)
        })
        turns.add(turn)
      }
      if (turns.size === 0) break
      // While there is room, what a page brings meanwhile need not wait for a slow file.
      const look = turns.size < limits.concurrency ? [pause(LOOK_MS, signal).catch(() => undefined)] : []
      await Promise.race([...turns, ...look])
    }
    await Promise.all(turns)
    return did
  }

  return {
    drain,
    nextRetryAt: () => database.read(tenant, (tx) => store.nextRetryAt(tx, registry)),
  }
}

const keyText = ({ model, version }: RegistryVersion): string => `${model}\0${version}`
