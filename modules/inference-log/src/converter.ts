/**
 * Segments become Parquet. A segment counts as converted when the catalog says so, in the same line that names its files;
 * only then is it removed. A kill before that leaves the segment, a kill after it leaves a segment that the next round
 * removes: no record is lost and none is there twice.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, type Logger, newId, type Random } from '@rampart/kit'
import type { Catalog } from './catalog.ts'
import type { LeafFiles } from './leaf-files.ts'
import { mergeRanges } from './log-file.ts'
import type { InferenceLogOptions } from './options.ts'
import type { Erased } from './parquet-sql.ts'
import type { ParquetWorker } from './parquet-worker.ts'
import type { Readers } from './readers.ts'
import { listSegments, removeOldSides, type SegmentFile } from './segment-sources.ts'

export type ConverterDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly catalog: Catalog
  readonly worker: Pick<ParquetWorker, 'ask'>
  readonly readers: Readers
  readonly leafFiles: LeafFiles
  readonly erasures: () => readonly Erased[]
  readonly options: InferenceLogOptions
}

export type Converter = {
  /** Converts what is due; with `all`, every closed segment. Answers how many became Parquet. */
  convert(all?: boolean): Promise<number>
  /** Closed segments that were not Parquet at the last look, and how many of them cannot be converted. */
  backlog(): { readonly bytes: number; readonly failed: number }
  /** Segments whose records are not Parquet yet, open ones included. */
  waiting(): Promise<readonly SegmentFile[]>
}

const REMEMBER_MS = 60_000
const RETRY_MS = 60_000

export const createConverter = (deps: ConverterDeps): Converter => {
  const { catalog, options, worker } = deps
  /** Segments that could not be converted, and when (monotonic ms) they are tried again. */
  const failed = new Map<string, number>()
  const removed: { readonly at: number; readonly names: readonly string[] }[] = []
  let swept = false
  let backlogBytes = 0

  const takeBatch = (segments: readonly SegmentFile[]): SegmentFile[] => {
    const batch: SegmentFile[] = []
    let bytes = 0
    for (const segment of segments) {
      if (batch.length > 0 && bytes + segment.bytes > options.batchBytes) break
      batch.push(segment)
      bytes += segment.bytes
    }
    return batch
  }

  const isDue = (segments: readonly SegmentFile[]): boolean =>
    segments.reduce((sum, { bytes }) => sum + bytes, 0) >= options.convertBytes ||
    segments.some(({ changedAt }) => deps.clock.now() - changedAt >= options.convertAfterMs)

  const convertBatch = async (batch: readonly SegmentFile[]): Promise<void> => {
    const erasures = deps.erasures()
    const result = await worker.ask('convert', {
      segments: batch.map(({ path }) => path),
      erasures,
      id: newId(deps.clock, deps.random),
      drafts: join(options.folder, 'drafts'),
    })
    const pathOf = new Map(batch.map(({ name, path }) => [name, path]))
    // The leaves of records that are left out are known only now.
    for (const { segment, erased } of result.segments) {
      const path = pathOf.get(segment)
      if (erased > 0 && path !== undefined) await deps.leafFiles.keepSegment(segment, path)
    }
    const add = await Promise.all(
      result.files.map(async ({ draft, ...file }) => ({
        ...file,
        ranges: mergeRanges(file.ranges),
        bytes: (await stat(draft)).size,
      })),
    )
    await catalog.commit({ add, remove: [], segments: batch.map(({ name }) => name) })
    void remove(batch)
  }

  const remove = async (segments: readonly SegmentFile[]): Promise<void> => {
    await deps.readers.discard(segments.map(({ path }) => path))
    removed.push({ at: deps.clock.monotonic(), names: segments.map(({ name }) => name) })
  }

  /** A list of a folder may name a segment that went while it was made; nobody takes that long to make one. */
  const forgetOld = (): void => {
    const oldest = deps.clock.monotonic() - REMEMBER_MS
    while (removed[0] !== undefined && removed[0].at < oldest) catalog.forget(removed.shift()?.names ?? [])
  }

  /** One bad segment must not hold up the others: a batch that fails is done one by one. */
  const convertSome = async (batch: readonly SegmentFile[]): Promise<number> => {
    try {
      await convertBatch(batch)
      for (const { name } of batch) failed.delete(name)
      return batch.length
    } catch (error) {
      if (batch.length > 1) {
        let done = 0
        for (const segment of batch) done += await convertSome([segment])
        return done
      }
      const [segment] = batch
      if (segment !== undefined) failed.set(segment.name, deps.clock.monotonic() + RETRY_MS)
      deps.logger.error({ err: error, segment: segment?.name }, 'inference-log.segment-not-converted')
      return 0
    }
  }

  /** What the last run left: segments that are Parquet already, and names of segments that are gone. */
  const sweep = (segments: readonly SegmentFile[]): void => {
    forgetOld()
    if (swept) return
    swept = true
    const done = segments.filter(({ name }) => catalog.isConverted(name))
    if (done.length > 0) void remove(done)
    const there = new Set(segments.map(({ name }) => name))
    catalog.forget(catalog.segments().filter((name) => !there.has(name)))
  }

  const isResting = (name: string): boolean => (failed.get(name) ?? 0) > deps.clock.monotonic()

  const list = (): Promise<SegmentFile[]> => listSegments(options)

  return {
    convert: async (all = false) => {
      const segments = await list()
      sweep(segments)
      const closed = segments.filter(
        ({ name, isClosed }) => isClosed && !catalog.isConverted(name) && !isResting(name),
      )
      backlogBytes = closed.reduce((sum, { bytes }) => sum + bytes, 0)
      if (closed.length === 0 || !(all || isDue(closed))) return 0
      let done = 0
      for (let rest = closed; rest.length > 0; ) {
        const batch = takeBatch(rest)
        rest = rest.slice(batch.length)
        done += await convertSome(batch)
      }
      await removeOldSides(options)
      return done
    },
    backlog: () => ({ bytes: backlogBytes, failed: failed.size }),
    waiting: async () => (await list()).filter(({ name }) => !catalog.isConverted(name)),
  }
}
