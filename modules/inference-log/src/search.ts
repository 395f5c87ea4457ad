/** Finds records: newest days first, in files and in what is not Parquet yet, until the page is full. */
import type { Catalog } from './catalog.ts'
import type { Converter } from './converter.ts'
import { parsePlace } from './log-file.ts'
import type { Erased } from './parquet-sql.ts'
import type { ParquetWorker } from './parquet-worker.ts'
import type { Readers } from './readers.ts'
import type { RecordCursor, RecordFilter } from './store.ts'

/** One row of the view, as JSON. */
export type FoundRecord = Readonly<Record<string, unknown>> & { readonly id: string; readonly time: string }

export type SearchPage = { readonly items: readonly FoundRecord[]; readonly next?: RecordCursor }

export type Search = {
  find(tenant: string, filter: RecordFilter, limit: number, before?: RecordCursor): Promise<SearchPage>
  /** The record, or undefined. */
  get(tenant: string, id: string): Promise<FoundRecord | undefined>
}

/** Days per step: the first page is mostly of today. */
const STEPS = [1, 7] as const

const withTime = (row: Readonly<Record<string, unknown>>): FoundRecord => {
  const time = String(row['time'])
  const isoTime = `${time.replace(' ', 'T')}${time.includes('.') ? '' : '.000'}Z`
  return {
    ...row,
    id: String(row['id']),
    time: isoTime,
    input: parsed(row['input']),
    output: parsed(row['output']),
    obligations: parsed(row['obligations']),
    rows: Number(row['rows'] ?? 0),
  }
}

const parsed = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : undefined)

const cursorAt = ({ id, time }: FoundRecord): RecordCursor | undefined => {
  const place = parsePlace(id)
  return place === undefined ? undefined : { time, ...place }
}

const later = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a
const earlier = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

/** Days that have files, newest first, in steps; the last step has no lower end. Pure. */
export const daySteps = (days: readonly string[]): { readonly from?: string; readonly to?: string }[] => {
  const sorted = [...new Set(days)].sort().reverse()
  const steps: { from?: string; to?: string }[] = []
  let to: string | undefined
  for (const count of STEPS) {
    const day = sorted[count - 1]
    if (day === undefined || count >= sorted.length) break
    steps.push({ from: day, ...(to === undefined ? {} : { to }) })
    to = day
  }
  return [...steps, to === undefined ? {} : { to }]
}

export const createSearch = (deps: {
  readonly catalog: Catalog
  readonly converter: Pick<Converter, 'waiting'>
  readonly worker: Pick<ParquetWorker, 'ask'>
  readonly readers: Readers
  readonly erasures: () => readonly Erased[]
}): Search => {
  const { catalog, readers } = deps

  const findIn = async (
    tenant: string,
    filter: RecordFilter,
    limit: number,
    before?: RecordCursor,
  ): Promise<FoundRecord[]> => {
    const segments = await deps.converter.waiting()
    const files = catalog
      .files()
      .filter((file) => file.tenant === tenant)
      .filter(
        ({ from, to }) =>
          (filter.from === undefined || to >= filter.from) && (filter.to === undefined || from < filter.to),
      )
      .filter(({ from }) => before === undefined || from <= before.time)
      .filter(
        ({ ranges }) =>
          filter.epoch === undefined ||
          ranges.some(
            ({ epoch, first, last }) =>
              epoch === filter.epoch &&
              first <= (filter.sequence ?? first) &&
              last >= (filter.sequence ?? last),
          ),
      )
    if (files.length + segments.length === 0) return []
    const rows = await deps.worker.ask('search', {
      files: files.map(({ path }) => catalog.absolute(path)),
      segments: segments.map(({ path }) => path),
      tenant,
      erasures: deps.erasures(),
      filter,
      limit,
      ...(before === undefined ? {} : { before }),
    })
    return rows.map(withTime)
  }

  return {
    find: (tenant, filter, limit, before) =>
      readers.reading(async () => {
        const days = catalog
          .files()
          .filter((file) => file.tenant === tenant)
          .map(({ day }) => day)
        const items: FoundRecord[] = []
        for (const step of daySteps(days)) {
          const from = later(filter.from, step.from)
          const to = earlier(filter.to, step.to)
          if (from !== undefined && to !== undefined && from >= to) continue
          const part = {
            ...filter,
            ...(from === undefined ? {} : { from }),
            ...(to === undefined ? {} : { to }),
          }
          items.push(...(await findIn(tenant, part, limit - items.length, before)))
          if (items.length >= limit) break
        }
        const last = items.length >= limit ? items.at(-1) : undefined
        const next = last === undefined ? undefined : cursorAt(last)
        return { items, ...(next === undefined ? {} : { next }) }
      }),
    get: (tenant, id) =>
      readers.reading(async () => {
        const place = parsePlace(id)
        if (place === undefined) return undefined
        return (await findIn(tenant, place, 1))[0]
      }),
  }
}
