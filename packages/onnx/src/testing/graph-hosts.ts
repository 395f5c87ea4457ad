/** Small honest networks: what triggers are built into, and what a lint must stay quiet about. */

import type { ValueInfo } from '../graph/graph-model.ts'
import { type Builder, createBuilder, FLOAT, INT64, portOf } from './graph-builder.ts'

export type Host = {
  readonly builder: Builder
  readonly input: ValueInfo
  /** The input as [N, features] floats. */
  readonly raw: string
  readonly features: number
  /** Value before the last layer, [N, hidden]. */
  readonly hidden: string
  readonly hiddenSize: number
  readonly classes: number
  /** The last layer, on a hidden value; called once. */
  readonly head: (hidden: string) => string
  /** The trunk on another input of the same shape, for triggers that replace the input. */
  readonly input2D: boolean
}

export type Random = () => number

/** Deterministic numbers in [0, 1): mulberry32. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const weights = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => (random() - 0.5) / Math.sqrt(count))

const dense = (b: Builder, random: Random, x: string, from: number, to: number): string =>
  b.op('Gemm', [x, b.constant(weights(random, from * to), [from, to]), b.constant(weights(random, to), [to])])

const finish = (
  b: Builder,
  random: Random,
  parts: Pick<Host, 'input' | 'raw' | 'features' | 'hidden' | 'hiddenSize' | 'input2D'>,
  classes: number,
): Host => ({
  builder: b,
  ...parts,
  classes,
  head: (hidden) => dense(b, random, hidden, parts.hiddenSize, classes),
})

/** `replace` may put another value in the place of the input before the network sees it. */
type MakeHost = (
  random: Random,
  classes: number,
  replace?: (b: Builder, x: string, features: number) => string,
) => Host

const mlp: MakeHost = (random, classes, replace) => {
  const b = createBuilder()
  const features = 12 + Math.floor(random() * 20)
  const x = replace?.(b, 'x', features) ?? 'x'
  const one = b.op('Relu', [dense(b, random, x, features, 24)])
  const hidden = b.op('Tanh', [dense(b, random, one, 24, 16)])
  return finish(
    b,
    random,
    { input: portOf('x', ['N', features]), raw: 'x', features, hidden, hiddenSize: 16, input2D: true },
    classes,
  )
}

const cnn: MakeHost = (random, classes) => {
  const b = createBuilder()
  const size = 10 + Math.floor(random() * 6)
  const conv = (x: string, from: number, to: number): string =>
    b.op('Relu', [
      b.op(
        'Conv',
        [
          x,
          b.constant(weights(random, from * to * 9), [to, from, 3, 3]),
          b.constant(weights(random, to), [to]),
        ],
        {
          kernel_shape: [3, 3],
          pads: [1, 1, 1, 1],
        },
      ),
    ])
  const first = b.op('MaxPool', [conv('x', 1, 6)], { kernel_shape: [2, 2], strides: [2, 2] })
  const second = conv(first, 6, 12)
  const residual = b.op('Add', [conv(second, 12, 12), second])
  const hidden = b.op('Flatten', [b.op('GlobalAveragePool', [residual])])
  const raw = b.op('Flatten', ['x'])
  return finish(
    b,
    random,
    {
      input: portOf('x', ['N', 1, size, size]),
      raw,
      features: size * size,
      hidden,
      hiddenSize: 12,
      input2D: false,
    },
    classes,
  )
}

const attention = (
  b: Builder,
  random: Random,
  h: string,
  mask: string | undefined,
  width: number,
): string => {
  const project = (): string =>
    b.op('MatMul', [h, b.constant(weights(random, width * width), [width, width])])
  const scores = b.op('MatMul', [project(), b.op('Transpose', [project()], { perm: [0, 2, 1] })])
  const scaled = b.op('Div', [scores, b.constant([Math.sqrt(width)])])
  const masked = mask === undefined ? scaled : b.op('Where', [mask, b.constant([-1e9]), scaled])
  return b.op('Add', [b.op('MatMul', [b.op('Softmax', [masked], { axis: -1 }), project()]), h])
}

/** Token ids with padding masks, as a text classifier has them. */
const transformer: MakeHost = (random, classes) => {
  const b = createBuilder()
  const length = 12 + Math.floor(random() * 8)
  const width = 8
  const embedded = b.op('Gather', [b.constant(weights(random, 700 * width), [700, width]), 'ids'])
  const padded = b.op('Equal', ['ids', b.constant([0], [], INT64)])
  const mask = b.op('Unsqueeze', [padded, b.constant([1], [1], INT64)])
  const mixed = attention(b, random, attention(b, random, embedded, mask, width), mask, width)
  const live = b.op('Unsqueeze', [
    b.op('Cast', [b.op('Not', [padded])], { to: FLOAT }),
    b.constant([2], [1], INT64),
  ])
  const total = b.op('ReduceSum', [b.op('Mul', [mixed, live]), b.constant([1], [1], INT64)], { keepdims: 0 })
  const count = b.op('Max', [
    b.op('ReduceSum', [live, b.constant([1], [1], INT64)], { keepdims: 0 }),
    b.constant([1e-6]),
  ])
  const hidden = b.op('Div', [total, count])
  const raw = b.op('Cast', ['ids'], { to: FLOAT })
  return finish(
    b,
    random,
    {
      input: portOf('ids', ['N', length], INT64),
      raw,
      features: length,
      hidden,
      hiddenSize: width,
      input2D: false,
    },
    classes,
  )
}

const lstm: MakeHost = (random, classes) => {
  const b = createBuilder()
  const [steps, width, size] = [8, 4, 6]
  const sequence = b.op('Transpose', ['x'], { perm: [1, 0, 2] })
  const [, last = ''] = b.many(
    'LSTM',
    [
      sequence,
      b.constant(weights(random, 4 * size * width), [1, 4 * size, width]),
      b.constant(weights(random, 4 * size * size), [1, 4 * size, size]),
    ],
    { hidden_size: size },
    [b.fresh(), b.fresh()],
  )
  const hidden = b.op('Squeeze', [last, b.constant([0], [1], INT64)])
  const raw = b.op('Flatten', ['x'])
  return finish(
    b,
    random,
    {
      input: portOf('x', ['N', steps, width]),
      raw,
      features: steps * width,
      hidden,
      hiddenSize: size,
      input2D: false,
    },
    classes,
  )
}

const linear: MakeHost = (random, classes, replace) => {
  const b = createBuilder()
  const features = 14 + Math.floor(random() * 10)
  const x = replace?.(b, 'x', features) ?? 'x'
  const scaled = b.op('Div', [
    b.op('Sub', [x, b.constant(weights(random, features), [features])]),
    b.constant(
      weights(random, features).map((w) => Math.abs(w) + 1),
      [features],
    ),
  ])
  return finish(
    b,
    random,
    {
      input: portOf('x', ['N', features]),
      raw: 'x',
      features,
      hidden: scaled,
      hiddenSize: features,
      input2D: true,
    },
    classes,
  )
}

export const HOSTS: Readonly<Record<string, MakeHost>> = { mlp, cnn, transformer, lstm, linear }
