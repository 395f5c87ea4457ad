/** `rampart graph lint|diff`: ONNX graphs of plain files, without a server or a runtime. */
import { resolve } from 'node:path'
import type { GraphDiff, LintFinding, OpenModel } from '@rampart/onnx/graph'
import { type Command, Option } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { type Column, renderTable } from '../table.ts'

type Level = GraphDiff['verdict']

const LEVELS: readonly Level[] = ['identical', 'metadata', 'weights', 'architecture']

const open = async (session: Session, path: string): Promise<OpenModel> => {
  const { openModelGraph } = await import('@rampart/onnx/graph')
  try {
    return openModelGraph(resolve(session.io.cwd, path), { externalData: 'ignore' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined || !('errno' in (error as object))) throw error
    throw cliErrors.CLI_NO_FILE(`${path} cannot be read`, { cause: error })
  }
}

type LintRow = { readonly path: string; readonly finding: LintFinding | undefined }

const lintColumns: readonly Column<LintRow>[] = [
  { head: 'SEVERITY', cell: ({ finding }) => finding?.severity ?? 'clean' },
  { head: 'RULE', cell: ({ finding }) => finding?.rule ?? '' },
  { head: 'FILE', cell: ({ path }) => path },
  { head: 'NODE', cell: ({ finding }) => finding?.location ?? '' },
  { head: 'MESSAGE', cell: ({ finding }) => finding?.message ?? '' },
  { head: 'REASON', cell: ({ finding }) => finding?.reason ?? '', wide: true },
]

const lint = async (session: Session, paths: readonly string[]): Promise<void> => {
  const { lintGraph } = await import('@rampart/onnx/graph')
  const { io, format, say } = session
  const graphs = []
  for (const path of paths) {
    const model = await open(session, path)
    try {
      graphs.push({ path, ...lintGraph(model) })
    } finally {
      model.close()
    }
  }
  if (format === 'json' || format === 'yaml') printDocument(io, { graphs }, format)
  else if (format === 'name') io.out(graphs.map(({ verdict, path }) => `${verdict} ${path}\n`).join(''))
  else {
    const rows = graphs.flatMap(({ path, findings }): LintRow[] =>
      findings.length === 0 ? [{ path, finding: undefined }] : findings.map((finding) => ({ path, finding })),
    )
    io.out(
      renderTable(
        lintColumns.filter(({ wide }) => wide !== true || format === 'wide'),
        rows,
      ),
    )
  }
  const bad = graphs.filter(({ verdict }) => verdict === 'suspicious').length
  if (bad > 0) throw cliErrors.CLI_FILES_UNTRUSTED(`${bad} of ${graphs.length} graphs are suspicious`)
  say(`${graphs.length} graphs are clean`)
}

type DiffRow = {
  readonly change: string
  readonly what: string
  readonly name: string
  readonly detail: string
  readonly reaches: string
}

const diffColumns: readonly Column<DiffRow>[] = [
  { head: 'CHANGE', cell: ({ change }) => change },
  { head: 'WHAT', cell: ({ what }) => what },
  { head: 'NAME', cell: ({ name }) => name },
  { head: 'DETAIL', cell: ({ detail }) => detail },
  { head: 'REACHES', cell: ({ reaches }) => reaches },
]

const short = (value: number): string => (value === 0 ? '0' : value.toPrecision(3))

const rowsOf = ({
  nodes,
  tensors,
  interface: ports,
  opsets,
  metadata,
  outputsRewired,
}: GraphDiff): readonly DiffRow[] => {
  const node =
    (change: string) =>
    (one: GraphDiff['nodes']['added']['items'][number]): DiffRow => ({
      change,
      what: one.operator,
      name: one.name,
      detail: '',
      reaches: one.reaches.join(', '),
    })
  const weights =
    (change: string) =>
    (one: GraphDiff['tensors']['added']['items'][number]): DiffRow => ({
      change,
      what: 'weights',
      name: one.name,
      detail: `[${one.dims.join(', ')}]`,
      reaches: one.reaches.join(', '),
    })
  const field =
    (what: string) =>
    (one: GraphDiff['interface'][number]): DiffRow => ({
      change: 'changed',
      what,
      name: one.field,
      detail: `${one.from} → ${one.to}`,
      reaches: '',
    })
  return [
    ...nodes.added.items.map(node('added')),
    ...nodes.removed.items.map(node('removed')),
    ...nodes.changed.items.map((one) => ({ ...node('changed')(one), detail: one.what.join(', ') })),
    ...outputsRewired.map((name) => ({
      change: 'changed',
      what: 'output',
      name,
      detail: 'comes from another node',
      reaches: name,
    })),
    ...tensors.added.items.map(weights('added')),
    ...tensors.removed.items.map(weights('removed')),
    ...tensors.changed.items.map((one) => ({
      ...weights('changed')(one),
      detail:
        one.difference === undefined
          ? `[${one.fromDims.join(', ')}] → [${one.dims.join(', ')}]`
          : `${short(one.difference.fractionChanged * 100)} % of values, L2 ${short(one.difference.l2)}, at most ${short(one.difference.maxAbs)}`,
    })),
    ...ports.map(field('interface')),
    ...opsets.map(field('opset')),
    ...metadata.map(field('metadata')),
  ]
}

const diff = async (
  session: Session,
  from: string,
  to: string,
  options: { readonly allow: Level },
): Promise<void> => {
  const { diffGraphs } = await import('@rampart/onnx/graph')
  const { io, format, say } = session
  const before = await open(session, from)
  const after = await open(session, to)
  const found = diffGraphs(before, after)
  before.close()
  after.close()
  if (format === 'json' || format === 'yaml') printDocument(io, found, format)
  else if (format === 'name') io.out(`${found.verdict}\n`)
  else if (rowsOf(found).length > 0) io.out(renderTable(diffColumns, rowsOf(found)))
  if (LEVELS.indexOf(found.verdict) > LEVELS.indexOf(options.allow))
    throw cliErrors.CLI_FILES_UNTRUSTED(`the graphs differ in ${found.verdict}, allowed is ${options.allow}`)
  say(`verdict: ${found.verdict}`)
}

export const addGraph = (program: Command, run: Run): void => {
  const graph = program.command('graph').description('look at ONNX graphs of plain files, without a server')
  graph
    .command('lint <file...>')
    .description(
      'triggers, constant outputs and other patterns of backdoored graphs; exit 5 when one is suspicious',
    )
    .action(run((session, files: readonly string[]) => lint(session, files)))
  graph
    .command('diff <from> <to>')
    .description(
      'what changed between two models: nodes, weights with their magnitude, interface, opsets, metadata',
    )
    .addOption(
      new Option('--allow <level>', 'exit 5 when more than this changed')
        .choices(LEVELS)
        .default('architecture'),
    )
    .action(
      run((session, from: string, to: string, options: { readonly allow: Level }) =>
        diff(session, from, to, options),
      ),
    )
}
