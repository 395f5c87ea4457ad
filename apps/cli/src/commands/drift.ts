/** `rampart drift`: compares the columns of two files, without a server. */
import { resolve } from 'node:path'
import { type ColumnDrift, compareColumn, DEFAULT_ALARM, holmAdjust } from '@rampart/drift'
import { openTable } from '@rampart/tables'
import type { Command } from 'commander'
import { type ReadColumn, readColumns } from '../drift/read-columns.ts'
import { compareTogether } from '../drift/sample-rows.ts'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { renderTable } from '../table.ts'

type Options = {
  readonly reference: string
  readonly current: string
  readonly column: readonly string[]
  readonly categorical: readonly string[]
  readonly delimiter?: string
  readonly mmd?: boolean
}

const HELP = `
Statistics, over the values that are there (missing ones have a test of their own):
  ks              two-sample Kolmogorov-Smirnov; p exact up to 10,000 values in the larger file, then asymptotic
  psi             population stability index: 10 bins between the reference's deciles (linear interpolation), a bin
                  holds its lower edge; shares below 1e-4 are lifted to it; a repeated decile gets a bin of its own
  wasserstein     first Wasserstein distance, in the unit of the column
  jensen_shannon  Jensen-Shannon distance (root of the divergence, base 2) over the same bins as psi
  A categorical column has chi_square instead of ks and wasserstein; psi and jensen_shannon are over its categories.
  mmd             with --mmd: kernel two-sample test (maximum mean discrepancy, 256 random Fourier features, 499
                  permutations, seed 42) over all numeric columns together, each scaled by the reference, on 2,000
                  rows sampled from each file: sees changes of dependence that no single column shows
  verdict         drifted: psi >= 0.2 and a p-value <= 0.001 (Holm-adjusted over the columns); warning: psi >= 0.1 and
                  the same; else stable

A column of the reference is numeric when all its values are. Results are exact up to 5 million values in a column and 16
million in a file; beyond, a sketch bounds the memory and "exact" is false. Files: CSV, .tsv, .parquet, .npz.`

type Judged = { readonly name: string; readonly drift: ColumnDrift; readonly adjusted: number }

const verdictOf = ({ drift, adjusted }: Judged): string => {
  const { raiseAt, clearAt, alpha } = DEFAULT_ALARM
  if (adjusted > alpha || drift.score < clearAt) return 'stable'
  return drift.score >= raiseAt ? 'drifted' : 'warning'
}

const resultOf = (judged: Judged, reference: ReadColumn, current: ReadColumn) => {
  const { drift, adjusted } = judged
  const { ks, chiSquare } = drift
  return {
    kind: drift.kind,
    ks: ks === null ? null : { statistic: ks.statistic, p_value: ks.pValue, method: ks.method },
    ...(chiSquare === null
      ? {}
      : {
          chi_square: {
            statistic: chiSquare.statistic,
            p_value: chiSquare.pValue,
            degrees_of_freedom: chiSquare.degreesOfFreedom,
          },
        }),
    psi: drift.psi,
    wasserstein: drift.wasserstein,
    jensen_shannon: drift.jensenShannon,
    verdict: verdictOf(judged),
    adjusted_p_value: adjusted,
    exact: drift.exact,
    rows: { reference: reference.rows, current: current.rows },
    missing: { reference: reference.missing, current: current.missing, p_value: drift.missingPValue },
  }
}

type Result = ReturnType<typeof resultOf>

/** Named columns, or those of the reference that the current file has too; the others are told. */
const chosenColumns = (
  session: Session,
  wanted: readonly string[],
  reference: readonly string[],
  current: readonly string[],
): readonly string[] => {
  if (wanted.length > 0) return [...new Set(wanted)]
  const shared = reference.filter((name) => current.includes(name))
  if (shared.length === 0) throw cliErrors.CLI_BAD_COLUMN('the two files have no column in common')
  const alone = [...reference, ...current].filter((name) => !shared.includes(name))
  if (alone.length > 0) session.say(`not in both files, left out: ${alone.slice(0, 20).join(', ')}`)
  return shared
}

