/** Shape of a version's live statistics under a route, and how the router's summary becomes it. */
import { Type } from 'typebox'
import type { RouteSummary } from './route-stats.ts'

const Count = Type.Integer()
const Counts = Type.Array(Count)
const Millis = Type.Array(Type.Number(), { description: 'ms; 0 where nothing was answered.' })

export const StatsView = Type.Object({
  version: Type.String(),
  model: Type.String(),
  backend: Type.Optional(Type.String({ description: 'Where it runs, when elsewhere.' })),
  isShadow: Type.Optional(Type.Boolean({ description: 'Gets copies only.' })),
  windowMs: Count,
  stepMs: Count,
  requests: Type.Integer({ description: 'Since the version began to serve here.' }),
  rows: Count,
  outcomes: Type.Object({
    ok: Count,
    invalid: Count,
    denied: Count,
    shed: Count,
    late: Count,
    failed: Count,
  }),
  series: Type.Object(
    {
      time: Type.Array(Type.String()),
      requests: Counts,
      errors: Counts,
      denied: Counts,
      shed: Counts,
      p50Ms: Millis,
      p99Ms: Millis,
    },
    { description: 'One element per step, oldest first.' },
  ),
  predictions: Type.Record(Type.String(), Count),
})

export type VersionStats = RouteSummary & {
  readonly version: string
  readonly model: string
  readonly backend?: string
  readonly isShadow?: boolean
}

export const plainStats = ({ series, predictions, ...rest }: VersionStats) => ({
  ...rest,
  series: {
    time: [...series.time],
    requests: [...series.requests],
    errors: [...series.errors],
    denied: [...series.denied],
    shed: [...series.shed],
    p50Ms: [...series.p50Ms],
    p99Ms: [...series.p99Ms],
  },
  predictions: { ...predictions },
})
