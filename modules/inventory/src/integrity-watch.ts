/**
 * Watches that the files of versions in use still have the bytes they are named by. Sees: every write, replacement or
 * removal that the file system tells of (inotify at once, `stat` within a round of seconds), and by reading everything
 * again at a bounded rate what it does not tell of. Cannot see: bytes that changed below the page cache, until they are
 * read from the disk again. Cost: one `stat` per file and round, and `bytesPerSecond` of hashing.
 */
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Digest, SignalInput } from '@rampart/domain'
import type { Clock, Logger, Metrics } from '@rampart/kit'
import { fingerprintOf, hashFile } from './hash-file.ts'
import { type Finding, type GuardedArtifact, integritySignal } from './integrity-signal.ts'

export type IntegrityWatchDeps = {
  /** Files of versions in use, one entry per tenant and digest. */
  readonly guarded: () => Promise<readonly GuardedArtifact[]>
  /** Where the bytes are; rejects when there are none. */
  readonly localPath: (digest: Digest) => Promise<string>
  readonly raise: (tenant: string, signal: SignalInput) => Promise<unknown>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'counter' | 'gauge'>
  /** How fast everything is read again though nothing says that it changed. */
  readonly bytesPerSecond: number
  /** Least time between two such readings of one file, ms; an hour. */
  readonly roundMs?: number
}

type Watched = {
  readonly digest: Digest
  path: string | undefined
  owners: readonly GuardedArtifact[]
  /** Of the bytes that were last hashed. */
  fingerprint: string | undefined
  finding: Finding | undefined
  hashedAt: number
  /** A file that is written all the time is not hashed all the time. */
  notBefore: number
}

const TURN_MS = 500
const LIST_MS = 5_000
const STATS_PER_TURN = 500
const SETTLE_MS = 50
const AGAIN_MS = 1_000
const ROUND_MS = 3_600_000
/** The file itself cannot be read; anything else is a fault of the moment. */
const LOST = new Set(['ENOENT', 'EACCES', 'EIO', 'EISDIR', 'ELOOP', 'ENOTDIR'])

export type IntegrityWatch = ReturnType<typeof createIntegrityWatch>

