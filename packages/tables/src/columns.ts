/** What every reader gives, a table of named columns, and the checks on names that all share. */
import type { Cell } from './cell.ts'
import { tablesErrors } from './errors.ts'

/** Consecutive rows; `columns` stand in the order that was asked for. */
export type Block = {
  /** Number of the first row, from 0; headers and blank lines are none. */
  readonly firstRow: number
  readonly rows: number
  readonly columns: readonly (readonly Cell[])[]
}

export type Table = {
  readonly columns: readonly string[]
  /** Throws TABLES_COLUMN_MISSING for an unknown name, TABLES_MALFORMED where the file breaks. May be called again. */
  read(columns: readonly string[]): AsyncIterable<Block>
}

/** More columns than this are an attack or a mistake. */
const MOST_COLUMNS = 10_000

/** Checked names of a header. */
export const requireNames = (path: string, names: readonly string[]): readonly string[] => {
  if (names.length === 0) throw tablesErrors.TABLES_MALFORMED(`${path} has no column`)
  if (names.length > MOST_COLUMNS)
    throw tablesErrors.TABLES_TOO_LARGE(
      `${path} has ${names.length} columns, at most ${MOST_COLUMNS} are read`,
    )
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name))
      throw tablesErrors.TABLES_MALFORMED(`${path}: two columns are called "${shown(name)}"`)
    seen.add(name)
  }
  return names
}

/** Positions of the wanted columns. */
export const positionsOf = (path: string, names: readonly string[], wanted: readonly string[]): number[] =>
  wanted.map((name) => {
    const at = names.indexOf(name)
    if (at === -1) {
      const known = names.slice(0, 20).map(shown).join(', ')
      throw tablesErrors.TABLES_COLUMN_MISSING(
        `${path} has no column "${shown(name)}"; it has ${known}${names.length > 20 ? ', …' : ''}`,
      )
    }
    return at
  })

const shown = (name: string): string => (name.length <= 60 ? name : `${name.slice(0, 60)}…`)
