/** A sample of whole rows of a table, for tests that look at columns together. Bounded memory, one pass. */
import { createUniform, DriftError, mmdTest } from '@rampart/drift'
import type { Table } from '@rampart/tables'
import { cliErrors } from '../errors.ts'

/** More rows than this cost time and add little power. */
export const SAMPLE_ROWS = 2_000
const MOST_COLUMNS = 256

type Sample = { readonly rows: number[][]; readonly complete: number }

/** Reservoir (Vitter's algorithm R) over the rows in which every column holds a finite number. */
const sampleOf = async (
  table: Table,
  columns: readonly string[],
  seed: number,
  signal: AbortSignal,
): Promise<Sample> => {
  const uniform = createUniform(seed)
  const rows: number[][] = []
  let complete = 0
  for await (const block of table.read(columns)) {
    signal.throwIfAborted()
    for (let i = 0; i < block.rows; i += 1) {
      const row = block.columns.map((cells) => cells[i])
      if (!row.every((cell) => typeof cell === 'number' && Number.isFinite(cell))) continue
      complete += 1
      const at = complete <= SAMPLE_ROWS ? rows.length : Math.floor(uniform() * complete)
      if (at < SAMPLE_ROWS) rows[at] = row as number[]
    }
  }
  return { rows, complete }
}

/** Mean and standard deviation of each column; a constant column is left as it is. */
const scaleOf = (rows: readonly number[][], width: number) =>
  Array.from({ length: width }, (_, c) => {
    const mean = rows.reduce((sum, row) => sum + (row[c] as number) / rows.length, 0)
    const variance = rows.reduce((sum, row) => sum + ((row[c] as number) - mean) ** 2 / rows.length, 0)
    return { mean, deviation: variance > 0 && Number.isFinite(variance) ? Math.sqrt(variance) : 1 }
  })

const batchOf = (rows: readonly number[][], scale: ReturnType<typeof scaleOf>) => ({
  values: Float64Array.from(
    rows.flatMap((row) =>
      row.map((value, c) => (value - (scale[c]?.mean ?? 0)) / (scale[c]?.deviation ?? 1)),
    ),
  ),
  rows: rows.length,
  columns: scale.length,
})

/** The kernel two-sample test over these numeric columns together, each scaled by the reference. Throws CLI_BAD_COLUMN. */
export const compareTogether = async (
  [reference, current]: readonly [Table, Table],
  columns: readonly string[],
  signal: AbortSignal,
) => {
  const fail = (what: string) => cliErrors.CLI_BAD_COLUMN(`--mmd: ${what}`)
  if (columns.length === 0) throw fail('no numeric column is compared')
  if (columns.length > MOST_COLUMNS) throw fail(`${columns.length} columns, at most ${MOST_COLUMNS}`)
  const before = await sampleOf(reference, columns, 1, signal)
  const now = await sampleOf(current, columns, 2, signal)
  for (const { complete } of [before, now])
    if (complete < 2) throw fail('a file has fewer than two rows in which every numeric column has a value')
  const scale = scaleOf(before.rows, columns.length)
  try {
    const { statistic, pValue, bandwidth } = mmdTest(batchOf(before.rows, scale), batchOf(now.rows, scale))
    return {
      statistic,
      p_value: pValue,
      bandwidth,
      columns,
      rows: { reference: before.rows.length, current: now.rows.length },
    }
  } catch (error) {
    if (error instanceof DriftError) throw fail(error.message)
    throw error
  }
}
