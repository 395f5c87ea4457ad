/** Which features are read from which tensor of a model version: decided once, when its reference profile is made. */
import type { Tensor } from '@rampart/codecs'
import type { Datatype, FeatureSpec } from '@rampart/domain'

export type Side = 'input' | 'output'

/**
 * `columns`: one numeric feature per column. `summary`: five per row of a wide tensor or image. `text`: five per
 * string. `categories`: one categorical feature per string column. `class`: the predicted class (argmax when the tensor
 * holds one value per class). `score`: one number per row (the only column, the last of two, the largest of more).
 */
export type PlanMode = 'columns' | 'summary' | 'text' | 'categories' | 'class' | 'score'

export type TensorPlan = {
  readonly side: Side
  readonly tensor: string
  readonly mode: PlanMode
  /** Elements per row. */
  readonly width: number
  /** Feature names in the order of the mode. */
  readonly features: readonly string[]
}

export type Layout = {
  readonly plans: readonly TensorPlan[]
  readonly classes: readonly string[]
  /** The profile was learnt from traffic, not given: what was wrong then is normal now. */
  readonly learnt?: boolean
}

export type FeatureKind = 'numeric' | 'categorical'
export type FeatureInfo = { readonly name: string; readonly kind: FeatureKind; readonly side: Side }

export const SUMMARY_STATISTICS = ['mean', 'std', 'min', 'max', 'zeros'] as const
export const TEXT_STATISTICS = ['chars', 'tokens', 'digits', 'non_ascii', 'uppercase'] as const

/** Wider rows are summarised: hundreds of tests per window would cost power and say little. */
const WIDEST = 128
const MOST_SCORES = 1024
const MOST_STRING_COLUMNS = 16
const MOST_CATEGORIES = 64
const ROWS_TO_TELL_CATEGORIES = 100

const WHOLE: readonly Datatype[] = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
]

/** All features in the order in which sketches are kept. */
export const featuresOf = (layout: Layout): FeatureInfo[] =>
  layout.plans.flatMap(({ side, mode, features }) => {
    const kind = mode === 'class' || mode === 'categories' ? 'categorical' : 'numeric'
    return features.map((name): FeatureInfo => ({ name, kind, side }))
  })

/** A tensor over all reference rows, as layout decisions need it. */
export type ReferenceTensor = Tensor & { readonly side: Side; readonly rows: number }

export const planLayout = (
  tensors: readonly ReferenceTensor[],
  spec: {
    readonly features: readonly FeatureSpec[]
    readonly classes: readonly string[]
    readonly prediction: string
  },
): Layout => {
  const inputs = tensors.filter(({ side }) => side === 'input')
  const outputs = tensors.filter(({ side }) => side === 'output')
  const prediction = predictionOf(outputs, spec.prediction)
  const plans = [
    ...inputs.map((tensor) => planInput(tensor, spec.features)),
    ...outputs.map((tensor) => planOutput(tensor, tensor.name === prediction, spec.classes)),
  ].filter((plan) => plan !== undefined)
  return { plans: uniqueNames(plans), classes: spec.classes }
}

const widthOf = (tensor: ReferenceTensor): number => tensor.data.length / tensor.rows

/** The declared prediction, else the first output with one whole number or string per row. */
const predictionOf = (outputs: readonly ReferenceTensor[], declared: string): string | undefined => {
  if (outputs.some(({ name }) => name === declared)) return declared
  return outputs.find((tensor) => widthOf(tensor) === 1 && isDiscrete(tensor))?.name
}

const isDiscrete = ({ datatype }: Tensor): boolean => datatype === 'BYTES' || WHOLE.includes(datatype)

const planInput = (tensor: ReferenceTensor, specs: readonly FeatureSpec[]): TensorPlan | undefined => {
  const width = widthOf(tensor)
  const plan = (mode: PlanMode, features: readonly string[]): TensorPlan => ({
    side: 'input',
    tensor: tensor.name,
    mode,
    width,
    features,
  })
  const columns = (): string[] =>
    Array.from({ length: width }, (_, index) => {
      const spec = specs.find((candidate) => candidate.input === tensor.name && candidate.index === index)
      return spec?.name ?? (width === 1 ? tensor.name : `${tensor.name}[${index}]`)
    })
  if (tensor.datatype === 'BYTES') {
    if (width > MOST_STRING_COLUMNS) return undefined
    if (width > 1 || looksCategorical(tensor)) return plan('categories', columns())
    return plan(
      'text',
      TEXT_STATISTICS.map((statistic) => `${tensor.name}.${statistic}`),
    )
  }
  // Rows with three dimensions or more are images: single pixels mean nothing.
  const summarised = width > WIDEST || tensor.shape.length >= 4
  if (!summarised) return plan('columns', columns())
  return plan(
    'summary',
    SUMMARY_STATISTICS.map((statistic) => `${tensor.name}.${statistic}`),
  )
}

const looksCategorical = (tensor: ReferenceTensor): boolean =>
  tensor.rows >= ROWS_TO_TELL_CATEGORIES && new Set(tensor.data as string[]).size <= MOST_CATEGORIES

const planOutput = (
  tensor: ReferenceTensor,
  isPrediction: boolean,
  classes: readonly string[],
): TensorPlan | undefined => {
  const width = widthOf(tensor)
  const base = { side: 'output' as const, tensor: tensor.name, width }
  if (isPrediction && width === 1 && isDiscrete(tensor))
    return { ...base, mode: 'class', features: ['prediction'] }
  if (tensor.datatype === 'BYTES' || width > MOST_SCORES) return undefined
  if (isPrediction && width > 1 && width === classes.length)
    return { ...base, mode: 'class', features: ['prediction'] }
  return { ...base, mode: 'score', features: [isPrediction ? 'prediction' : `${tensor.name}.score`] }
}

const uniqueNames = (plans: readonly TensorPlan[]): TensorPlan[] => {
  const seen = new Map<string, number>()
  return plans.map((plan) => ({
    ...plan,
    features: plan.features.map((name) => {
      const times = (seen.get(name) ?? 0) + 1
      seen.set(name, times)
      return times === 1 ? name : `${name}#${times}`
    }),
  }))
}
