/** Reads the columns of a table into profiles, in one pass and with bounded memory. */
import { type ColumnBuilder, type ColumnSide, createColumnBuilder, DriftError } from '@rampart/drift'
import type { Table } from '@rampart/tables'
import { cliErrors } from '../errors.ts'

export type ReadColumn = ColumnSide & { readonly rows: number }

export type ReadOptions = {
  readonly path: string
  readonly table: Table
  readonly columns: readonly string[]
  /** Fixes a column's kind; without it the first text in it decides. */
  readonly kindOf: (name: string) => 'numeric' | 'categorical' | undefined
  /** Of the sketches, when a column becomes one. */
  readonly seed: number
  readonly signal: AbortSignal
}

/** Values kept exactly: at most 5 million in a column and 16 million (128 MB) in all columns of a file together. */
export const EXACT_COLUMN = 5_000_000
export const EXACT_TABLE = 16_000_000

/** Throws CLI_BAD_COLUMN where a text stands in a numeric column, with its row. */
export const readColumns = async (options: ReadOptions): Promise<Map<string, ReadColumn>> => {
  const { columns, kindOf, seed } = options
  const exactValues = Math.max(1, Math.min(EXACT_COLUMN, Math.floor(EXACT_TABLE / columns.length)))
  const builders = columns.map((name, at) => {
    const kind = kindOf(name)
    return createColumnBuilder({
      name,
      exactValues,
      k: columns.length <= 100 ? 65_536 : 4096,
      seed: seed + at,
      ...(kind === undefined ? {} : { kind }),
    })
  })
  const rows = await fill(options, builders)
  return new Map(
    builders.map((builder, at) => [
      columns[at] as string,
      { profile: builder.profile(), missing: builder.missing(), rows },
    ]),
  )
}

const fill = async (
  { path, table, columns, signal }: ReadOptions,
  builders: readonly ColumnBuilder[],
): Promise<number> => {
  let rows = 0
  for await (const block of table.read(columns)) {
    signal.throwIfAborted()
    block.columns.forEach((cells, at) => {
      const builder = builders[at] as ColumnBuilder
      for (let i = 0; i < cells.length; i += 1) {
        try {
          builder.add(cells[i] ?? null)
        } catch (error) {
          if (!(error instanceof DriftError)) throw error
          throw cliErrors.CLI_BAD_COLUMN(`${path}: data row ${block.firstRow + i + 1}: ${error.message}`)
        }
      }
    })
    rows = block.firstRow + block.rows
  }
  return rows
}
