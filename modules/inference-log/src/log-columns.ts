/** The columns of a Parquet file of records and of the view that people query. */

/**
 * What is stored as a column of its own because searches and joins use it; everything else is read from `line`, the
 * record's bytes as they were hashed into the segment's Merkle tree. Names as in the record's JSON; `time` is UTC.
 */
export const LINE_COLUMNS = {
  seq: 'UBIGINT',
  epoch: 'VARCHAR',
  time: 'TIMESTAMP',
  tenant: 'VARCHAR',
  route: 'VARCHAR',
  model: 'VARCHAR',
  version: 'VARCHAR',
  digest: 'VARCHAR',
  backend: 'VARCHAR',
  status: 'USMALLINT',
  latency_us: 'UBIGINT',
  rows: 'UBIGINT',
  caller: 'VARCHAR',
  decision: 'VARCHAR',
  reasons: 'VARCHAR[]',
  label: 'VARCHAR',
  score: 'DOUBLE',
  request: 'VARCHAR',
  trace: 'VARCHAR',
  choice: 'VARCHAR',
} as const

/** Digits of a sequence number inside a record's id: ids of one epoch sort by it. */
export const SEQUENCE_DIGITS = 12

/** Columns of the view `inference_log`, with what each holds. */
export const VIEW_COLUMNS: readonly (readonly [name: string, expression: string, meaning: string])[] = [
  ['id', `epoch || '-' || lpad(seq::VARCHAR, ${SEQUENCE_DIGITS}, '0')`, 'Id of the record'],
  ['time', 'time', 'When the call was settled (TIMESTAMP, UTC)'],
  ['request_id', 'request', "The `id` of the request's body"],
  ['trace_id', 'trace[4:35]', 'Trace id of the W3C traceparent header'],
  ['tenant', 'tenant', 'Tenant of the route'],
  ['principal', 'caller', 'Who called, `kind:id`'],
  ['route', 'route', 'Name of the route'],
  ['model', 'model', 'Model that answered'],
  ['version', 'version', 'Version that answered'],
  ['digest', 'digest', 'Digest of the version'],
  ['backend', 'backend', 'Backend that ran it; null inside the server'],
  [
    'decision',
    `CASE WHEN reasons IS NOT NULL THEN 'deny' WHEN decision IS NOT NULL THEN 'allow' END`,
    '`allow`, `deny`, or null when the call was refused before the policy was asked',
  ],
  ['decision_id', 'decision', 'Id in the decision log'],
  ['reasons', 'reasons', 'Why the policy refused (VARCHAR[])'],
  ['status', 'status', 'HTTP status, for gRPC the one it stands for'],
  ['latency_ms', 'latency_us / 1000.0', 'From the first header to the answer, ms (DOUBLE)'],
  ['rows', 'rows', 'Rows asked'],
  ['label', 'label', 'Predicted label of the first row'],
  ['score', 'score', 'Its score (DOUBLE)'],
  [
    'choice',
    'choice',
    'How the version was chosen: weight, sticky, canary, fallback, shadow; null without a choice',
  ],
  ['input_digest', `line->>'$.input_digest'`, "SHA-256 of the request's body"],
  ['input', `(line::JSON)->'$.input'`, 'The inputs, where the route keeps them (JSON)'],
  ['output', `(line::JSON)->'$.output'`, 'The outputs as answered, where the input is kept (JSON)'],
  [
    'redacted',
    `coalesce((line->>'$.redacted')::BOOLEAN, false)`,
    'True when values of the input were left out',
  ],
  ['obligations', `(line::JSON)->'$.obligations'`, "The policy's obligations beyond how it is logged (JSON)"],
  ['record', 'line', 'The whole record, as anchored in the audit log (JSON text)'],
]

export const VIEW_NAME = 'inference_log'
