/** Shape of GET /overview. Rates are per second or per minute as their `unit` says. */
import { SEVERITIES, STAGES } from '@rampart/domain'
import { Type } from 'typebox'

const EntityRef = Type.Object({ kind: Type.String(), id: Type.String() })
const Verdict = Type.Enum(['stable', 'warning', 'drifted', 'unknown', 'absent'])

const Room = Type.Object({
  id: Type.String(),
  title: Type.String(),
  present: Type.Boolean({ description: 'false for a room that this version does not have yet.' }),
  rate: Type.Number(),
  unit: Type.String(),
  openSignals: Type.Integer(),
  severity: Type.Optional(Type.Enum([...SEVERITIES], { description: 'Worst of the open signals.' })),
})

const Arrow = Type.Object({
  from: Type.String(),
  to: Type.String(),
  rate: Type.Number(),
  unit: Type.String(),
})

const Change = Type.Object({
  time: Type.String(),
  title: Type.String(),
  entity: EntityRef,
  principal: Type.String(),
  auditIndex: Type.Integer({ description: 'Entry of the audit log that says so.' }),
})

const Waiting = Type.Object({
  title: Type.String(),
  entity: EntityRef,
  action: Type.Enum(['approve', 'deploy', 'release']),
})

const Tile = Type.Object({
  name: Type.String(),
  version: Type.String(),
  digest: Type.String(),
  stage: Type.Enum([...STAGES]),
  serving: Type.Boolean(),
  requestsPerSecond: Type.Number({ description: 'Over the last 10 s.' }),
  sparkline: Type.Array(Type.Integer(), { description: 'Requests per 2 s, oldest first.' }),
  drift: Type.Object({ verdict: Verdict, worst: Type.Optional(Type.String()) }),
  evidenceValid: Type.Boolean(),
})

export const OverviewSchema = Type.Object({
  sentence: Type.String(),
  ok: Type.Boolean(),
  counts: Type.Object({
    modelsServing: Type.Integer(),
    versions: Type.Integer(),
    waiting: Type.Integer(),
    openSignals: Type.Integer(),
    severeSignals: Type.Integer({ description: 'Open, high or critical.' }),
    auditSize: Type.Integer(),
    inferencesPerSecond: Type.Number(),
  }),
  pipeline: Type.Object({ rooms: Type.Array(Room), arrows: Type.Array(Arrow) }),
  changes: Type.Array(Change, { description: 'Of the last 24 h, newest first, at most 12.' }),
  waiting: Type.Array(Waiting),
  models: Type.Array(Tile),
})