type Together = Awaited<ReturnType<typeof compareTogether>>
type Compared = { readonly results: ReadonlyMap<string, Result>; readonly mmd: Together | undefined }

const compareFiles = async (session: Session, options: Options): Promise<Compared> => {
  const { io } = session
  const settings = options.delimiter === undefined ? {} : { delimiter: options.delimiter }
  const reference = await openTable(resolve(io.cwd, options.reference), settings)
  const current = await openTable(resolve(io.cwd, options.current), settings)
  const columns = chosenColumns(session, options.column, reference.columns, current.columns)
  const forced = (name: string) => (options.categorical.includes(name) ? ('categorical' as const) : undefined)
  const before = await readColumns({
    path: options.reference,
    table: reference,
    columns,
    kindOf: forced,
    seed: 1,
    signal: io.signal,
  })
  const now = await readColumns({
    path: options.current,
    table: current,
    columns,
    // The reference decides what a column is.
    kindOf: (name) => before.get(name)?.profile.kind,
    seed: 1_000_003,
    signal: io.signal,
  })
  const compared = columns.map((name) => ({
    name,
    drift: compareColumn(before.get(name) as ReadColumn, now.get(name) as ReadColumn),
  }))
  const adjusted = holmAdjust(compared.map(({ drift }) => drift.pValue))
  const results = new Map(
    compared.map(({ name, drift }, at) => [
      name,
      resultOf(
        { name, drift, adjusted: adjusted[at] as number },
        before.get(name) as ReadColumn,
        now.get(name) as ReadColumn,
      ),
    ]),
  )
  const numeric = columns.filter((name) => before.get(name)?.profile.kind === 'numeric')
  const mmd =
    options.mmd === true ? await compareTogether([reference, current], numeric, io.signal) : undefined
  return { results, mmd }
}

const short = (value: number | null | undefined): string =>
  value === null || value === undefined ? '' : value.toPrecision(4)

const asTable = (results: ReadonlyMap<string, Result>): string =>
  renderTable(
    [
      { head: 'COLUMN', cell: ([name]) => name },
      { head: 'VERDICT', cell: ([, one]) => one.verdict },
      { head: 'PSI', cell: ([, one]) => short(one.psi), right: true },
      { head: 'KS', cell: ([, one]) => short(one.ks?.statistic), right: true },
      { head: 'P', cell: ([, one]) => short(one.ks?.p_value ?? one.chi_square?.p_value), right: true },
      { head: 'WASSERSTEIN', cell: ([, one]) => short(one.wasserstein), right: true },
      { head: 'JS', cell: ([, one]) => short(one.jensen_shannon), right: true },
      {
        head: 'MISSING',
        cell: ([, one]) => `${one.missing.reference} → ${one.missing.current}`,
        right: true,
      },
    ],
    [...results],
  )

const drift = async (session: Session, options: Options): Promise<void> => {
  const { results, mmd } = await compareFiles(session, options)
  const columns = Object.fromEntries(results)
  if (session.format === 'json' || session.format === 'yaml')
    printDocument(session.io, mmd === undefined ? { columns } : { columns, mmd }, session.format)
  else {
    session.io.out(asTable(results))
    if (mmd !== undefined)
      session.io.out(
        `together: MMD² ${short(mmd.statistic)}, p ${short(mmd.p_value)} over ${mmd.columns.length} numeric columns\n`,
      )
  }
}

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value]

export const addDrift = (program: Command, run: Run): void => {
  program
    .command('drift')
    .description('compare the columns of two files: has the data changed? Needs no server')
    .requiredOption('--reference <file>', 'what is normal: CSV, .tsv, .parquet or .npz')
    .requiredOption('--current <file>', 'what is to be judged')
    .option('--column <name>', 'only this column; may be repeated', collect, [])
    .option(
      '--categorical <name>',
      'take this column as categories though it holds numbers; may be repeated',
      collect,
      [],
    )
    .option('--delimiter <char>', 'between the cells of a CSV file (default: a comma, in .tsv a tab)')
    .option('--mmd', 'also compare all numeric columns together')
    .addHelpText('after', HELP)
    .action(run((session, options: Options) => drift(session, options)))
}
