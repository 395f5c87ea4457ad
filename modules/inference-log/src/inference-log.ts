/** The inference log's use cases: it turns segments into Parquet by itself and answers searches, SQL, proofs and erasures. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, type Logger, type Metrics, newId, type Random } from '@rampart/kit'
import type { AnchorBatch } from '@rampart/serving'
import type { RecordProof } from '@rampart/signing'
import { openCatalog } from './catalog.ts'
import { compact } from './compaction.ts'
import { createConverter } from './converter.ts'
import { callerDigestOf, type Erasure, type Erasures, erasedCallers, openErasures } from './erasures.ts'
import { inferenceLogErrors } from './errors.ts'
import { createFollowing, type FollowPage, type LogPlace } from './following.ts'
import { createLeafFiles } from './leaf-files.ts'
import { registerInferenceLogMetrics } from './metrics.ts'
import { DEFAULT_INFERENCE_LOG_OPTIONS, type InferenceLogOptions } from './options.ts'
import { createParquetWorker } from './parquet-worker.ts'
import { type AuditLink, createProving } from './proving.ts'
import { type QueryResult, runQuery } from './query.ts'
import { createReaders } from './readers.ts'
import { createRetention, type RouteRetention } from './retention.ts'
import { createRewriting } from './rewriting.ts'
import { createSearch, type FoundRecord, type SearchPage } from './search.ts'
import type { RecordCursor, RecordFilter } from './store.ts'

export type InferenceLogDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'gauge'>
  /** Closes the segment that this process writes. */
  readonly rotate: () => Promise<void>
  /** Records a removal in the audit log, once per id. */
  readonly anchor: (batch: AnchorBatch) => Promise<void>
  /** The audit entry that holds a segment's root, with its proof; undefined while there is none. */
  readonly auditLink: (segment: string) => Promise<AuditLink | undefined>
  readonly routeRetention: RouteRetention
  readonly options: Partial<InferenceLogOptions> & Pick<InferenceLogOptions, 'segmentsFolder' | 'folder'>
}

export type InferenceLogState = {
  readonly files: number
  readonly bytes: number
  readonly records: number
  readonly waitingSegments: number
  readonly waitingBytes: number
}

export interface InferenceLog {
  /** Opens the catalog, finishes what a crash left, and begins to convert. */
  start(): Promise<void>
  stop(): Promise<void>
  find(tenant: string, filter: RecordFilter, limit: number, before?: RecordCursor): Promise<SearchPage>
  /** Throws INFERENCE_LOG_ID_INVALID, INFERENCE_LOG_RECORD_UNKNOWN. */
  get(tenant: string, id: string): Promise<FoundRecord>
  /** The tenant's records after a reader's place, as they become Parquet. */
  follow(tenant: string, place: LogPlace, limit: number): Promise<FollowPage>
  /** One SELECT over the tenant's records. */
  query(tenant: string, sql: string, maxRows?: number): Promise<QueryResult>
  /** Throws INFERENCE_LOG_NOT_ANCHORED, INFERENCE_LOG_INCOMPLETE. */
  prove(tenant: string, id: string): Promise<RecordProof>
  /** Removes every record of a caller up to now. */
  erase(tenant: string, caller: string, by: string): Promise<Erasure>
  erasures(tenant: string): readonly Erasure[]
  /** Turns every closed segment into Parquet now. */
  convert(): Promise<number>
  /** Compaction and retention now. */
  cleanUp(): Promise<void>
  state(): Promise<InferenceLogState>
}

const TASK_TIMEOUT_MS = 120_000
const SEARCH_TIMEOUT_MS = 20_000
const IDLE_MS = 15_000