export const createIntegrityWatch = (deps: IntegrityWatchDeps) => {
  const { clock, logger } = deps
  const roundMs = deps.roundMs ?? ROUND_MS
  const all = new Map<Digest, Watched>()
  const byFile = new Map<string, Watched>()
  const folders = new Map<string, FSWatcher>()
  const suspects = new Set<Watched>()
  const stopping = new AbortController()
  let order: Watched[] = []
  let cursor = 0
  let listedAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Timeout | undefined
  let turning: Promise<void> | undefined
  let reading: Promise<void> | undefined
  const checks = deps.metrics.counter<'outcome'>({
    name: 'rampart_artifact_checks_total',
    help: 'Files of versions in use that were hashed again.',
    labelNames: ['outcome'],
  })
  deps.metrics.gauge({
    name: 'rampart_artifacts_guarded',
    help: 'Files of versions in use that are watched.',
    collect: (gauge) => gauge.set(all.size),
  })

  const suspect = (one: Watched): void => {
    suspects.add(one)
    soon ??= setTimeout(() => {
      soon = undefined
      turn()
    }, SETTLE_MS)
  }

  /** Folders of the store, at most 256: what happens in them is told at once. Without inotify the rounds find it. */
  const follow = (folder: string): void => {
    if (folders.has(folder)) return
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        const one = name === null ? undefined : byFile.get(`${folder}/${name}`)
        if (one !== undefined) suspect(one)
      })
      const drop = (): void => {
        watcher.close()
        folders.delete(folder)
      }
      watcher.on('error', drop)
      folders.set(folder, watcher)
    } catch (error) {
      logger.debug({ err: error }, 'artifact.folder-not-watched')
    }
  }

  const locate = async (one: Watched): Promise<void> => {
    const path = await deps.localPath(one.digest).catch(() => undefined)
    if (path === undefined) return suspect(one)
    one.path = path
    byFile.set(`${dirname(path)}/${basename(path)}`, one)
    follow(dirname(path))
  }

  const list = async (): Promise<void> => {
    if (clock.monotonic() - listedAt < LIST_MS) return
    listedAt = clock.monotonic()
    const owners = Map.groupBy(await deps.guarded(), ({ digest }) => digest)
    for (const [digest, one] of all) {
      if (owners.has(digest)) continue
      all.delete(digest)
      suspects.delete(one)
      if (one.path !== undefined) byFile.delete(one.path)
    }
    for (const [digest, mine] of owners) {
      const known = all.get(digest)
      if (known !== undefined) known.owners = mine
      else
        all.set(digest, {
          ...{ digest, path: undefined, owners: mine, fingerprint: undefined, finding: undefined },
          ...{ hashedAt: Number.NEGATIVE_INFINITY, notBefore: Number.NEGATIVE_INFINITY },
        })
    }
    order = [...all.values()]
    for (const one of order) if (one.path === undefined) await locate(one)
  }

  const lookAround = async (): Promise<void> => {
    const count = Math.min(STATS_PER_TURN, order.length)
    for (let step = 0; step < count; step += 1) {
      cursor = (cursor + 1) % order.length
      const one = order[cursor]
      if (one?.path === undefined || one.fingerprint === undefined) continue
      const now = await fingerprintOf(one.path).catch(() => 'gone')
      if (now !== one.fingerprint) suspects.add(one)
    }
  }

  const examine = async (one: Watched, bytesPerSecond: number): Promise<Finding> => {
    try {
      const path = one.path ?? (await deps.localPath(one.digest))
      const fingerprint = await fingerprintOf(path)
      const found = await hashFile(path, { bytesPerSecond, signal: stopping.signal })
      // What is still being written is looked at once more.
      if ((await fingerprintOf(path)) === fingerprint) one.fingerprint = fingerprint
      else suspects.add(one)
      return found === one.digest ? { state: 'intact' } : { state: 'changed', found }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      // The store refuses with an error of its own what is not there.
      const isLost = LOST.has(code) || code === 'INVENTORY_ARTIFACT_NOT_FOUND'
      if (!isLost) throw error
      one.fingerprint = undefined
      return { state: 'lost', reason: code }
    }
  }

  const settle = async (one: Watched, finding: Finding): Promise<void> => {
    checks.inc({ outcome: finding.state })
    const before = one.finding
    const isSame = JSON.stringify(before) === JSON.stringify(finding)
    if (isSame) return
    // The first look after a start also ends what was found before it.
    for (const owner of one.owners)
      await deps.raise(owner.tenant, integritySignal(owner, finding, clock.iso()))
    one.finding = finding
    if (finding.state !== 'intact') logger.error({ digest: one.digest, ...finding }, 'artifact.not-intact')
    else if (before !== undefined) logger.warn({ digest: one.digest }, 'artifact.intact-again')
  }

  const check = async (one: Watched, bytesPerSecond: number): Promise<void> => {
    one.notBefore = clock.monotonic() + AGAIN_MS
    suspects.delete(one)
    try {
      await settle(one, await examine(one, bytesPerSecond))
      one.hashedAt = clock.monotonic()
      if (one.finding?.state !== 'intact') suspects.add(one)
    } catch (error) {
      if (stopping.signal.aborted) return
      suspects.add(one)
      logger.warn({ err: error, digest: one.digest }, 'artifact.not-checked')
    }
  }

  /** What nothing speaks against, longest not looked at first, at the configured rate. */
  const readAgain = async (): Promise<void> => {
    const due = order.filter(({ hashedAt }) => clock.monotonic() - hashedAt >= roundMs)
    for (const one of due.sort((a, b) => a.hashedAt - b.hashedAt))
      if (all.has(one.digest) && !suspects.has(one) && !stopping.signal.aborted)
        await check(one, deps.bytesPerSecond)
  }

  const run = async (): Promise<void> => {
    await list()
    await lookAround()
    const now = clock.monotonic()
    for (const one of [...suspects])
      if (now >= one.notBefore && !stopping.signal.aborted) await check(one, Number.POSITIVE_INFINITY)
    reading ??= readAgain().finally(() => {
      reading = undefined
    })
  }

  const turn = (): void => {
    if (stopping.signal.aborted) return
    turning ??= run()
      .catch((error: unknown) => logger.warn({ err: error }, 'artifact.watch-waits'))
      .finally(() => {
        turning = undefined
      })
  }

  return {
    start: (): void => {
      timer ??= setInterval(turn, TURN_MS).unref()
      turn()
    },
    stop: async (): Promise<void> => {
      stopping.abort()
      clearInterval(timer)
      clearTimeout(soon)
      for (const watcher of folders.values()) watcher.close()
      await turning
      await reading
    },
  }
}
