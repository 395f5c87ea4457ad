/** `rampart changepoints`: runs a change detector over one column of a file, without a server. */
import { resolve } from 'node:path'
import type { ChangeDetector } from '@rampart/drift'
import { type Cell, openTable } from '@rampart/tables'
import { type Command, Option } from 'commander'
import { createDetector, METHOD_NAMES, type MethodName } from '../drift/detectors.ts'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'

type Options = {
  readonly column: string
  readonly method: MethodName
  readonly param: readonly string[]
  readonly delimiter?: string
}

const HELP = `
An alarm is the number of the data row, from 0, at which the detector says that the stream has changed; it then starts
anew. Rows where the column is missing keep their number and are passed over. Parameters and their defaults:
  adwin         delta=0.002 clock=32 max_buckets=5 min_window_length=5 grace_period=10
  page-hinkley  min_instances=30 delta=0.005 threshold=50 alpha=0.9999 mode=both|up|down
  kswin         alpha=0.005 window_size=100 stat_size=30 seed=42
  cusum         warmup=100 slack=0.5 threshold=8 (in standard deviations of the first values)
  conformal     average_run_length=10000 jump=0.01 bag=4096 seed=42 (values to a false alarm, whatever their law)
adwin, page-hinkley and kswin alarm where river 0.26 does with the same parameters (kswin: with the same seed).`

type Column = { readonly path: string; readonly column: string; readonly delimiter?: string }

const cells = async function* (session: Session, { path, column, delimiter }: Column) {
  const table = await openTable(resolve(session.io.cwd, path), delimiter === undefined ? {} : { delimiter })
  for await (const block of table.read([column])) {
    session.io.signal.throwIfAborted()
    yield [block.firstRow, block.columns[0] ?? []] as readonly [number, readonly Cell[]]
  }
}

const requireNumber = (cell: number | string, row: number, { path, column }: Column): number => {
  if (typeof cell === 'number' && Number.isFinite(cell)) return cell
  const shown = String(cell).slice(0, 60)
  throw cliErrors.CLI_BAD_COLUMN(
    `${path}: data row ${row + 1}: column ${column} holds "${shown}", not a finite number`,
  )
}

const findAlarms = async (session: Session, source: Column, detector: ChangeDetector): Promise<number[]> => {
  const alarms: number[] = []
  let missing = 0
  for await (const [firstRow, values] of cells(session, source)) {
    for (let i = 0; i < values.length; i += 1) {
      const cell = values[i] ?? null
      if (cell === null) missing += 1
      else if (detector.update(requireNumber(cell, firstRow + i, source))) alarms.push(firstRow + i)
    }
  }
  if (missing > 0) session.say(`${missing} missing values passed over`)
  return alarms
}

const changepoints = async (session: Session, path: string, options: Options): Promise<void> => {
  const detector = createDetector(options.method, options.param)
  const alarms = await findAlarms(session, { path, ...options }, detector)
  if (session.format === 'json' || session.format === 'yaml')
    printDocument(session.io, { alarms }, session.format)
  else if (alarms.length === 0) session.say('no change found')
  else session.io.out(alarms.map((at) => `${at}\n`).join(''))
}

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value]

export const addChangepoints = (program: Command, run: Run): void => {
  program
    .command('changepoints')
    .description('find where a column of a file changes, value after value. Needs no server')
    .argument('<file>', 'CSV, .tsv, .parquet or .npz, rows in the order of time')
    .requiredOption('--column <name>', 'numeric column to watch')
    .addOption(new Option('--method <name>', 'detector').choices(METHOD_NAMES).default('adwin'))
    .option('--param <name=value>', 'parameter of the detector; may be repeated', collect, [])
    .option('--delimiter <char>', 'between the cells of a CSV file (default: a comma, in .tsv a tab)')
    .addHelpText('after', HELP)
    .action(run((session, path: string, options: Options) => changepoints(session, path, options)))
}
