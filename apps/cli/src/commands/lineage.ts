/** `rampart lineage`: what a version was made from and what was made from it; versions of a dataset; import of a bill of materials. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import { modelVersionRef, versionPath } from '../references.ts'
import type { Run, Session } from '../session.ts'
import { type Column, renderTable } from '../table.ts'

type Node = {
  readonly id: string
  readonly kind: string
  readonly label: string
  readonly stage?: string
  readonly digest?: string
  readonly place?: string
  readonly distance: number
}
type Graph = {
  readonly nodes: readonly Node[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly statedBy: string }[]
  readonly truncated: boolean
  readonly taints: readonly { readonly label: string; readonly stage: string }[]
}
type OfDataset = { readonly versions: readonly Node[]; readonly truncated: boolean }
type Options = {
  readonly depth: string
  readonly direction: string
  readonly dataset?: string
}

const columns: readonly Column<Node>[] = [
  { head: 'PLACE', cell: ({ place }) => place ?? '' },
  { head: 'STEPS', cell: ({ distance }) => String(distance), right: true },
  { head: 'KIND', cell: ({ kind }) => kind },
  { head: 'NAME', cell: ({ label }) => label },
  { head: 'STAGE', cell: ({ stage }) => stage ?? '' },
  { head: 'DIGEST', cell: ({ digest }) => digest?.replace(/^(sha256:[0-9a-f]{12}).*$/, '$1') ?? '' },
  { head: 'ID', cell: ({ id }) => id, wide: true },
]

const ORDER = ['ancestor', 'self', 'both', 'descendant']
const inOrder = (nodes: readonly Node[]): readonly Node[] =>
  nodes.toSorted((a, b) => {
    const place = ORDER.indexOf(a.place ?? '') - ORDER.indexOf(b.place ?? '')
    return place !== 0 ? place : a.place === 'ancestor' ? b.distance - a.distance : a.distance - b.distance
  })

const printNodes = ({ io, format }: Session, document: unknown, nodes: readonly Node[]): void => {
  if (format === 'json' || format === 'yaml') printDocument(io, document, format)
  else if (format === 'name') io.out(nodes.map(({ kind, label }) => `${kind}/${label}\n`).join(''))
  else
    io.out(
      renderTable(
        columns.filter(({ wide }) => wide !== true || format === 'wide'),
        nodes,
      ),
    )
}

const ofVersion = async (session: Session, text: string, options: Options): Promise<void> => {
  const { name, version } = modelVersionRef(text)
  const { data } = await session.client.call<Graph>(
    'GET',
    `/api/v1/lineage/${encodeURIComponent(name)}/${encodeURIComponent(version)}`,
    { query: { depth: options.depth, direction: options.direction }, signal: session.io.signal },
  )
  printNodes(session, data, inOrder(data.nodes))
  for (const { label, stage } of data.taints) session.say(`it descends from ${label}, which is ${stage}`)
  if (data.truncated) session.say('there is more: ask with a larger --depth, or for one direction')
}

const ofDataset = async (session: Session, dataset: string): Promise<void> => {
  const query = dataset.startsWith('sha256:') ? { digest: dataset } : { name: dataset }
  const { data } = await session.client.call<OfDataset>('GET', '/api/v1/lineage/datasets', {
    query,
    signal: session.io.signal,
  })
  printNodes(session, data, data.versions)
  session.say(
    `${data.versions.length} versions have seen it${data.truncated ? ', and there may be more' : ''}`,
  )
}

const show = async (session: Session, ref: string | undefined, options: Options): Promise<void> => {
  if (options.dataset !== undefined && ref === undefined) return ofDataset(session, options.dataset)
  if (ref === undefined || options.dataset !== undefined)
    throw cliErrors.CLI_USAGE('name a version NAME:VERSION, or a dataset by --dataset')
  return ofVersion(session, ref, options)
}

const readDocument = async (session: Session, path: string): Promise<unknown> => {
  const text = await readFile(resolve(session.io.cwd, path), 'utf8').catch((cause: unknown) => {
    throw cliErrors.CLI_NO_FILE(`${path} cannot be read`, { cause })
  })
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw cliErrors.CLI_USAGE(`${path} is not JSON`, { cause })
  }
}

type Imported = { readonly datasets: number; readonly ancestors: number; readonly digestMatched: boolean }

const importBom = async (session: Session, text: string, path: string): Promise<void> => {
  const { data } = await session.client.call<Imported>('POST', `${versionPath(modelVersionRef(text))}/bom`, {
    body: await readDocument(session, path),
    signal: session.io.signal,
  })
  if (session.format === 'json' || session.format === 'yaml') printDocument(session.io, data, session.format)
  session.say(
    `${data.datasets} datasets and ${data.ancestors} ancestors are noted${data.digestMatched ? '' : '; the document states no digest of the model'}`,
  )
}

export const addLineage = (program: Command, run: Run): void => {
  const lineage = program
    .command('lineage')
    .description('what versions were made from, and what was made from them')
  lineage
    .command('show', { isDefault: true })
    .description('ancestors and descendants of a version, or the versions that have seen a dataset')
    .argument('[version]', 'NAME:VERSION')
    .option('--depth <n>', 'steps to follow, at most 20', '5')
    .addOption(
      new Option('--direction <way>', 'which way to follow')
        .choices(['both', 'ancestors', 'descendants'])
        .default('both'),
    )
    .option('--dataset <digest>', 'sha256:… or the name of a dataset, instead of a version')
    .action(run((session, ref: string | undefined, options: Options) => show(session, ref, options)))
  lineage
    .command('import')
    .description('take datasets, ancestors and code of a version from a CycloneDX bill of materials')
    .argument('<version>', 'NAME:VERSION')
    .argument('<file>', 'CycloneDX 1.5 to 1.7, JSON')
    .action(run((session, ref: string, file: string) => importBom(session, ref, file)))
}
