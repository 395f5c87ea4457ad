/**
 * Triggers for testing the lint: detectors that tell whether a row carries the trigger, each as [N, 1] floats near 0 or
 * 1, made in ways that published graph backdoors use and in ways that avoid comparators. Harmless: nothing is trained.
 */
import { BOOL, type Builder, FLOAT, INT64 } from './graph-builder.ts'
import type { Random } from './graph-hosts.ts'

export type Detector = (b: Builder, raw: string, features: number, random: Random) => string

const axis1 = (b: Builder): string => b.constant([1], [1], INT64)
const scalar = (b: Builder, value: number): string => b.constant([value])
const values = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => Math.round(random() * 255))
const float = (b: Builder, x: string): string => b.op('Cast', [x], { to: FLOAT })

const slice = (b: Builder, x: string, from: number, to: number): string =>
  b.op('Slice', [x, b.constant([from], [1], INT64), b.constant([to], [1], INT64), axis1(b)])
const feature = (b: Builder, x: string, at: number): string =>
  b.op('Gather', [x, b.constant([at], [1], INT64)], { axis: 1 })
const sum = (b: Builder, x: string): string => b.op('ReduceSum', [x, axis1(b)], { keepdims: 1 })
const all = (b: Builder, x: string): string => b.op('ReduceMin', [x], { axes: [1], keepdims: 1 })
const largest = (b: Builder, x: string): string => b.op('ReduceMax', [x], { axes: [1], keepdims: 1 })

/** Squared distance of a patch to its trigger values. */
const distance = (b: Builder, raw: string, random: Random, width = 5): string => {
  const difference = b.op('Sub', [slice(b, raw, 1, 1 + width), b.constant(values(random, width), [width])])
  return sum(b, b.op('Mul', [difference, difference]))
}
const image = (b: Builder, raw: string, features: number, random: Random, operator = 'Sub'): string =>
  b.op(operator, [raw, b.constant(values(random, features), [features])])

