/**
 * Every record of a tenant once, as it becomes Parquet: for readers that keep their place. Within an epoch records come in the
 * order of their numbers, and no further than the first segment that is not Parquet yet; compaction changes nothing of it.
 */
import type { Catalog } from './catalog.ts'
import type { Converter } from './converter.ts'
import { type LogFile, parsePlace } from './log-file.ts'
import type { Erased } from './parquet-sql.ts'
import type { ParquetWorker } from './parquet-worker.ts'
import type { Readers } from './readers.ts'

/** What a reader has had: the last number of each epoch; nothing from before `from` (RFC 3339). */
export type LogPlace = { readonly from: string; readonly epochs: Readonly<Record<string, number>> }

export type FollowedRecord = {
  readonly id: string
  /** The record as it was anchored, without its input and output. */
  readonly record: Readonly<Record<string, unknown>>
}

export type FollowPage = {
  readonly records: readonly FollowedRecord[]
  readonly place: LogPlace
  readonly more: boolean
}

export type Following = { read(tenant: string, place: LogPlace, limit: number): Promise<FollowPage> }

/** Numbers of one epoch after `after`, up to `to`. */
export type EpochSpan = { readonly epoch: string; readonly after: number; readonly to: number }

/** Where each epoch begins that is not Parquet yet: what lies above may still get neighbours below it. Pure. */
export const firstWaiting = (names: readonly string[]): ReadonlyMap<string, number> => {
  const first = new Map<string, number>()
  for (const name of names) {
    const place = parsePlace(name)
    if (place === undefined) continue
    first.set(place.epoch, Math.min(place.sequence, first.get(place.epoch) ?? place.sequence))
  }
  return first
}

/** The spans of a tenant's files that a reader has not had. Pure. */
export const spansToRead = (
  files: readonly Pick<LogFile, 'ranges'>[],
  place: LogPlace,
  waiting: ReadonlyMap<string, number>,
): EpochSpan[] => {
  const last = new Map<string, number>()
  for (const { ranges } of files)
    for (const range of ranges) last.set(range.epoch, Math.max(range.last, last.get(range.epoch) ?? 0))
  return [...last]
    .map(([epoch, highest]) => ({
      epoch,
      after: place.epochs[epoch] ?? -1,
      to: Math.min(highest, (waiting.get(epoch) ?? Number.POSITIVE_INFINITY) - 1),
    }))
    .filter(({ after, to }) => to > after)
}

export const createFollowing = (deps: {
  readonly catalog: Catalog
  readonly converter: Pick<Converter, 'waiting'>
  readonly worker: Pick<ParquetWorker, 'ask'>
  readonly readers: Readers
  readonly erasures: () => readonly Erased[]
}): Following => ({
  read: (tenant, place, limit) =>
    deps.readers.reading(async () => {
      // Before the files: what becomes Parquet in between is then read the next time.
      const waiting = firstWaiting((await deps.converter.waiting()).map(({ name }) => name))
      const files = deps.catalog.files().filter((file) => file.tenant === tenant && file.to >= place.from)
      const spans = spansToRead(files, place, waiting)
      const known = new Set(files.flatMap(({ ranges }) => ranges.map(({ epoch }) => epoch)))
      const kept = Object.fromEntries(Object.entries(place.epochs).filter(([epoch]) => known.has(epoch)))
      if (spans.length === 0) return { records: [], place: { ...place, epochs: kept }, more: false }
      const wanted = files.filter(({ ranges }) =>
        ranges.some(({ epoch, last }) => spans.some((span) => span.epoch === epoch && last > span.after)),
      )
      const perEpoch = Math.max(1, Math.floor(limit / spans.length))
      const rows = await deps.worker.ask('follow', {
        files: wanted.map(({ path }) => deps.catalog.absolute(path)),
        tenant,
        erasures: deps.erasures(),
        from: place.from,
        spans,
        perEpoch,
      })
      const epochs: Record<string, number> = { ...kept }
      let more = false
      for (const { epoch, to } of spans) {
        const had = rows.filter((row) => row.epoch === epoch)
        const isFull = had.length >= perEpoch
        more ||= isFull
        // What is left up to there is of other tenants, or erased.
        epochs[epoch] = isFull ? (had.at(-1)?.seq ?? to) : to
      }
      return {
        records: rows.map(({ id, line }) => ({ id, record: JSON.parse(line) as Record<string, unknown> })),
        place: { ...place, epochs },
        more,
      }
    }),
})
