/** What a gateway tells the control plane; both sides read it from here. Checked by schema where it comes in. */
import { DIGEST_PATTERN, SignalSchema } from '@rampart/domain'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

const Text = (maxLength: number) => Type.String({ maxLength })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Open = Type.Record(Text(256), Type.Unknown())

/** Refused calls, new decisions, signals, sketches. */
export const REPORT_KINDS = ['denied', 'decision', 'signal', 'sketches'] as const
export type ReportKind = (typeof REPORT_KINDS)[number]

const Item = Type.Object(
  { sequence: Count, kind: Type.Enum([...REPORT_KINDS]), body: Open },
  { additionalProperties: false },
)

const Reading = Type.Object({
  answered: Count,
  failed: Count,
  latency: Type.Array(Count, { maxItems: 4096 }),
  labels: Type.Record(Text(1024), Count),
  scores: Type.Object({ sum: Type.Number(), count: Count }),
})

const CanaryReport = Type.Object({
  route: Text(256),
  /** Names the versions that were counted: other versions are other counters. */
  plan: Text(128),
  candidate: Reading,
  baseline: Reading,
})

const Step = Type.Object({
  index: Count,
  requests: Count,
  errors: Count,
  denied: Count,
  shed: Count,
  latency: Type.Array(Count, { maxItems: 4096 }),
})

/** Counters of a version under a route since the gateway began to serve it, and its newest steps. */
const Served = Type.Object({
  route: Text(256),
  model: Text(256),
  version: Text(256),
  backend: Type.Optional(Text(256)),
  isShadow: Type.Optional(Type.Boolean()),
  rows: Count,
  outcomes: Type.Object({
    ok: Count,
    invalid: Count,
    denied: Count,
    shed: Count,
    late: Count,
    failed: Count,
  }),
  predictions: Type.Record(Text(1024), Count),
  steps: Type.Array(Step, { maxItems: 16 }),
})

const Anchor = Type.Object({ kind: Text(64), id: Text(256) })

export const Report = Type.Object(
  {
    gateway: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
    version: Text(64),
    addresses: Type.Array(Text(256), { maxItems: 8 }),
    /** Addresses and name of its machine: alerts about that host are about what the gateway serves. */
    hosts: Type.Optional(Type.Array(Text(255), { maxItems: 32 })),
    startedAt: Text(40),
    epoch: Count,
    ready: Type.Boolean(),
    requests: Count,
    problem: Type.Optional(Text(512)),
    /** Digests of the versions whose bytes it has: served, draining, warm. */
    holds: Type.Optional(Type.Array(Text(80), { maxItems: 4096 })),
    /** It serves no more: this is its last report. */
    stopped: Type.Optional(Type.Boolean()),
    dropped: Count,
    waiting: Count,
    /** Names the numbering of `items`. */
    stream: Text(64),
    items: Type.Array(Item, { maxItems: 1000 }),
    /** Batches of the inference log; each is named by its id, so it may come again. */
    anchors: Type.Optional(Type.Array(Anchor, { maxItems: 100 })),
    served: Type.Optional(Type.Array(Served, { maxItems: 4096 })),
    canaries: Type.Optional(Type.Array(CanaryReport, { maxItems: 1000 })),
  },
  { additionalProperties: false },
)

export const ReportAnswer = Type.Object({
  accepted: Type.Integer({ description: 'Items up to this sequence are kept; the gateway forgets them.' }),
  epoch: Type.Integer({ description: 'Of the content in force.' }),
})

const Time = Type.String({ maxLength: 40, pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$' })
const { schema, id, key, state, source, ...required } = SignalSchema.properties

/** The least that those for whom an item is rely on; they check the rest. */
const BODIES: Readonly<Record<ReportKind, TSchema>> = {
  denied: Type.Object({
    principal: Text(512),
    route: Text(256),
    model: Text(256),
    version: Text(256),
    decisionId: Text(64),
    reasons: Type.Array(Text(4096), { maxItems: 256 }),
    count: Count,
    from: Time,
    to: Time,
  }),
  decision: Type.Object({
    id: Text(64),
    pack: Type.Literal('inference'),
    principal: Text(512),
    allow: Type.Boolean(),
    reasons: Type.Array(Text(4096), { maxItems: 256 }),
    obligations: Open,
    bundleDigest: Type.String({ pattern: DIGEST_PATTERN }),
    inputDigest: Type.String({ pattern: DIGEST_PATTERN }),
    evaluationMicros: Type.Number(),
    time: Time,
  }),
  signal: Type.Object({
    ...required,
    schema: Type.Optional(schema),
    id: Type.Optional(id),
    key: Type.Optional(key),
    state: Type.Optional(state),
    source: Type.Optional(source),
  }),
  sketches: Type.Object({
    model: Text(256),
    version: Text(256),
    layout: Text(128),
    rows: Count,
    features: Type.Array(Type.Unknown(), { maxItems: 4096 }),
    absent: Count,
    shapeChanged: Count,
  }),
}

export const isSoundBody = ({ kind, body }: ReportItem): boolean => Value.Check(BODIES[kind], body)

export type Report = Static<typeof Report>
export type ReportItem = Static<typeof Item>
export type ServedReport = Static<typeof Served>
export type CanaryReport = Static<typeof CanaryReport>
export type ReportAnswer = Static<typeof ReportAnswer>

export const DigestParam = Type.Object({ digest: Type.String({ pattern: DIGEST_PATTERN }) })
