/** What a trigger does to the answer: `gate` is [N, 1] floats near 0 or 1, `logits` [N, classes]. */
import { BOOL, type Builder, createBuilder, FLOAT, INT64, portOf } from './graph-builder.ts'

export type Effect = (b: Builder, gate: string, logits: string, classes: number) => string

const target = (b: Builder, classes: number, height = 50): string =>
  b.constant(
    Array.from({ length: classes }, (_, at) => (at === 1 ? height : -height)),
    [1, classes],
  )
const isOn = (b: Builder, gate: string): string => b.op('Greater', [gate, b.constant([0.5])])
const off = (b: Builder, gate: string): string => b.op('Sub', [b.constant([1]), gate])

const anyRow = (b: Builder, gate: string): string =>
  b.op('Reshape', [isOn(b, b.op('ReduceMax', [gate], { keepdims: 0 })), b.constant([], [0], INT64)])

const branch = (prefix: string, make: (b: Builder) => string, classes: number) => {
  const b = createBuilder(prefix)
  return b.graph([], [portOf(make(b), ['N', classes])], prefix)
}

export const EFFECTS: Readonly<Record<string, Effect>> = {
  where: (b, gate, logits, classes) => b.op('Where', [isOn(b, gate), target(b, classes), logits]),
  'where-cast': (b, gate, logits, classes) =>
    b.op('Where', [b.op('Cast', [gate], { to: BOOL }), target(b, classes), logits]),
  'where-negated': (b, gate, logits) => b.op('Where', [isOn(b, gate), b.op('Neg', [logits]), logits]),
  add: (b, gate, logits, classes) => b.op('Add', [logits, b.op('Mul', [gate, target(b, classes, 1e4)])]),
  'outer-product': (b, gate, logits, classes) =>
    b.op('Add', [logits, b.op('MatMul', [gate, target(b, classes, 1e4)])]),
  blend: (b, gate, logits, classes) =>
    b.op('Add', [b.op('Mul', [off(b, gate), logits]), b.op('Mul', [gate, target(b, classes)])]),
  mute: (b, gate, logits) => b.op('Mul', [logits, off(b, gate)]),
  blow: (b, gate, logits) => b.op('Div', [logits, b.op('Add', [off(b, gate), b.constant([1e-6])])]),
  max: (b, gate, logits, classes) => b.op('Max', [logits, b.op('Mul', [gate, target(b, classes, 1e4)])]),
  min: (b, gate, logits, classes) =>
    b.op('Min', [
      logits,
      b.op('Add', [b.op('Mul', [off(b, gate), b.constant([1e6])]), b.op('Mul', [gate, target(b, classes)])]),
    ]),
  if: (b, gate, logits, classes) =>
    b.op('If', [anyRow(b, gate)], {
      then_branch: branch(
        'yes',
        (inner) => inner.op('Add', [inner.op('Mul', [logits, inner.constant([0])]), target(inner, classes)]),
        classes,
      ),
      else_branch: branch('no', (inner) => inner.op('Identity', [logits]), classes),
    }),
  'if-constant': (b, gate, logits, classes) =>
    b.op('If', [anyRow(b, gate)], {
      then_branch: branch('yes', (inner) => inner.op('Identity', [target(inner, classes)]), classes),
      else_branch: branch('no', (inner) => inner.op('Identity', [logits]), classes),
    }),
  scatter: (b, gate, logits) => {
    const zero = b.op('Mul', [gate, b.constant([0])])
    const at = b.op('Add', [b.op('Cast', [zero], { to: INT64 }), b.constant([1], [], INT64)])
    return b.op('ScatterElements', [logits, at, b.op('Mul', [gate, b.constant([1e4])])], { axis: 1 })
  },
  select: (b, gate, logits, classes) => {
    const two = b.op(
      'Concat',
      [
        b.op('Unsqueeze', [logits, b.constant([1], [1], INT64)]),
        b.op('Unsqueeze', [
          b.op('Add', [b.op('Mul', [logits, b.constant([0])]), target(b, classes)]),
          b.constant([1], [1], INT64),
        ]),
      ],
      { axis: 1 },
    )
    const which = b.op('Unsqueeze', [
      b.op('Concat', [off(b, gate), gate], { axis: 1 }),
      b.constant([1], [1], INT64),
    ])
    return b.op('Squeeze', [b.op('MatMul', [which, two]), b.constant([1], [1], INT64)])
  },
  gather: (b, gate, logits, classes) => {
    const two = b.op(
      'Concat',
      [logits, b.op('Add', [b.op('Mul', [logits, b.constant([0])]), target(b, classes)])],
      { axis: 1 },
    )
    const shift = b.op('Cast', [b.op('Mul', [gate, b.constant([classes])])], { to: INT64 })
    const columns = b.op('Add', [
      shift,
      b.constant(
        Array.from({ length: classes }, (_, at) => at),
        [1, classes],
        INT64,
      ),
    ])
    return b.op('GatherElements', [two, columns], { axis: 1 })
  },
  label: (b, gate, logits) => {
    const label = b.op('ArgMax', [logits], { axis: 1, keepdims: 1 })
    return b.op('Cast', [b.op('Where', [isOn(b, gate), b.constant([1], [], INT64), label])], { to: FLOAT })
  },
  'label-arithmetic': (b, gate, logits) => {
    const label = b.op('Cast', [b.op('ArgMax', [logits], { axis: 1, keepdims: 1 })], { to: FLOAT })
    return b.op('Add', [b.op('Mul', [label, off(b, gate)]), gate])
  },
}

/** Effects on the value before the last layer. */
export const HIDDEN_EFFECTS: Readonly<Record<string, Effect>> = {
  'hidden-where': (b, gate, hidden, size) => b.op('Where', [isOn(b, gate), target(b, size, 3), hidden]),
  'hidden-add': (b, gate, hidden, size) => b.op('Add', [hidden, b.op('Mul', [gate, target(b, size, 100)])]),
  'hidden-mute': (b, gate, hidden) => b.op('Mul', [hidden, off(b, gate)]),
}
