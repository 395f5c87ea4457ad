/** How much of a call's payload its record keeps: what the fragments of `RecordedCall.payload` are made of. */
import { hash } from 'node:crypto'
import type { AnswerRows } from './call-channel.ts'
import { outputSlice } from './infer-call.ts'
import type { PayloadRule } from './payload-rule.ts'
import { type InferCall, shapeOf } from './served-route.ts'

const INPUT = '"input":'

/** The record's fragment about the input; `body` is asked only where it is kept, `roll` is uniform in [0, 1). */
export const payloadFragment = (
  rule: PayloadRule,
  bytes: Uint8Array,
  roll: () => number,
  body: () => unknown,
  features: readonly unknown[] | undefined,
): string => {
  const kept = rule.log === 'none' ? '' : keptInput(rule, bytes, roll, body, features)
  if (rule.note === '') return kept
  return kept === '' ? rule.note : `${kept},${rule.note}`
}

const keptInput = (
  rule: PayloadRule,
  bytes: Uint8Array,
  roll: () => number,
  body: () => unknown,
  features: readonly unknown[] | undefined,
): string => {
  const digest = `"input_digest":"sha256:${hash('sha256', bytes, 'hex')}"`
  if (rule.log === 'digest' || (rule.sampleRate < 1 && roll() >= rule.sampleRate)) return digest
  if (bytes.length > rule.maxBytes) return `${digest},"input_cut":true`
  const { inputs, isRedacted } = redacted(body(), rule.redact, features)
  const text = JSON.stringify(inputs)
  if (text.length > rule.maxBytes) return `${digest},"input_cut":true`
  // A digest of few possible values would give away what was left out.
  return isRedacted ? `${INPUT}${text},"redacted":true` : `${INPUT}${text},${digest}`
}

/** Appended when the call is answered: the outputs as the caller got them, where the input is kept too. */
export const outputFragment = (call: InferCall, answer: AnswerRows): string => {
  if (call.decision?.log !== 'full' || !call.payload.startsWith(INPUT)) return ''
  const { maxBytes } = call.decision
  const slices = call.outputs.map((index) => {
    const tensor = answer.tensors[index]
    return tensor === undefined ? undefined : { index, ...outputSlice(tensor, answer) }
  })
  const elements = slices.reduce((sum, slice) => sum + (slice === undefined ? 0 : slice.to - slice.from), 0)
  if (elements * 2 > maxBytes) return ',"output_cut":true'
  const { writer } = shapeOf(call)
  const texts = slices.map((slice) =>
    slice === undefined ? 'null' : writer.output(slice.index, slice.shape, slice),
  )
  const text = texts.join(',')
  return text.length > maxBytes ? ',"output_cut":true' : `,"output":[${text}]`
}

type Input = { readonly name?: unknown; readonly data?: unknown; readonly shape?: unknown }

const nameOf = (feature: unknown): unknown =>
  typeof feature === 'object' && feature !== null ? (feature as { name?: unknown }).name : feature

const redacted = (
  body: unknown,
  names: readonly string[],
  features: readonly unknown[] | undefined,
): { readonly inputs: unknown; readonly isRedacted: boolean } => {
  const { inputs } = body as { inputs?: unknown }
  if (!Array.isArray(inputs)) return { inputs: null, isRedacted: names.length > 0 }
  if (names.length === 0) return { inputs, isRedacted: false }
  const columns = new Set<number>()
  for (const [place, feature] of (features ?? []).entries())
    if (names.includes(String(nameOf(feature)))) columns.add(place)
  return {
    inputs: inputs.map((input: Input) => {
      if (names.includes(String(input.name))) return { ...input, data: null }
      const { shape } = input
      const width = Array.isArray(shape) && shape.length > 1 ? Number(shape.at(-1)) : Number.NaN
      if (columns.size === 0 || width !== features?.length) return input
      return { ...input, data: withoutColumns(input.data, columns, width) }
    }),
    isRedacted: true,
  }
}

/** Rows flat or nested: the protocol allows both. */
const withoutColumns = (data: unknown, columns: ReadonlySet<number>, width: number): unknown => {
  if (!Array.isArray(data)) return null
  if (data.some((one) => Array.isArray(one))) return data.map((row) => withoutColumns(row, columns, width))
  return data.map((value, place) => (columns.has(place % width) ? null : value))
}
