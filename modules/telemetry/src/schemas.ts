/** HTTP shapes of telemetry. */
import { MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import { type Static, Type } from 'typebox'

export const RefParams = Type.Object({
  model: Type.String({ pattern: MODEL_NAME_PATTERN }),
  version: Type.String({ pattern: VERSION_PATTERN }),
})

export const FeatureParams = Type.Object({
  ...RefParams.properties,
  feature: Type.String({ minLength: 1, maxLength: 256 }),
})

const stable = Type.Literal('stable')
const warning = Type.Literal('warning')
const drifted = Type.Literal('drifted')
const unknown = Type.Literal('unknown')
export const VerdictSchema = Type.Union([stable, warning, drifted, unknown])

export const VersionItem = Type.Object({
  model: Type.String(),
  version: Type.String(),
  rows: Type.Integer({ description: 'Rows of the newest window' }),
  referenceRows: Type.Integer(),
  verdict: Type.Union([stable, warning, drifted, unknown, Type.Literal('absent')], {
    description: '"absent": the version has no reference profile; "unknown": no window has enough rows yet',
  }),
  worstFeature: Type.Optional(Type.String()),
  updatedAt: Type.Optional(Type.String({ format: 'date-time' })),
})

const statistics = {
  name: Type.String(),
  kind: Type.Union([Type.Literal('numeric'), Type.Literal('categorical')]),
  psi: Type.Number({ description: '10 reference-quantile bins, shares lifted to 1e-4' }),
  ks: Type.Optional(
    Type.Object({
      statistic: Type.Number(),
      pValue: Type.Number(),
      location: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
  wasserstein: Type.Optional(Type.Number({ description: 'In the unit of the feature' })),
  chiSquare: Type.Optional(Type.Number()),
  pValue: Type.Number(),
  adjustedPValue: Type.Number({ description: 'Holm over the features of the window' }),
  verdict: VerdictSchema,
}

export const WindowSchema = Type.Object({
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time' }),
  rows: Type.Integer(),
  verdict: VerdictSchema,
  worstFeature: Type.Optional(Type.String()),
  features: Type.Array(Type.Object(statistics)),
})

const Thresholds = Type.Object({
  psiRaise: Type.Number(),
  psiClear: Type.Number(),
  alpha: Type.Number(),
  windowRows: Type.Integer(),
  windowMs: Type.Integer(),
  minRows: Type.Integer(),
})

export const VersionDetail = Type.Object({
  model: Type.String(),
  version: Type.String(),
  verdict: VerdictSchema,
  reference: Type.Object({
    rows: Type.Integer(),
    features: Type.Array(Type.String()),
    learnt: Type.Boolean({ description: 'True when the profile was learnt from the first rows of traffic' }),
  }),
  openRows: Type.Integer({ description: 'Rows in the window that is still filling' }),
  mismatch: Type.Optional(Type.String({ description: 'Why recent batches could not be compared' })),
  windows: Type.Array(WindowSchema, { description: 'Oldest first' }),
  thresholds: Thresholds,
})

const nullable = Type.Union([Type.Number(), Type.Null()])
const SummarySchema = Type.Object({
  count: nullable,
  missing: nullable,
  infinite: nullable,
  mean: nullable,
  std: nullable,
  min: nullable,
  max: nullable,
})

const HistogramSchema = Type.Object({
  edges: Type.Array(Type.Number(), { description: 'One more than counts; empty for a categorical feature' }),
  counts: Type.Array(Type.Number()),
  labels: Type.Optional(
    Type.Array(Type.String(), { description: 'Names of the bins of a categorical feature' }),
  ),
  below: Type.Number(),
  above: Type.Number(),
  missing: Type.Number(),
})

export const FeatureDetail = Type.Object({
  ...Type.Partial(Type.Object(statistics)).properties,
  name: Type.String(),
  kind: statistics.kind,
  side: Type.Union([Type.Literal('input'), Type.Literal('output')]),
  verdict: VerdictSchema,
  rows: Type.Integer({ description: 'Rows of the newest window; 0 when there is none' }),
  reference: HistogramSchema,
  current: HistogramSchema,
  summary: Type.Optional(SummarySchema),
  history: Type.Array(
    Type.Object({ to: Type.String({ format: 'date-time' }), psi: Type.Number(), verdict: VerdictSchema }),
    { description: 'Oldest first' },
  ),
  thresholds: Thresholds,
})

export type VersionItem = Static<typeof VersionItem>
