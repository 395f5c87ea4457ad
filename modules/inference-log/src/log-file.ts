/** What is known about a Parquet file of records without opening it. */

/** Sequence numbers `first` to `last` of one epoch: the whole segments that gave records to the file. */
export type SequenceRange = { readonly epoch: string; readonly first: number; readonly last: number }

export type LogFile = {
  /** Relative to the log's folder: `parquet/TENANT/DAY/ID.parquet`. */
  readonly path: string
  readonly tenant: string
  /** UTC day of its records, `2026-11-23`. */
  readonly day: string
  readonly records: number
  readonly bytes: number
  /** Times of the earliest and the latest record, RFC 3339. */
  readonly from: string
  readonly to: string
  readonly routes: readonly string[]
  readonly ranges: readonly SequenceRange[]
}

/** Neighbours and overlaps become one. */
export const mergeRanges = (ranges: readonly SequenceRange[]): SequenceRange[] => {
  const merged: SequenceRange[] = []
  const sorted = [...ranges].sort((a, b) =>
    a.epoch === b.epoch ? a.first - b.first : a.epoch < b.epoch ? -1 : 1,
  )
  for (const range of sorted) {
    const last = merged.at(-1)
    if (last?.epoch === range.epoch && range.first <= last.last + 1)
      merged[merged.length - 1] = { ...last, last: Math.max(last.last, range.last) }
    else merged.push(range)
  }
  return merged
}

export const overlaps = (file: Pick<LogFile, 'ranges'>, { epoch, first, last }: SequenceRange): boolean =>
  file.ranges.some((range) => range.epoch === epoch && range.first <= last && range.last >= first)

/** `EPOCH-SEQUENCE`: the id of a record, and the name of the segment that begins with it. */
const ID = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-([0-9]{12,15})$/

export type RecordPlace = { readonly epoch: string; readonly sequence: number }

export const parsePlace = (id: string): RecordPlace | undefined => {
  const [, epoch, sequence] = ID.exec(id) ?? []
  return epoch === undefined ? undefined : { epoch, sequence: Number(sequence) }
}
