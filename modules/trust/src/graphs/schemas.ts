/** Answers about graphs as they leave the server. */
import { Type } from 'typebox'

const Severity = Type.Enum(['info', 'low', 'medium', 'high'])

const Picture = Type.Object({
  boxes: Type.Array(
    Type.Object({
      id: Type.Integer(),
      kind: Type.Enum(['input', 'node', 'group', 'output']),
      operator: Type.String(),
      name: Type.String(),
      count: Type.Integer({ description: 'Nodes in the box.' }),
      marks: Type.Array(Type.String({ description: 'Lint rule, or added or changed in a comparison.' })),
    }),
  ),
  arrows: Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }), {
    description: 'Pairs of box ids; they lead from lower to higher ids.',
  }),
  nodes: Type.Integer({ description: 'Nodes of the top level.' }),
  collapsed: Type.Boolean(),
  omitted: Type.Integer({ description: 'Arrows left out.' }),
})

export const GraphViewSchema = Type.Object({
  digest: Type.String(),
  irVersion: Type.Integer(),
  producer: Type.String(),
  opsets: Type.Array(Type.Object({ domain: Type.String(), version: Type.Integer() })),
  lint: Type.Object({
    verdict: Type.Enum(['clean', 'suspicious']),
    findings: Type.Array(
      Type.Object({
        rule: Type.String(),
        severity: Severity,
        message: Type.String(),
        location: Type.String({ description: 'Node, with the branches, loops and functions around it.' }),
        nodes: Type.Array(Type.String()),
        reason: Type.String(),
      }),
    ),
    omitted: Type.Integer(),
    nodes: Type.Integer({ description: 'Nodes with functions, branches and loops unfolded.' }),
  }),
  picture: Picture,
})

const change = { name: Type.String(), reaches: Type.Array(Type.String({ description: 'An output.' })) }
const NodeChange = Type.Object({ ...change, operator: Type.String() })
const tensor = { ...change, elementType: Type.Integer(), dims: Type.Array(Type.Integer()) }
const FieldChange = Type.Object({ field: Type.String(), from: Type.String(), to: Type.String() })
const list = <T extends Parameters<typeof Type.Array>[0]>(items: T) =>
  Type.Object({ total: Type.Integer(), items: Type.Array(items) })

const Difference = Type.Object({
  l2: Type.Number(),
  maxAbs: Type.Number(),
  fractionChanged: Type.Number({ minimum: 0, maximum: 1 }),
})

export const DiffView = Type.Object({
  against: Type.String({ description: 'The version compared with.' }),
  digest: Type.String(),
  againstDigest: Type.String(),
  diff: Type.Object({
    verdict: Type.Enum(['identical', 'metadata', 'weights', 'architecture']),
    nodes: Type.Object({
      matched: Type.Integer(),
      renamed: Type.Integer(),
      added: list(NodeChange),
      removed: list(NodeChange),
      changed: list(
        Type.Object({
          ...change,
          operator: Type.String(),
          from: Type.String(),
          what: Type.Array(Type.Enum(['operator', 'attributes', 'inputs', 'body'])),
        }),
      ),
    }),
    tensors: Type.Object({
      same: Type.Integer(),
      added: list(Type.Object(tensor)),
      removed: list(Type.Object(tensor)),
      changed: list(
        Type.Object({
          ...tensor,
          from: Type.String(),
          fromElementType: Type.Integer(),
          fromDims: Type.Array(Type.Integer()),
          difference: Type.Optional(Difference),
        }),
      ),
    }),
    interface: Type.Array(FieldChange),
    opsets: Type.Array(FieldChange),
    metadata: Type.Array(FieldChange),
    outputsRewired: Type.Array(Type.String()),
    outputsReached: Type.Array(Type.String()),
  }),
  picture: Picture,
})
