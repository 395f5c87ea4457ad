/** Shapes of runs on the wire. */
import { MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import { Type } from 'typebox'
import { RUN_STATES, STEP_STATES, type StoredRun } from './run.ts'

const text = Type.String()
const maybe = Type.Optional(text)
const closed = { additionalProperties: false } as const
const open = Type.Record(text, Type.Unknown())
const Entity = Type.Object({ kind: text, id: text })

export const StepView = Type.Object({
  index: Type.Integer(),
  action: text,
  state: Type.Enum([...STEP_STATES]),
  detail: Type.Optional(Type.String({ description: 'What the probe saw, or why it failed' })),
  parameters: open,
  attempts: Type.Integer(),
  startedAt: maybe,
  dispatchedAt: maybe,
  appliedAt: maybe,
  probedAt: maybe,
  revertedAt: maybe,
  durationMs: Type.Optional(Type.Integer({ description: 'From its start to the end of its probe' })),
})

export const RunView = Type.Object({
  id: text,
  name: text,
  state: Type.Enum([...RUN_STATES]),
  reason: text,
  subject: Entity,
  requestedBy: text,
  onFailure: Type.Enum(['revert', 'continue']),
  planDigest: Type.String({ description: 'What an approval is about' }),
  approvalsNeeded: Type.Integer(),
  isProtected: Type.Boolean(),
  approveUntil: maybe,
  approvals: Type.Array(Type.Object({ approver: text, reason: text, approvedAt: text })),
  blastRadius: Type.Array(Type.Object({ entities: Type.Array(Entity), summary: text })),
  incident: maybe,
  expiresAt: Type.Optional(Type.String({ description: 'Reverts by itself then' })),
  createdAt: text,
  updatedAt: text,
  endedAt: maybe,
  revertReason: maybe,
  release: Type.Optional(Type.String({ description: 'Version of the product that made it' })),
  changed: Type.Optional(
    Type.String({ description: 'Why this release waits for a person before it goes on' }),
  ),
  steps: Type.Array(StepView),
})

const durationOf = (from: string | undefined, to: string | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : Date.parse(to) - Date.parse(from)

export const viewOf = (run: StoredRun) => ({
  id: run.id,
  name: run.name,
  state: run.state,
  reason: run.reason,
  subject: { ...run.subject },
  requestedBy: `${run.requestedBy.kind}:${run.requestedBy.id}`,
  onFailure: run.onFailure,
  planDigest: run.planDigest,
  approvalsNeeded: run.approvalsNeeded,
  isProtected: run.isProtected,
  approvals: run.approvals.map((one) => ({ ...one })),
  blastRadius: run.blastRadius.map(({ entities, summary }) => ({
    entities: entities.map((one) => ({ ...one })),
    summary,
  })),
  createdAt: run.createdAt,
  updatedAt: run.updatedAt,
  ...(run.incident === undefined ? {} : { incident: run.incident }),
  ...(run.approveUntil === undefined ? {} : { approveUntil: run.approveUntil }),
  ...(run.expiresAt === undefined ? {} : { expiresAt: run.expiresAt }),
  ...(run.endedAt === undefined ? {} : { endedAt: run.endedAt }),
  ...(run.release === undefined ? {} : { release: run.release }),
  ...(typeof run.changed === 'string' ? { changed: run.changed } : {}),
  ...(run.revert === undefined ? {} : { revertReason: run.revert.reason }),
  // What is kept for the inverse stays inside: it may hold specifications that the reader may not see.
  steps: run.steps.map(({ memento: _memento, result: _result, ...step }) => {
    const durationMs = durationOf(step.startedAt, step.probedAt)
    return {
      ...step,
      parameters: { ...step.parameters },
      ...(durationMs === undefined ? {} : { durationMs }),
    }
  }),
})

export const Reason = Type.String({ minLength: 1, maxLength: 1024 })
export const RunParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
export const RunPage = Type.Object({ items: Type.Array(RunView), nextCursor: maybe })

export const StartBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128 }),
    reason: Reason,
    subject: Type.Object(
      { kind: Type.String({ maxLength: 64 }), id: Type.String({ maxLength: 512 }) },
      closed,
    ),
    steps: Type.Array(Type.Object({ action: Type.String({ maxLength: 64 }), parameters: open }, closed), {
      minItems: 1,
      maxItems: 50,
    }),
    ttlSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_592_000 })),
    concurrencyKey: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    idempotencyKey: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    onFailure: Type.Optional(Type.Enum(['revert', 'continue'])),
    approvals: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })),
    isProtected: Type.Optional(Type.Boolean()),
    approvalSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 604_800 })),
    waitSeconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 30, description: 'Answer when the run needs nothing more; 0' }),
    ),
  },
  closed,
)

export const RetractParams = Type.Object({
  name: Type.String({ pattern: MODEL_NAME_PATTERN }),
  version: Type.String({ pattern: VERSION_PATTERN }),
})

export const RetractionView = Type.Object({
  run: RunView,
  proven: Type.Boolean({ description: 'Every step is proven by its probe' }),
  durationMs: Type.Integer(),
  sameBytes: Type.Array(Type.String(), { description: 'Other versions of these bytes: denied too' }),
  descendants: Type.Array(Type.String(), {
    description: 'Versions made from this one, as lineage knows them',
  }),
})
