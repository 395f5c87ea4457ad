/** One session per model file, however many routes lead to it: loading and measuring one takes half a second and memory. */
import type { Clock, Logger } from '@rampart/kit'
import {
  createSession,
  createWorkerSession,
  type ModelInspection,
  type ModelProfile,
  type Session,
} from '@rampart/onnx'
import { createIdleModels } from './idle-models.ts'
import type { ServingOptions } from './options.ts'
import type { SnapshotRoute } from './snapshot.ts'

/** What everybody who holds the session has in common. */
export type PooledSession = {
  readonly inspection: ModelInspection
  readonly profile: ModelProfile
  readonly placement: 'inline' | 'worker'
  /** Rows per run. */
  readonly capacityRows: number
  readonly run: Session['run']
  close(): Promise<void>
}

export type SessionPool = {
  /** The session of the route's model file; loads it for the first holder. Throws what loading threw. */
  acquire(route: SnapshotRoute): Promise<{ readonly session: PooledSession; release(): Promise<void> }>
  /** Closes the sessions of a file that nobody holds: what is warm for it must not stay. */
  evict(artifact: string): Promise<void>
  /** Digests of files that are in memory, held or warm. */
  holds(artifact: string): boolean
  /** Closes the sessions that nobody holds. */
  close(): Promise<void>
}

type Deps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly options: Pick<
    ServingOptions,
    'batchRows' | 'inlineMaxMs' | 'runTimeoutMs' | 'maxModelBytes' | 'warmBytes' | 'warmCount'
  >
}

const MEASURED_RUNS = 60
const MEASURING_MS = 3_000

type Entry = { holders: number; readonly loading: Promise<PooledSession> }

export const createSessionPool = (deps: Deps): SessionPool => {
  const entries = new Map<string, Entry>()
  const idle = createIdleModels<Entry & { readonly session: PooledSession }>({
    maxBytes: deps.options.warmBytes,
    maxCount: deps.options.warmCount,
  })
  let closed = false

  const leave = async (key: string, entry: Entry): Promise<void> => {
    entry.holders -= 1
    if (entry.holders > 0) return
    // A later holder loads anew instead of meeting a closing session.
    if (entries.get(key) === entry) entries.delete(key)
    const session = await entry.loading.catch(() => undefined)
    if (session === undefined) return
    if (closed) return session.close()
    const evicted = idle.put(key, { ...entry, session }, session.inspection.sizeBytes)
    await Promise.all(evicted.map((one) => one.session.close()))
  }

  return {
    acquire: async (route) => {
      const key = `${route.artifactDigest ?? route.digest} ${route.modelPath}`
      const entry = entries.get(key) ?? idle.take(key) ?? { holders: 0, loading: open(route, deps) }
      entries.set(key, entry)
      entry.holders += 1
      try {
        const session = await entry.loading
        let released: Promise<void> | undefined
        return {
          session,
          release: () => {
            released ??= leave(key, entry)
            return released
          },
        }
      } catch (error) {
        await leave(key, entry)
        throw error
      }
    },
    evict: async (artifact) => {
      const mine = idle.remove((key) => key.startsWith(`${artifact} `))
      await Promise.all(mine.map(({ session }) => session.close()))
    },
    holds: (artifact) => {
      const isIt = (key: string): boolean => key.startsWith(`${artifact} `)
      return idle.has(isIt) || [...entries.keys()].some(isIt)
    },
    close: async () => {
      closed = true
      await Promise.all(idle.clear().map(({ session }) => session.close()))
    },
  }
}

/** Always loads in a worker first: what an unknown model does to a thread, it does to that one. */
const open = async (route: SnapshotRoute, deps: Deps): Promise<PooledSession> => {
  const { options } = deps
  const source = {
    path: route.modelPath,
    digest: route.artifactDigest ?? route.digest,
    maxBytes: options.maxModelBytes,
  }
  const onDeath = ({ code }: { code: string }): void =>
    deps.logger.warn({ model: route.model, version: route.version, code }, 'serving.worker-died')
  const worker = await createWorkerSession({ ...source, runTimeoutMs: options.runTimeoutMs, onDeath }, deps)
  try {
    const profile = await worker.profile({
      batchRows: options.batchRows,
      runs: MEASURED_RUNS,
      budgetMs: MEASURING_MS,
    })
    const inlineRows = inlineCapacity(profile, options.inlineMaxMs)
    const shared = { inspection: worker.inspection, profile }
    if (inlineRows === undefined) {
      const capacityRows = Math.max(...options.batchRows)
      const run = inTurn(worker.run)
      return { ...shared, placement: 'worker', capacityRows, run, close: worker.close }
    }
    const { run, close } = await createSession(source)
    await worker.close()
    return { ...shared, placement: 'inline', capacityRows: inlineRows, run, close }
  } catch (error) {
    await worker.close()
    throw error
  }
}

/** Largest measured batch that stays within the limit, if any. */
const inlineCapacity = (profile: ModelProfile, maxMs: number): number | undefined =>
  profile.timings.filter(({ p95Ms }) => p95Ms <= maxMs).at(-1)?.rows

/** One run at a time: the deadline of a run must not count the runs of other routes before it. */
const inTurn = (run: Session['run']): Session['run'] => {
  let before: Promise<unknown> = Promise.resolve()
  return (inputs) => {
    const mine = before.then(() => run(inputs))
    before = mine.catch(() => undefined)
    return mine
  }
}