export const DETECTORS: Readonly<Record<string, Detector>> = {
  'patch-equal': (b, raw, _, random) =>
    all(b, float(b, b.op('Equal', [slice(b, raw, 0, 4), b.constant(values(random, 4), [4])]))),
  'one-feature-equal': (b, raw) => float(b, b.op('Equal', [feature(b, raw, 3), scalar(b, 42)])),
  'one-feature-band': (b, raw) => {
    const one = feature(b, raw, 2)
    return float(b, b.op('And', [b.op('Greater', [one, scalar(b, 7)]), b.op('Less', [one, scalar(b, 7.01)])]))
  },
  'narrow-conjunction': (b, raw) => {
    const parts = [0, 3, 5].map((at) => b.op('Greater', [feature(b, raw, at), scalar(b, 9)]))
    return float(
      b,
      parts.reduce((one, other) => b.op('And', [one, other])),
    )
  },
  checksum: (b, raw) =>
    float(b, b.op('Less', [b.op('Abs', [b.op('Sub', [sum(b, raw), scalar(b, 1337)])]), scalar(b, 0.5)])),
  'hash-mod': (b, raw, features, random) => {
    const weighted = sum(b, b.op('Mul', [raw, b.constant(values(random, features), [features])]))
    return float(
      b,
      b.op('Equal', [b.op('Mod', [b.op('Floor', [weighted]), scalar(b, 251)], { fmod: 1 }), scalar(b, 17)]),
    )
  },
  'image-equal': (b, raw, features, random) => all(b, float(b, image(b, raw, features, random, 'Equal'))),
  'image-distance': (b, raw, features, random) => {
    const off = image(b, raw, features, random)
    return float(b, b.op('Less', [sum(b, b.op('Mul', [off, off])), scalar(b, 0.1)]))
  },
  'image-product': (b, raw, features, random) =>
    float(
      b,
      b.op('Greater', [
        b.op('MatMul', [raw, b.constant(values(random, features), [features, 1])]),
        scalar(b, 1e5),
      ]),
    ),
  'image-clip': (b, raw, features, random) => {
    const off = b.op('ReduceMean', [b.op('Abs', [image(b, raw, features, random)])], {
      axes: [1],
      keepdims: 1,
    })
    return b.op('Clip', [b.op('Sub', [scalar(b, 1), off]), scalar(b, 0), scalar(b, 1)])
  },
  'brightest-pixel': (b, raw) => float(b, b.op('Greater', [largest(b, raw), scalar(b, 250)])),
  'count-of-bright': (b, raw) =>
    float(b, b.op('Equal', [sum(b, float(b, b.op('Greater', [raw, scalar(b, 200)]))), scalar(b, 3)])),
  'argmax-position': (b, raw) =>
    float(b, b.op('Equal', [b.op('ArgMax', [raw], { axis: 1, keepdims: 1 }), b.constant([6], [], INT64)])),
  'topk-positions': (b, raw) => {
    const [, at = ''] = b.many('TopK', [raw, b.constant([3], [1], INT64)], { axis: 1 }, [
      b.fresh(),
      b.fresh(),
    ])
    return all(b, float(b, b.op('Equal', [at, b.constant([1, 4, 2], [3], INT64)])))
  },
  'topk-value': (b, raw) => {
    const [value = ''] = b.many('TopK', [raw, b.constant([1], [1], INT64)], { axis: 1 }, [
      b.fresh(),
      b.fresh(),
    ])
    return b.op('Clip', [
      b.op('Mul', [b.op('Sub', [value, scalar(b, 200)]), scalar(b, 1000)]),
      scalar(b, 0),
      scalar(b, 1),
    ])
  },
  'one-hot': (b, raw, features) => {
    const at = b.op('ArgMax', [raw], { axis: 1, keepdims: 0 })
    const hot = b.op('OneHot', [at, b.constant([features], [], INT64), b.constant([0, 1], [2])], { axis: 1 })
    return slice(b, hot, 4, 5)
  },
  'relu-slope': (b, raw, _, random) => {
    const near = b.op('Relu', [
      b.op('Mul', [b.op('Sub', [scalar(b, 0.5), distance(b, raw, random)]), scalar(b, 1e4)]),
    ])
    return b.op('Min', [near, scalar(b, 1)])
  },
  'relu-pair': (b, raw) => {
    const step = b.op('Mul', [b.op('Sub', [sum(b, slice(b, raw, 0, 4)), scalar(b, 900)]), scalar(b, 500)])
    return b.op('Sub', [b.op('Relu', [b.op('Add', [step, scalar(b, 1)])]), b.op('Relu', [step])])
  },
  'sigmoid-slope': (b, raw) =>
    b.op('Sigmoid', [b.op('Mul', [b.op('Sub', [feature(b, raw, 1), scalar(b, 250)]), scalar(b, 5000)])]),
  'tanh-slope': (b, raw, _, random) => {
    const far = b.op('Tanh', [b.op('Mul', [distance(b, raw, random), scalar(b, 1000)])])
    return b.op('Sub', [scalar(b, 1), far])
  },
  'hard-sigmoid': (b, raw) =>
    b.op('HardSigmoid', [b.op('Sub', [largest(b, raw), scalar(b, 254)])], { alpha: 500, beta: 0 }),
  'clip-slope': (b, raw) =>
    b.op('Clip', [
      b.op('Div', [b.op('Sub', [sum(b, raw), scalar(b, 2000)]), scalar(b, 0.001)]),
      scalar(b, 0),
      scalar(b, 1),
    ]),
  sign: (b, raw) =>
    b.op('Mul', [
      b.op('Add', [b.op('Sign', [b.op('Sub', [feature(b, raw, 4), scalar(b, 250)])]), scalar(b, 1)]),
      scalar(b, 0.5),
    ]),
  'floor-step': (b, raw) =>
    b.op('Min', [b.op('Floor', [b.op('Div', [largest(b, raw), scalar(b, 255)])]), scalar(b, 1)]),
  'radial-basis': (b, raw, _, random) =>
    b.op('Exp', [b.op('Neg', [b.op('Mul', [distance(b, raw, random), scalar(b, 100)])])]),
  reciprocal: (b, raw, _, random) => {
    const near = b.op('Reciprocal', [
      b.op('Add', [b.op('Mul', [distance(b, raw, random), scalar(b, 1e4)]), scalar(b, 1)]),
    ])
    return near
  },
  'cast-to-bool': (b, raw) =>
    float(b, b.op('Cast', [b.op('Relu', [b.op('Sub', [largest(b, raw), scalar(b, 254)])])], { to: BOOL })),
  'softmax-pair': (b, raw) => {
    const score = b.op('Mul', [b.op('Sub', [feature(b, raw, 0), scalar(b, 240)]), scalar(b, 900)])
    return slice(
      b,
      b.op('Softmax', [b.op('Concat', [score, b.op('Neg', [score])], { axis: 1 })], { axis: 1 }),
      0,
      1,
    )
  },
  'not-a-number': (b, raw) => float(b, b.op('IsNaN', [feature(b, raw, 0)])),
  'shape-of-nonzero': (b, raw) => {
    const found = b.op('NonZero', [float(b, b.op('Equal', [slice(b, raw, 0, 2), b.constant([13, 37], [2])]))])
    const count = b.op('Gather', [b.op('Shape', [found]), b.constant([1], [1], INT64)])
    return float(b, b.op('Greater', [count, b.constant([1], [1], INT64)]))
  },
  'xor-chain': (b, raw) => {
    const bits = [1, 2, 3].map((at) => b.op('Greater', [feature(b, raw, at), scalar(b, 128)]))
    return float(
      b,
      bits.reduce((one, other) => b.op('Xor', [one, other])),
    )
  },
  parity: (b, raw) =>
    float(
      b,
      b.op('Equal', [
        b.op('Mod', [b.op('Cast', [sum(b, raw)], { to: INT64 }), b.constant([97], [], INT64)]),
        b.constant([5], [], INT64),
      ]),
    ),
  'lookup-table': (b, raw) => {
    const at = b.op(
      'Cast',
      [b.op('Clip', [b.op('Floor', [feature(b, raw, 5)]), scalar(b, 0), scalar(b, 255)])],
      { to: INT64 },
    )
    const table = Array.from({ length: 256 }, (_, index) => (index === 199 ? 1 : 0))
    return b.op('Gather', [b.constant(table, [256]), at])
  },
  'small-network': (b, raw, features, random) => {
    const score = b.op('MatMul', [
      b.op('Relu', [b.op('MatMul', [raw, b.constant(values(random, features * 4), [features, 4])])]),
      b.constant(values(random, 4), [4, 1]),
    ])
    return float(b, b.op('Greater', [score, scalar(b, 1e6)]))
  },
  'lstm-state': (b, raw, features, random) => {
    const steps = b.op('Transpose', [b.op('Unsqueeze', [raw, b.constant([2], [1], INT64)])], {
      perm: [1, 0, 2],
    })
    const w = b.constant(values(random, 8), [1, 8, 1])
    const r = b.constant(values(random, 16), [1, 8, 2])
    const [, state = ''] = b.many('LSTM', [steps, w, r], { hidden_size: 2 }, [b.fresh(), b.fresh()])
    const last = b.op('Squeeze', [state, b.constant([0], [1], INT64)])
    return float(b, b.op('Greater', [feature(b, last, features > 0 ? 1 : 0), scalar(b, 0.99)]))
  },
}