export const createInferenceLog = (deps: InferenceLogDeps): InferenceLog => {
  const options: InferenceLogOptions = { ...DEFAULT_INFERENCE_LOG_OPTIONS, ...deps.options }
  let parts: Awaited<ReturnType<typeof openParts>> | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const open = (): NonNullable<typeof parts> => {
    if (parts === undefined) throw inferenceLogErrors.INFERENCE_LOG_WORKER('the inference log is not open')
    return parts
  }

  const tick = async (): Promise<void> => {
    const { upkeep } = open()
    await upkeep.round().catch((error: unknown) => {
      deps.logger.warn({ err: error }, 'inference-log.upkeep-failed')
    })
    if (!stopped) schedule()
  }

  const schedule = (): void => {
    timer = setTimeout(() => void tick(), options.tickMs)
    timer.unref()
  }

  return {
    start: async () => {
      parts = await openParts(deps, options)
      await parts.upkeep.resume()
      schedule()
    },
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await parts?.upkeep.idle()
      await parts?.close()
    },
    find: (...args) => open().search.find(...args),
    get: async (tenant, id) => found(await open().search.get(tenant, id), id),
    follow: (...args) => open().following.read(...args),
    query: (tenant, sql, maxRows) => open().query(tenant, sql, maxRows),
    prove: async (tenant, id) => {
      const { search, proving } = open()
      return proving.prove(found(await search.get(tenant, id), id))
    },
    erase: (tenant, caller, by) => open().upkeep.erase(tenant, caller, by),
    erasures: (tenant) =>
      open()
        .erasures.list()
        .filter((one) => one.tenant === tenant),
    convert: () => open().upkeep.convert(),
    cleanUp: () => open().upkeep.cleanUp(),
    state: async () => {
      const { catalog, converter } = open()
      const waiting = await converter.waiting()
      return {
        files: catalog.files().length,
        bytes: catalog.bytes(),
        records: catalog.files().reduce((sum, { records }) => sum + records, 0),
        waitingSegments: waiting.length,
        waitingBytes: waiting.reduce((sum, { bytes }) => sum + bytes, 0),
      }
    },
  }
}

const ID = /^[0-9a-f-]{36}-[0-9]{12,15}$/

const found = (record: FoundRecord | undefined, id: string): FoundRecord => {
  if (!ID.test(id)) throw inferenceLogErrors.INFERENCE_LOG_ID_INVALID('the id of a record is EPOCH-SEQUENCE')
  if (record === undefined) throw inferenceLogErrors.INFERENCE_LOG_RECORD_UNKNOWN(`there is no record ${id}`)
  return record
}

const openParts = async (deps: InferenceLogDeps, options: InferenceLogOptions) => {
  const { folder } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const catalog = await openCatalog(folder)
  const erasures = await openErasures(folder)
  const readers = createReaders()
  const spillFolder = join(folder, 'drafts')
  const process = { spillFolder, memoryMb: options.queryMemoryMb, idleMs: IDLE_MS }
  const worker = createParquetWorker({ ...process, taskTimeoutMs: TASK_TIMEOUT_MS })
  // Searches do not wait behind a conversion.
  const finder = createParquetWorker({ ...process, taskTimeoutMs: SEARCH_TIMEOUT_MS })
  const leafFiles = createLeafFiles({ folder, catalog, worker })
  const erased = () => erasedCallers(erasures.list())
  const shared = { ...deps, options, catalog, readers, leafFiles, worker }
  const converter = createConverter({ ...shared, erasures: erased })
  registerInferenceLogMetrics(deps.metrics, { catalog, converter })
  const rewriting = createRewriting(shared)
  const retention = createRetention({ ...shared, rewriting })
  const search = createSearch({ catalog, converter, worker: finder, readers, erasures: erased })
  const following = createFollowing({ catalog, converter, worker: finder, readers, erasures: erased })
  const proving = createProving({ ...shared, converter })
  const upkeep = createUpkeep({ ...shared, converter, rewriting, retention, erasures })

  let running = 0
  const query = async (tenant: string, sql: string, maxRows = options.queryRows): Promise<QueryResult> => {
    if (running >= options.queriesAtOnce)
      throw inferenceLogErrors.INFERENCE_LOG_QUERY_BUSY(`${running} queries are running`)
    running += 1
    try {
      return await readers.reading(async () => {
        const segments = await converter.waiting()
        return runQuery(folder, {
          files: catalog
            .files()
            .filter((file) => file.tenant === tenant)
            .map(({ path }) => path),
          segments: segments.map(({ path }) => path),
          tenant,
          erasures: erased(),
          sql,
          maxRows: Math.min(maxRows, options.queryRows),
          maxBytes: options.queryBytes,
          timeoutMs: options.queryTimeoutMs,
          memoryMb: options.queryMemoryMb,
        })
      })
    } finally {
      running -= 1
    }
  }

  const close = async (): Promise<void> => {
    await worker.stop()
    await finder.stop()
    await catalog.close()
  }
  return { catalog, erasures, converter, search, following, proving, upkeep, query, close }
}

