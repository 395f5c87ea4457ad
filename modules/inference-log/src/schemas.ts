/** What the inference log's API takes and gives. */
import { MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import { Type } from 'typebox'

const closed = { additionalProperties: false } as const
const text = (maxLength = 256) => Type.String({ minLength: 1, maxLength })
const nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

export const Time = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?Z$',
  description: 'RFC 3339, UTC',
})

export const RecordId = Type.String({
  pattern: '^[0-9a-f-]{36}-[0-9]{12,15}$',
  description: 'EPOCH-SEQUENCE',
})
export const RecordParams = Type.Object({ id: RecordId }, closed)

export const SearchQuery = Type.Object(
  {
    route: Type.Optional(text()),
    model: Type.Optional(text()),
    version: Type.Optional(text()),
    principal: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: '`kind:id`' })),
    requestId: Type.Optional(text()),
    traceId: Type.Optional(Type.String({ pattern: '^[0-9a-f]{32}$' })),
    decision: Type.Optional(Type.Enum(['allow', 'deny', 'none'])),
    status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599 })),
    minLatencyMs: Type.Optional(Type.Number({ minimum: 0, maximum: 1e9 })),
    from: Type.Optional(Time),
    to: Type.Optional(Time),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: Type.Optional(Type.String({ maxLength: 512, description: 'nextCursor of the last page.' })),
  },
  closed,
)

export const RecordView = Type.Object({
  id: RecordId,
  time: Type.String(),
  request_id: nullable("The `id` of the request's body"),
  trace_id: nullable('Trace id of the traceparent header'),
  tenant: Type.String(),
  principal: nullable('Who called, `kind:id`'),
  route: Type.String(),
  model: Type.String(),
  version: Type.String(),
  digest: nullable('Digest of the version'),
  backend: nullable('Backend that ran it; null inside the server'),
  decision: nullable('`allow`, `deny`, or null when it was refused before the policy was asked'),
  decision_id: nullable('Id in the decision log'),
  reasons: Type.Union([Type.Array(Type.String()), Type.Null()]),
  status: Type.Integer(),
  latency_ms: Type.Number(),
  rows: Type.Integer(),
  label: nullable('Predicted label of the first row'),
  score: Type.Union([Type.Number(), Type.Null()]),
  choice: nullable('How the version was chosen: weight, sticky, canary, fallback, shadow'),
  input_digest: nullable("SHA-256 of the request's body"),
  input: Type.Optional(Type.Unknown({ description: 'The inputs, where the route keeps them' })),
  output: Type.Optional(Type.Unknown({ description: 'The outputs as answered' })),
  redacted: Type.Boolean(),
  obligations: Type.Optional(Type.Unknown()),
  record: Type.String({ description: 'The whole record as anchored in the audit log' }),
})

export const SearchPageView = Type.Object({
  items: Type.Array(RecordView),
  nextCursor: Type.Optional(Type.String()),
})

export const QueryBody = Type.Object(
  {
    sql: Type.String({
      minLength: 1,
      maxLength: 65_536,
      description: 'One SELECT (DuckDB) over the view inference_log',
    }),
    maxRows: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 10_000 })),
  },
  closed,
)

export const QueryView = Type.Object({
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
  rows: Type.Array(Type.Array(Type.Unknown())),
  truncated: Type.Boolean({ description: 'There are more rows than one answer holds' }),
  elapsedMs: Type.Number(),
})

export const ReplayBody = Type.Object(
  {
    route: Type.Optional(
      Type.String({
        pattern: MODEL_NAME_PATTERN,
        description: "Route or model; the record's own when absent",
      }),
    ),
    version: Type.Optional(Type.String({ pattern: VERSION_PATTERN })),
  },
  closed,
)

export const ReplayView = Type.Object({
  status: Type.Integer({ description: 'What the caller would have got now' }),
  route: Type.String(),
  model: Type.Optional(Type.String()),
  version: Type.Optional(Type.String()),
  answer: Type.Unknown({ description: 'Answer or error of the inference protocol' }),
  before: Type.Object({
    status: Type.Integer(),
    version: Type.String(),
    output: Type.Optional(Type.Unknown()),
  }),
  outputs: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        same: Type.Boolean(),
        largest: Type.Optional(Type.Number()),
        different: Type.Optional(Type.Integer()),
        detail: Type.Optional(Type.String()),
      }),
      { description: 'Absent when one of the two answers is not there to compare' },
    ),
  ),
})

const Hex = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Count = Type.Integer({ minimum: 0 })

export const ProofView = Type.Object({
  schema: Type.Literal('record-proof/1'),
  id: RecordId,
  record: Type.String({ description: 'SHA-256 of 0x00 and these bytes is the leaf hash' }),
  segment: Type.Object({
    id: Type.String(),
    index: Count,
    size: Count,
    root: Hex,
    hashes: Type.Array(Hex),
  }),
  audit: Type.Object({
    entry: Type.String({ description: 'Base64 of the entry as hashed' }),
    index: Count,
    size: Count,
    hashes: Type.Array(Hex),
    checkpoint: Type.String({ description: 'C2SP signed note' }),
  }),
})

export const EraseBody = Type.Object(
  {
    caller: Type.String({
      pattern: '^[a-z]{1,32}:[^\\p{Cc}]{1,400}$',
      description: 'The caller key as records have it, `kind:id`',
    }),
  },
  closed,
)

export const ErasureView = Type.Object({
  id: Type.String(),
  state: Type.Enum(['running', 'done']),
  callerDigest: Hex,
  before: Type.String({ description: 'Records up to this time are gone' }),
  by: Type.String(),
  records: Count,
  files: Count,
})

export const StateView = Type.Object({
  files: Count,
  bytes: Count,
  records: Count,
  waitingSegments: Count,
  waitingBytes: Count,
})
