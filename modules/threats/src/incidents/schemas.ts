/** Shapes of the incident API. */
import { DISPOSITIONS, INCIDENT_STATUSES, SEVERITIES } from '@rampart/domain'
import { ListQuery } from '@rampart/kit'
import { Type } from 'typebox'
import { ResponseActionSchema } from './response-actions.ts'

const Entity = Type.Object({ kind: Type.String(), id: Type.String() })
const SeveritySchema = Type.Enum([...SEVERITIES])
const Status = Type.Enum([...INCIDENT_STATUSES])
const DispositionSchema = Type.Enum([...DISPOSITIONS])
const Decibans = Type.Number({ description: 'Decibans: 10 is odds of 10 to 1' })

export const IncidentSchema = Type.Object({
  id: Type.String(),
  seq: Type.String(),
  status: Status,
  severity: SeveritySchema,
  score: Decibans,
  title: Type.String(),
  entities: Type.Array(Entity),
  firstTime: Type.String(),
  lastTime: Type.String(),
  signals: Type.Integer(),
  openedAt: Type.Optional(Type.String()),
  acknowledgedAt: Type.Optional(Type.String()),
  containedAt: Type.Optional(Type.String()),
  resolvedAt: Type.Optional(Type.String()),
  acknowledgeDue: Type.Optional(Type.String()),
  containDue: Type.Optional(Type.String({ description: 'From severity high' })),
  resolveDue: Type.Optional(Type.String()),
  breached: Type.Array(Type.String(), { description: 'Clocks that ran out: acknowledge, contain, resolve' }),
  owner: Type.Optional(Type.String()),
  disposition: Type.Optional(DispositionSchema),
  revision: Type.Integer(),
  updatedAt: Type.String(),
})

const Contribution = Type.Object({
  signal: Type.String(),
  key: Type.String(),
  title: Type.String(),
  rule: Type.String(),
  source: Type.String(),
  group: Type.String(),
  severity: SeveritySchema,
  entity: Entity,
  time: Type.Number({ description: 'ms since 1970' }),
  basis: Type.Enum(['p-value', 'rule-prior']),
  pValue: Type.Optional(Type.Number()),
  eValue: Type.Number(),
  capped: Type.Boolean({ description: 'Reached the most that its severity may bring' }),
  weight: Type.Number({ description: 'Exponent: decay, trust in the rule' }),
  decibans: Decibans,
  counted: Type.Boolean({ description: 'False beyond the strongest ten of a rule' }),
})
export const LedgerSchema = Type.Object({
  score: Decibans,
  severity: SeveritySchema,
  groups: Type.Array(Type.Object({ group: Type.String(), source: Type.String(), decibans: Decibans })),
  sources: Type.Array(Type.Object({ source: Type.String(), decibans: Decibans, uncapped: Decibans })),
  contributions: Type.Array(Contribution),
})

const Decision = Type.Object({
  id: Type.String(),
  time: Type.String(),
  bundleDigest: Type.String(),
  actions: Type.Array(ResponseActionSchema),
  reasons: Type.Array(Type.String()),
  acted: Type.Integer(),
})
const Condition = Type.Object({
  id: Type.String(),
  key: Type.String(),
  rule: Type.String(),
  source: Type.String(),
  group: Type.String(),
  severity: SeveritySchema,
  title: Type.String(),
  entity: Entity,
  related: Type.Array(Entity),
  techniques: Type.Array(Type.String()),
  pValue: Type.Optional(Type.Number()),
  time: Type.Number(),
  since: Type.Optional(Type.Number()),
  cleared: Type.Boolean(),
})
export const IncidentDetailSchema = Type.Object({
  ...IncidentSchema.properties,
  summary: Type.String({ description: 'The ledger in one paragraph' }),
  ledger: LedgerSchema,
  accounts: Type.Array(
    Type.Object({
      ...Entity.properties,
      subject: Type.Boolean({ description: 'Signals are about it, not only mention it' }),
      score: Decibans,
    }),
  ),
  conditions: Type.Array(Condition),
  timeline: Type.Array(
    Type.Object({
      time: Type.String(),
      kind: Type.String(),
      principal: Type.String(),
      text: Type.String(),
      details: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  decisions: Type.Array(Decision),
  neighbourhood: Type.Object({
    nodes: Type.Array(Type.Object({ ...Entity.properties, hops: Type.Integer(), signals: Type.Integer() })),
    edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), signals: Type.Integer() })),
  }),
})

export const IncidentQuery = Type.Object(
  {
    ...ListQuery.properties,
    open: Type.Optional(Type.Boolean({ description: 'false: only resolved and closed ones' })),
    status: Type.Optional(Status),
    severity: Type.Optional(SeveritySchema),
    owner: Type.Optional(Type.String({ maxLength: 256 })),
    entity: Type.Optional(Type.String({ maxLength: 600, pattern: '^[^:]+:.+$', description: 'kind:id' })),
    signal: Type.Optional(Type.String({ maxLength: 128, description: 'The incident of this signal' })),
  },
  { additionalProperties: false },
)
export const IncidentParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) })
export const TransitionBody = Type.Object(
  {
    to: Status,
    reason: Type.Optional(Type.String({ maxLength: 2000 })),
    disposition: Type.Optional(DispositionSchema),
  },
  { additionalProperties: false },
)
export const OwnerBody = Type.Object(
  { owner: Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Null()]) },
  { additionalProperties: false },
)
export const DispositionBody = Type.Object(
  { disposition: DispositionSchema },
  { additionalProperties: false },
)
export const CommentBody = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 8000 }) },
  { additionalProperties: false },
)
const Ids = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { minItems: 1, maxItems: 1000 })
export const MergeBody = Type.Object({ incidents: Ids }, { additionalProperties: false })
export const SplitBody = Type.Object({ signals: Ids }, { additionalProperties: false })
export const RuleSchema = Type.Object({
  rule: Type.String(),
  hits: Type.Number({ description: 'Incidents with it that were true positives' }),
  misses: Type.Number({ description: 'Incidents with it that were not; a benign one counts half' }),
})