/** Everything that changes files goes through one queue. */
const createUpkeep = (deps: {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly rotate: () => Promise<void>
  readonly anchor: (batch: AnchorBatch) => Promise<void>
  readonly options: InferenceLogOptions
  readonly catalog: Awaited<ReturnType<typeof openCatalog>>
  readonly leafFiles: ReturnType<typeof createLeafFiles>
  readonly converter: ReturnType<typeof createConverter>
  readonly rewriting: ReturnType<typeof createRewriting>
  readonly retention: ReturnType<typeof createRetention>
  readonly erasures: Erasures
}) => {
  const { catalog, converter, rewriting, erasures, options } = deps
  let queue: Promise<unknown> = Promise.resolve()
  let cleanedAt = Number.NEGATIVE_INFINITY

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = queue.then(work, work)
    queue = next.catch(() => undefined)
    return next
  }

  const cleanUp = async (): Promise<void> => {
    await compact({ catalog, rewriting, options })
    await deps.retention.run()
    await deps.leafFiles.prune()
  }

  /** Repeatable: what an earlier attempt removed is not there any more. */
  const removeErased = async (erasure: Erasure): Promise<Erasure> => {
    await converter.convert(true)
    const removal = { kind: 'erase', erasures: [erasure] } as const
    let { records, files } = erasure
    for (const file of catalog
      .files()
      .filter(({ tenant, from }) => tenant === erasure.tenant && from <= erasure.before)) {
      const { records: gone } = await rewriting.count(file, removal)
      if (gone === 0) continue
      await rewriting.replace([file], removal)
      records += gone
      files += 1
    }
    const done: Erasure = { ...erasure, state: 'done', records, files }
    const { id, tenant, callerDigest, before, by } = done
    await deps.anchor({ kind: 'erased', id, tenant, callerDigest, before, records, files, by })
    await erasures.put(done)
    return done
  }

  return {
    convert: () => inTurn(() => converter.convert(true)),
    cleanUp: () => inTurn(cleanUp),
    idle: () => queue,
    round: () =>
      inTurn(async () => {
        const done = await converter.convert()
        const isTime = deps.clock.monotonic() - cleanedAt >= options.cleanupMs
        if (isTime || done > 0) await compact({ catalog, rewriting, options })
        if (!isTime) return
        cleanedAt = deps.clock.monotonic()
        await cleanUp()
      }),
    /** Erasures that a crash interrupted. */
    resume: () =>
      inTurn(async () => {
        for (const erasure of erasures.list())
          if (erasure.state === 'running')
            await removeErased(erasure).catch((error: unknown) => {
              deps.logger.error({ err: error, id: erasure.id }, 'inference-log.erasure-not-finished')
            })
      }),
    erase: (tenant: string, caller: string, by: string): Promise<Erasure> =>
      inTurn(async () => {
        const before = deps.clock.iso()
        await deps.rotate()
        // Now, so that these records are counted too; later ones are left out when they are converted.
        await converter.convert(true)
        const erasure: Erasure = {
          id: newId(deps.clock, deps.random),
          tenant,
          callerDigest: callerDigestOf(tenant, caller),
          before,
          by,
          state: 'running',
          records: 0,
          files: 0,
        }
        await erasures.put(erasure)
        return removeErased(erasure)
      }),
  }
}
