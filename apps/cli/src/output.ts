/** `-o table|wide|json|yaml|name`, sarif for scans and csv for queries: one list of resources in the form a person or a script asked for. */
import { stringify } from 'yaml'
import type { Io } from './io.ts'
import type { Kind, Resource } from './kinds.ts'
import { renderTable } from './table.ts'

export const FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'sarif', 'csv'] as const
export type Format = (typeof FORMATS)[number]

const structured = (value: unknown, format: 'json' | 'yaml'): string =>
  format === 'json'
    ? `${JSON.stringify(value, null, 2)}\n`
    : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })

/** Any document as JSON or YAML; YAML is what a person reads, so the other formats fall back to it. */
export const printDocument = (io: Io, value: unknown, format: Format): void =>
  io.out(structured(value, format === 'json' ? 'json' : 'yaml'))

const tableOf = (kind: Kind, items: readonly Resource[], now: number, wide: boolean): string =>
  renderTable(
    kind.columns(now).filter((column) => wide || column.wide !== true),
    items,
  )

export const printResources = (io: Io, kind: Kind, items: readonly Resource[], format: Format): void => {
  if (format === 'json' || format === 'yaml') io.out(structured({ items }, format))
  else if (format === 'name') io.out(items.map((item) => `${kind.singular}/${kind.nameOf(item)}\n`).join(''))
  else if (items.length === 0) io.err(`no ${kind.plural}\n`)
  else io.out(tableOf(kind, items, io.now(), format === 'wide'))
}
