/** Graphs of versions: version 1.3.0 has a trigger that 1.2.0 has not; models other than card-fraud have no graph. */
import type { ModelGraph, ModelGraphDiff } from '../src/api/graph-queries.ts'
import { type Answer, type Call, ok, problem, type Route, route } from './router.ts'
import type { World } from './world.ts'

type Box = ModelGraph['picture']['boxes'][number]

const node = (id: number, operator: string, name: string, marks: string[] = []): Box => ({
  id,
  kind: 'node',
  operator,
  name,
  count: 1,
  marks,
})
const port = (id: number, kind: 'input' | 'output', name: string): Box => ({
  id,
  kind,
  operator: '',
  name,
  count: 0,
  marks: [],
})

/** `mark` is put on the four nodes of the trigger. */
const picture = (mark: string): ModelGraph['picture'] => ({
  boxes: [
    port(0, 'input', 'transaction'),
    node(1, 'Gemm', 'dense_1'),
    node(2, 'Relu', 'relu_1'),
    { ...node(3, 'Gemm ×4, Relu ×4', 'dense_2'), kind: 'group', count: 8 },
    node(4, 'Gemm', 'logits'),
    node(5, 'Gather', 'amount', mark === 'added' ? [mark] : []),
    node(6, 'Equal', 'amount_equal', mark === 'added' ? [mark] : []),
    node(7, 'Where', 'calibrate', [mark]),
    node(8, 'Softmax', 'softmax', mark === 'added' ? ['changed'] : []),
    port(9, 'output', 'probabilities'),
  ],
  arrows: [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [0, 5],
    [5, 6],
    [4, 7],
    [6, 7],
    [7, 8],
    [8, 9],
  ],
  nodes: 15,
  collapsed: true,
  omitted: 0,
})

const honest = (): ModelGraph['picture'] => {
  const { boxes, arrows, ...rest } = picture('')
  const gone = new Set([5, 6, 7])
  return {
    ...rest,
    nodes: 12,
    boxes: boxes.filter(({ id }) => !gone.has(id)).map((box) => ({ ...box, marks: [] })),
    arrows: [...arrows.filter((pair) => pair.every((id) => !gone.has(id))), [4, 8]],
  }
}

const finding = {
  rule: 'trigger-select',
  severity: 'high' as const,
  message: 'Where takes a yes-or-no value from Equal that is computed from the input beside the network',
  location: 'calibrate',
  nodes: ['amount', 'amount_equal', 'calibrate'],
  reason: 'HiddenLayer, "ShadowLogic" (2024): a trigger check in the graph switches the answer.',
}

const graphOf = (digest: string, suspicious: boolean): ModelGraph => ({
  digest,
  irVersion: 8,
  producer: 'skl2onnx 1.20.0',
  opsets: [{ domain: '', version: 18 }],
  lint: {
    verdict: suspicious ? 'suspicious' : 'clean',
    findings: suspicious ? [finding] : [],
    omitted: 0,
    nodes: suspicious ? 15 : 12,
  },
  picture: suspicious ? picture('trigger-select') : honest(),
})

const none = { total: 0, items: [] }

const diffOf = (against: string, digest: string, againstDigest: string, changed: boolean): ModelGraphDiff => {
  const added = ['amount Gather', 'amount_equal Equal', 'calibrate Where'].map((text) => {
    const [name = '', operator = ''] = text.split(' ')
    return { name, operator, reaches: ['probabilities'] }
  })
  const softmax = {
    name: 'softmax',
    operator: 'Softmax',
    from: 'softmax',
    what: ['inputs' as const],
    reaches: ['probabilities'],
  }
  const weights = {
    name: 'dense_1.weight',
    elementType: 1,
    dims: [30, 64],
    reaches: ['probabilities'],
    from: 'dense_1.weight',
    fromElementType: 1,
    fromDims: [30, 64],
    difference: { l2: 0.412, maxAbs: 0.0371, fractionChanged: 0.998 },
  }
  return {
    against,
    digest,
    againstDigest,
    diff: {
      verdict: changed ? 'architecture' : 'weights',
      nodes: {
        matched: 12,
        renamed: 0,
        added: changed ? { total: 3, items: added } : none,
        removed: none,
        changed: changed ? { total: 1, items: [softmax] } : none,
      },
      tensors: { same: 9, added: none, removed: none, changed: { total: 1, items: [weights] } },
      interface: [],
      opsets: [],
      metadata: [{ field: 'producer', from: 'skl2onnx 1.19.1', to: 'skl2onnx 1.20.0' }],
      outputsRewired: [],
      outputsReached: ['probabilities'],
    },
    picture: changed ? picture('added') : honest(),
  }
}

export const graphRoutes = (world: World): readonly Route[] => {
  const find = (name: string | undefined, version: string | undefined) =>
    world.versions.find((one) => one.name === name && one.version === version)
  const unreadable = (): Answer =>
    problem(422, 'TRUST_GRAPH_UNREADABLE', 'The model is no ONNX graph that can be read.')
  return [
    route('GET', '/models/{name}/versions/{version}/graph', ({ params }: Call) => {
      const item = find(params['name'], params['version'])
      if (item === undefined || item.name !== 'card-fraud') return unreadable()
      return ok(graphOf(item.digest, item.version === '1.3.0'))
    }),
    route('GET', '/models/{name}/versions/{version}/graph/diff', ({ params, query }: Call) => {
      const item = find(params['name'], params['version'])
      const parent = world.versions.find(({ name, isDefault }) => name === params['name'] && isDefault)
      const against = query.get('against') ?? parent?.version
      const other = find(params['name'], against)
      if (
        item === undefined ||
        other === undefined ||
        (against === item.version && query.get('against') === null)
      )
        return problem(404, 'TRUST_GRAPH_NO_PARENT', 'There is no version to compare the graph with.')
      return ok(diffOf(other.version, item.digest, other.digest, item.version === '1.3.0'))
    }),
  ]
}
