/**
 * What a route keeps from its callers: digits of scores, whole outputs, headers about the product. Exact scores are
 * what model extraction and membership inference feed on (Tramèr et al. 2016, Shokri et al. 2017).
 */
import {
  allocateTensor,
  createInferResponseWriter,
  fromFloat16Bits,
  type Tensor,
  toFloat16Bits,
} from '@rampart/codecs'
import type { ModelSignature } from '@rampart/domain'

export type Postprocess = {
  /** Decimals that floating-point outputs keep, 0 to 15. */
  readonly round?: number
  /** Names of outputs that are not answered. */
  readonly hide?: readonly string[]
  /** Leaves out the answer's `x-rampart-*` headers. */
  readonly stripHeaders?: boolean
}

export type OutputShaping = {
  /** Outputs (indexes of the signature) that a caller may see. */
  visible(outputs: readonly number[]): readonly number[]
  /** Rows `[from, to)` of `rows` with fewer digits; other rows stay untouched. */
  round(outputs: readonly Tensor[], from: number, to: number, rows: number): readonly Tensor[]
  readonly stripHeaders: boolean
}

const roundOne = (tensor: Tensor, factor: number, from: number, to: number, rows: number): Tensor => {
  const { datatype, data } = tensor
  if (datatype !== 'FP32' && datatype !== 'FP64' && datatype !== 'FP16') return tensor
  const perRow = rows > 0 && tensor.shape[0] === rows
  const width = perRow ? data.length / rows : data.length
  const [first, last] = perRow ? [from * width, to * width] : [0, data.length]
  const rounded = allocateTensor(datatype, data.length) as Float32Array | Float64Array | Uint16Array
  const source = data as Float32Array | Float64Array | Uint16Array
  for (let i = first; i < last; i++) {
    const value = source[i] as number
    rounded[i] =
      datatype === 'FP16'
        ? toFloat16Bits(Math.round(fromFloat16Bits(value) * factor) / factor)
        : Math.round(value * factor) / factor
  }
  return { ...tensor, data: rounded }
}

type OutputWriter = ReturnType<typeof createInferResponseWriter>
type OutputSlice = Parameters<OutputWriter['output']>[2]

/** The elements as doubles: a rounded single such as 0.07 would be written as 0.07000000029802322. */
const asDoubles = (slice: OutputSlice, factor: number): OutputSlice => {
  if (slice.datatype !== 'FP32') return slice
  const { data, from, to } = slice
  const doubles = new Float64Array(to - from)
  for (let i = from; i < to; i++) doubles[i - from] = Math.round((data[i] as number) * factor) / factor
  return { ...slice, data: doubles, from: 0, to: doubles.length }
}

/** A writer of JSON answers that prints no more decimals than the rules leave. */
const withDecimals = (writer: OutputWriter, rules: Postprocess | undefined): OutputWriter => {
  if (rules?.round === undefined) return writer
  const factor = 10 ** rules.round
  return {
    ...writer,
    output: (index, shape, slice) => writer.output(index, shape, asDoubles(slice, factor)),
  }
}

const createOutputShaping = (rules: Postprocess, signature: ModelSignature): OutputShaping => {
  const hidden = new Set(
    signature.outputs.flatMap((spec, index) => (rules.hide?.includes(spec.name) === true ? [index] : [])),
  )
  const factor = rules.round === undefined ? undefined : 10 ** rules.round
  return {
    visible: (outputs) => (hidden.size === 0 ? outputs : outputs.filter((index) => !hidden.has(index))),
    round: (outputs, from, to, rows) =>
      factor === undefined ? outputs : outputs.map((tensor) => roundOne(tensor, factor, from, to, rows)),
    stripHeaders: rules.stripHeaders === true,
  }
}

/** Both sets of rules together: the fewer digits, everything that either hides. */
export const stricter = (a: Postprocess, b: Postprocess): Postprocess => {
  const rounds = [a.round, b.round].filter((round) => round !== undefined)
  return {
    ...(rounds.length === 0 ? {} : { round: Math.min(...rounds) }),
    hide: [...new Set([...(a.hide ?? []), ...(b.hide ?? [])])],
    stripHeaders: a.stripHeaders === true || b.stripHeaders === true,
  }
}

/** What a route, or a decision about a caller on it, makes of answers. */
export type AnswerShape = { readonly shaping: OutputShaping | undefined; readonly writer: OutputWriter }

export const createAnswerShape = (
  route: {
    readonly name: string
    readonly path?: string
    readonly version: string
    readonly signature: ModelSignature
  },
  rules: Postprocess | undefined,
): AnswerShape => ({
  writer: withDecimals(
    createInferResponseWriter({ name: route.path ?? route.name, version: route.version }, route.signature),
    rules,
  ),
  shaping: rules === undefined ? undefined : createOutputShaping(rules, route.signature),
})
