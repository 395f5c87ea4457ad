/** Lineage and differences: card-fraud 1.3.0 was tuned from 1.2.0, which descends from the retracted 1.0.0. */
import type {
  DifferenceSection,
  LineageGraph,
  LineageNode,
  VersionDifference,
} from '../src/api/lineage-queries.ts'
import { type Call, ok, problem, type Route, route } from './router.ts'
import { iso, type World } from './world.ts'

const PARENTS: Readonly<Record<string, string>> = {
  'card-fraud:1.3.0': 'card-fraud:1.2.0',
  'card-fraud:1.2.0': 'card-fraud:1.0.0',
}
const node = (
  id: string,
  kind: LineageNode['kind'],
  label: string,
  over: Partial<LineageNode> = {},
): LineageNode => ({
  id,
  kind,
  label,
  attributes: {},
  place: 'ancestor',
  distance: 1,
  ...over,
})

const graphOf = (world: World, name: string, version: string): LineageGraph | undefined => {
  const find = (ref: string) => world.versions.find((one) => `${one.name}:${one.version}` === ref)
  const root = find(`${name}:${version}`)
  if (root === undefined) return undefined
  const nodes: LineageNode[] = []
  const edges: LineageGraph['edges'][number][] = []
  const link = (from: string, to: string, kind: LineageGraph['edges'][number]['kind']) =>
    edges.push({ from, to, kind, statedBy: 'registry:mlflow', time: iso(world.now() - 36e5) })
  const visit = (ref: string, distance: number): void => {
    const item = find(ref)
    if (item === undefined) return
    const place = distance === 0 ? 'self' : 'ancestor'
    nodes.push(node(ref, 'model-version', ref, { place, distance, digest: item.digest, stage: item.stage }))
    if (name !== 'card-fraud') return
    const run = `run:${ref}`
    nodes.push(node(run, 'run', `train-card-fraud · ${ref.slice(-5)}`, { distance: distance + 1 }))
    nodes.push(node(`data:${ref}`, 'dataset', `transactions ${ref.slice(-5)}`, { distance: distance + 2 }))
    link(run, ref, 'produced')
    link(`data:${ref}`, run, 'read-by')
    link('code', run, 'ran')
    const parent = PARENTS[ref]
    if (parent === undefined) return
    link(parent, ref, 'parent-of')
    visit(parent, distance + 1)
  }
  visit(`${name}:${version}`, 0)
  if (name === 'card-fraud')
    nodes.push(node('code', 'code', 'git.example/train@9f2c1e0a77b1', { distance: 2 }))
  const taints = nodes.flatMap(({ id, label, stage, distance, place }) =>
    stage === 'retracted' && place === 'ancestor' ? [{ id, label, stage, distance }] : [],
  )
  return { root: `${name}:${version}`, nodes, edges, truncated: false, taints }
}

const section = (same: number, changes: DifferenceSection['changes'] = []): DifferenceSection => ({
  same,
  total: changes.length,
  changes,
})

const differenceOf = (
  world: World,
  name: string,
  from: string,
  to: string,
): VersionDifference | undefined => {
  const [before, after] = [from, to].map((version) =>
    world.versions.find((one) => one.name === name && one.version === version),
  )
  if (before === undefined || after === undefined) return undefined
  const side = ({ version, digest, stage, createdAt, createdBy }: typeof before) => ({
    version,
    digest,
    stage,
    createdAt,
    createdBy,
    verdict: { decision: 'allow' as const, reasons: [] },
  })
  const model = { kind: 'model', name: 'model.onnx' }
  return {
    name,
    from: side(before),
    to: side(after),
    sections: {
      metrics: section(2, [
        { change: 'changed', kind: 'metric', name: 'accuracy', from: '0.9583', to: '0.9621' },
        { change: 'added', kind: 'metric', name: 'balancedAccuracy', to: '0.9407' },
      ]),
      interface: section(3),
      files: section(3, [{ change: 'changed', ...model, from: before.digest, to: after.digest }]),
      specification: section(34, [
        { change: 'changed', kind: 'label', name: 'owner', from: 'payments', to: 'payments-risk' },
      ]),
      components: section(4, [
        {
          change: 'changed',
          kind: 'file',
          name: 'model.onnx',
          from: before.digest.slice(7),
          to: after.digest.slice(7),
        },
      ]),
      evidence: section(1, [{ change: 'removed', kind: 'statement', name: 'approval', from: 'user:maria' }]),
      lineage: section(2, [
        { change: 'added', kind: 'dataset', name: 'transactions 1.3.0', to: after.digest },
      ]),
    },
    graph:
      name === 'card-fraud'
        ? {
            verdict: 'architecture',
            nodes: { same: 12, added: 3, removed: 0, changed: 1 },
            tensors: { same: 9, added: 0, removed: 0, changed: 1 },
          }
        : { unavailable: 'The model is no ONNX graph that can be read.' },
  }
}

export const lineageRoutes = (world: World): readonly Route[] => [
  route('GET', '/lineage/{name}/{version}', ({ params }: Call) => {
    const graph = graphOf(world, params['name'] ?? '', params['version'] ?? '')
    return graph === undefined
      ? problem(404, 'INVENTORY_NOT_FOUND', 'There is no such model version.')
      : ok(graph)
  }),
  route('GET', '/models/{name}/difference', ({ params, query }: Call) => {
    const found = differenceOf(world, params['name'] ?? '', query.get('from') ?? '', query.get('to') ?? '')
    return found === undefined
      ? problem(404, 'INVENTORY_NOT_FOUND', 'There is no such model version.')
      : ok(found)
  }),
]
