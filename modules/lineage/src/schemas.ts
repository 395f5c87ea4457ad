/** Shapes of lineage on the wire. */
import { MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import { Type } from 'typebox'
import { EDGE_KINDS, NODE_KINDS } from './claim.ts'
import { MAX_DEPTH } from './graph.ts'

export const closed = { additionalProperties: false } as const
const text = Type.String()
export const NameSchema = Type.String({ pattern: MODEL_NAME_PATTERN })
export const VersionSchema = Type.String({ pattern: VERSION_PATTERN })
export const VersionParams = Type.Object({ name: NameSchema, version: VersionSchema }, closed)

const node = {
  id: text,
  kind: Type.Enum([...NODE_KINDS]),
  label: text,
  digest: Type.Optional(text),
  stage: Type.Optional(Type.String({ description: 'Of a registered version.' })),
  attributes: Type.Record(Type.String(), Type.Unknown()),
}
const distance = Type.Integer({ description: 'Steps away.' })
const Edge = Type.Object({
  from: Type.String({ description: 'The cause.' }),
  to: Type.String({ description: 'The effect.' }),
  kind: Type.Enum([...EDGE_KINDS]),
  statedBy: text,
  time: text,
})

export const GraphQuery = Type.Object(
  {
    depth: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_DEPTH, default: 5 })),
    direction: Type.Optional(Type.Enum(['both', 'ancestors', 'descendants'])),
  },
  closed,
)

export const LineageGraphSchema = Type.Object({
  root: text,
  nodes: Type.Array(
    Type.Object({ ...node, place: Type.Enum(['self', 'ancestor', 'descendant', 'both']), distance }),
  ),
  edges: Type.Array(Edge),
  truncated: Type.Boolean({ description: 'True when depth or size cut something off.' }),
  taints: Type.Array(Type.Object({ id: text, label: text, stage: text, distance }), {
    description: 'Ancestors that are quarantined or retracted, the nearest first.',
  }),
})

export const DatasetQuery = Type.Object(
  {
    digest: Type.Optional(Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
  },
  closed,
)

export const DatasetVersionsSchema = Type.Object({
  datasets: Type.Array(Type.Object(node)),
  versions: Type.Array(Type.Object({ ...node, distance })),
  truncated: Type.Boolean(),
})

export const EventsQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 64, pattern: '^[0-9]{1,20}-[0-9]{1,20}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  closed,
)
