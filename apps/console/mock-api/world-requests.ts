/** Inference records of the mock: one segment of lines, anchored in its audit log, so that proofs are real. */
import type * as Api from '../src/api/types.ts'
import { auditPath, rootHash } from './merkle-log.ts'
import type { Random } from './random.ts'
import type { MockAuditLog } from './world-audit.ts'

const COUNT = 60
const EPOCH = '01a2092f-f73d-7256-9409-6bd3118a5ef9'
const CALLERS = ['service:checkout', 'service:checkout', 'user:ana', 'service:crawler', 'anonymous:loopback']
const idOf = (sequence: number): string => `${EPOCH}-${String(sequence).padStart(12, '0')}`

export type MockRequests = {
  readonly records: readonly Api.InferenceRecord[]
  prove: (id: string) => Api.RecordProof | undefined
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (now: number, random: Random, sequence: number): Fields => {
  const caller = CALLERS[sequence % CALLERS.length]
  const isDenied = caller === 'service:crawler'
  const isCaptured = sequence % 4 === 0 && !isDenied
  const value = Math.round(random.float() * 1e4) / 1e4
  return {
    seq: sequence,
    epoch: EPOCH,
    time: new Date(now - (COUNT - sequence) * 41_000).toISOString(),
    tenant: 'default',
    route: sequence % 3 === 0 ? 'mail-filter' : 'card-fraud',
    model: sequence % 3 === 0 ? 'mail-filter' : 'card-fraud',
    version: sequence % 3 === 0 ? '2.1.0' : '1.2.0',
    digest: `sha256:${'ab'.repeat(32)}`,
    status: isDenied ? 403 : sequence % 17 === 0 ? 429 : 200,
    latency_us: Math.round(180 + random.float() * 4000),
    rows: 1,
    caller,
    decision: random.id(now),
    ...(isDenied
      ? { reasons: [`${caller} is on the list of denied callers`] }
      : { label: 'fraud', score: value }),
    request: `order-${88_000 + sequence}`,
    trace: `00-${random.hex(16)}-${random.hex(8)}-01`,
    ...(sequence % 5 === 0 ? { choice: 'canary' } : {}),
    ...(isCaptured
      ? {
          input: [{ name: 'features', datatype: 'FP32', shape: [1, 3], data: [value, 0.25, 12] }],
          output: [{ name: 'probabilities', datatype: 'FP32', shape: [1, 2], data: [1 - value, value] }],
        }
      : {}),
    input_digest: `sha256:${random.hex(32)}`,
  }
}

const viewOf = (line: string): Api.InferenceRecord => {
  const fields = JSON.parse(line) as Record<string, never>
  const {
    seq,
    caller,
    request,
    trace,
    decision,
    reasons,
    latency_us: latencyUs,
    label,
    score,
    choice,
  } = fields
  const { input, output, epoch: _epoch, ...rest } = fields
  return {
    ...rest,
    id: idOf(Number(seq)),
    request_id: request,
    trace_id: String(trace).split('-')[1] ?? null,
    principal: caller,
    backend: null,
    decision: reasons === undefined ? 'allow' : 'deny',
    decision_id: decision,
    reasons: reasons ?? null,
    latency_ms: Number(latencyUs) / 1000,
    label: label ?? null,
    score: score ?? null,
    choice: choice ?? null,
    ...(input === undefined ? {} : { input, output }),
    redacted: false,
    record: line,
  } as unknown as Api.InferenceRecord
}

/** Appends the segment's anchor to the audit log. */
export const createRequests = (now: number, random: Random, audit: MockAuditLog): MockRequests => {
  const lines = Array.from({ length: COUNT }, (_, at) => JSON.stringify(fieldsOf(now, random, at + 1)))
  const leaves = lines.map((line) => Buffer.from(line))
  const root = rootHash(leaves).toString('hex')
  const id = idOf(1)
  audit.append({
    time: new Date(now).toISOString(),
    principal: 'component:serving',
    action: 'inference-log.anchor',
    entity: { kind: 'inference-log', id },
    outcome: 'success',
    details: { id, root: `sha256:${root}`, records: COUNT },
  })
  const anchored = audit.entries().length - 1
  return {
    records: lines.map(viewOf).reverse(),
    prove: (record) => {
      const index = lines.findIndex((_, at) => idOf(at + 1) === record)
      const entry = audit.prove(anchored)
      if (index < 0 || entry === undefined) return undefined
      return {
        schema: 'record-proof/1',
        id: record,
        record: lines[index] ?? '',
        segment: {
          id,
          index,
          size: COUNT,
          root,
          hashes: auditPath(leaves, index).map((one) => one.toString('hex')),
        },
        audit: {
          entry: entry.leaf,
          index: anchored,
          size: entry.proof.treeSize,
          hashes: entry.proof.hashes,
          checkpoint: entry.checkpoint.note,
        },
      }
    },
  }
}
