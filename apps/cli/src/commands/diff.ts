/** `rampart diff NAME:V1 NAME:V2`: what lies between two versions of a model. */
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import { modelVersionRef } from '../references.ts'
import type { Run, Session } from '../session.ts'
import { type Column, renderTable } from '../table.ts'

type Change = {
  readonly change: string
  readonly kind: string
  readonly name: string
  readonly from?: string
  readonly to?: string
}
type Side = { readonly stage: string; readonly verdict?: { readonly decision: string } }
type Counts = { readonly added: number; readonly removed: number; readonly changed: number }
type Difference = {
  readonly from: Side
  readonly to: Side
  readonly sections: Readonly<Record<string, { readonly total: number; readonly changes: readonly Change[] }>>
  readonly graph: {
    readonly unavailable?: string
    readonly verdict?: string
    readonly nodes?: Counts
    readonly tensors?: Counts
  }
}
type Row = Change & { readonly part: string }

const short = (value = ''): string => {
  if (/^-?\d*\.\d{5,}(e-?\d+)?$/.test(value)) return String(Number(Number(value).toPrecision(4)))
  const digest = value.replace(/^(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/, '$1…')
  return digest.length > 48 ? `${digest.slice(0, 47)}…` : digest
}

const columns: readonly Column<Row>[] = [
  { head: 'PART', cell: ({ part }) => part },
  { head: 'CHANGE', cell: ({ change }) => change },
  { head: 'KIND', cell: ({ kind }) => kind },
  { head: 'NAME', cell: ({ name }) => name },
  { head: 'FROM', cell: ({ from }) => short(from) },
  { head: 'TO', cell: ({ to }) => short(to) },
]

const counts = ({ added, removed, changed }: Counts = { added: 0, removed: 0, changed: 0 }): string =>
  `${added} added, ${removed} removed, ${changed} changed`

const graphRows = ({ verdict, nodes, tensors }: Difference['graph']): readonly Row[] =>
  verdict === undefined || verdict === 'identical'
    ? []
    : [
        { part: 'graph', change: 'changed', kind: verdict, name: 'nodes', to: counts(nodes) },
        { part: 'graph', change: 'changed', kind: verdict, name: 'tensors', to: counts(tensors) },
      ]

const state = ({ stage, verdict }: Side): string =>
  verdict === undefined ? stage : `${stage}, ${verdict.decision}`

const rowsOf = ({ from, to, sections, graph }: Difference): readonly Row[] => [
  ...(state(from) === state(to)
    ? []
    : [
        {
          part: 'state',
          change: 'changed',
          kind: 'stage, verdict',
          name: 'version',
          from: state(from),
          to: state(to),
        },
      ]),
  ...Object.entries(sections).flatMap(([part, { changes }]) => changes.map((one) => ({ ...one, part }))),
  ...graphRows(graph),
]

const diff = async (session: Session, first: string, second: string): Promise<void> => {
  const [from, to] = [modelVersionRef(first), modelVersionRef(second)]
  if (from.name !== to.name)
    throw cliErrors.CLI_USAGE('the versions are of two models; rampart graph diff compares any two files')
  const { data } = await session.client.call<Difference>(
    'GET',
    `/api/v1/models/${encodeURIComponent(from.name)}/difference`,
    { query: { from: from.version, to: to.version }, signal: session.io.signal },
  )
  if (session.format === 'json' || session.format === 'yaml') {
    printDocument(session.io, data, session.format)
    return
  }
  const rows = rowsOf(data)
  if (rows.length > 0) session.io.out(renderTable(columns, rows))
  if (data.graph.unavailable !== undefined) session.say(`graphs were not compared: ${data.graph.unavailable}`)
  const total = Object.values(data.sections).reduce((sum, section) => sum + section.total, 0)
  session.say(total === 0 ? 'no part differs' : `${total} differences`)
}

export const addDiff = (program: Command, run: Run): void => {
  program
    .command('diff')
    .description(
      'what lies between two versions: figures, interface, files, components, graph, evidence, lineage',
    )
    .argument('<from>', 'NAME:VERSION')
    .argument('<to>', 'NAME:VERSION of the same model')
    .action(run((session, from: string, to: string) => diff(session, from, to)))
}
