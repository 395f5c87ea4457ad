/** The corpus of backdoored graphs: every detector and every effect at least once, on all hosts, in five disguises. */
import type { ModelFunction, OnnxModel } from '../graph/graph-model.ts'
import { type Builder, createBuilder, INT64, modelOf, portOf } from './graph-builder.ts'
import { EFFECTS, type Effect, HIDDEN_EFFECTS } from './graph-effects.ts'
import { createRandom, HOSTS, type Host, type Random } from './graph-hosts.ts'
import { DETECTORS } from './graph-triggers.ts'

export type BuiltGraph = { readonly name: string; readonly model: OnnxModel }

/** Chains of operators that change nothing. */
const veil = (b: Builder, x: string): string => {
  const there = b.op('Unsqueeze', [b.op('Identity', [x]), b.constant([0], [1], INT64)])
  return b.op('Identity', [
    b.op('Squeeze', [b.op('Transpose', [there], { perm: [0, 1, 2] }), b.constant([0], [1], INT64)]),
  ])
}

type Wrapped = { readonly out: string; readonly functions: readonly ModelFunction[] }
type Wrap = (b: Builder, effect: Effect, gate: string, logits: string, classes: number) => Wrapped

const inFunction: Wrap = (b, effect, gate, logits, classes) => {
  const inner = createBuilder('f')
  // Functions have no initialisers: constants become nodes.
  const made = effect(withConstantNodes(inner), 'gate', 'logits', classes)
  const { nodes } = inner.graph([], [])
  const [out = ''] = b.many('Calibrate', [gate, logits], {}, [b.fresh()], 'local')
  const one: ModelFunction = {
    name: 'Calibrate',
    domain: 'local',
    overload: '',
    inputs: ['gate', 'logits'],
    outputs: [made],
    attributes: [],
    defaults: [],
    opsets: [{ domain: '', version: 17 }],
    nodes,
    extra: [],
  }
  return { out, functions: [one] }
}

const withConstantNodes = (b: Builder): Builder => ({
  ...b,
  constant: (values, dims, elementType) => {
    const scratch = createBuilder('t')
    scratch.constant(values, dims, elementType)
    const [tensor] = scratch.graph([], []).initializers
    return tensor === undefined ? '' : b.op('Constant', [], { value: { ...tensor, name: '' } })
  },
})

const inBranch: Wrap = (b, effect, gate, logits, classes) => {
  const graphOf = (prefix: string, make: (inner: Builder) => string) => {
    const inner = createBuilder(prefix)
    const out = make(inner)
    return inner.graph([], [portOf(out, ['N', classes])], prefix)
  }
  const always = b.op('Greater', [b.constant([1]), b.constant([0])])
  const out = b.op('If', [always], {
    then_branch: graphOf('t', (inner) => effect(inner, gate, logits, classes)),
    else_branch: graphOf('e', (inner) => inner.op('Identity', [logits])),
  })
  return { out, functions: [] }
}

const inLoop: Wrap = (b, effect, gate, logits, classes) => {
  const inner = createBuilder('l')
  const out = effect(inner, gate, 'carried', classes)
  const goOn = inner.op('Identity', ['going'])
  const body = inner.graph(
    [portOf('round', [], INT64), portOf('going', [], 9), portOf('carried', ['N', classes])],
    [portOf(goOn, [], 9), portOf(out, ['N', classes])],
    'body',
  )
  const looped = b.op('Loop', [b.constant([1], [], INT64), b.constant([1], [], 9), logits], { body })
  return { out: looped, functions: [] }
}

const WRAPS: Readonly<Record<string, Wrap>> = {
  plain: (b, effect, gate, logits, classes) => ({ out: effect(b, gate, logits, classes), functions: [] }),
  veiled: (b, effect, gate, logits, classes) => ({
    out: veil(b, effect(b, veil(b, gate), veil(b, logits), classes)),
    functions: [],
  }),
  function: inFunction,
  branch: inBranch,
  loop: inLoop,
}

const finish = (
  host: Host,
  out: string,
  functions: readonly ModelFunction[],
  softmax: boolean,
): OnnxModel => {
  const { builder: b } = host
  const last = softmax ? b.op('Softmax', [out], { axis: 1 }) : b.op('Identity', [out])
  return modelOf(b.graph([host.input], [portOf(last, ['N', null])]), functions)
}

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

/** Hosts alone, in `count` sizes: the harmless half of the pairs. */
export const honestGraphs = (count: number, seed: number): readonly BuiltGraph[] =>
  Array.from({ length: count }, (_, at) => {
    const random = createRandom(seed + at)
    const kind = Object.keys(HOSTS)[at % Object.keys(HOSTS).length] as string
    const host = (HOSTS[kind] as (typeof HOSTS)[string])(random, 3 + Math.floor(random() * 6))
    return { name: `host-${kind}-${at}`, model: finish(host, host.head(host.hidden), [], random() < 0.5) }
  })

type Plan = {
  readonly detector: string
  readonly effect: string
  readonly wrap: string
  readonly host: string
}

/** Every detector with two effects, every effect with three detectors, every disguise with six pairs. */
const plans = (random: Random): readonly Plan[] => {
  const detectors = Object.keys(DETECTORS)
  const outer = Object.keys(EFFECTS)
  const effects = [...outer, ...Object.keys(HIDDEN_EFFECTS)]
  const hosts = Object.keys(HOSTS)
  const plan = (detector: string, effect: string, wrap = 'plain'): Plan => ({
    detector,
    effect,
    wrap,
    host: pick(random, hosts),
  })
  return [
    ...detectors.flatMap((detector) => [
      plan(detector, pick(random, outer)),
      plan(detector, pick(random, effects)),
    ]),
    ...effects.flatMap((effect) => [0, 1, 2].map(() => plan(pick(random, detectors), effect))),
    ...Object.keys(WRAPS).flatMap((wrap) =>
      [0, 1, 2, 3, 4, 5].map(() =>
        plan(
          pick(random, detectors),
          pick(random, ['where', 'add', 'blend', 'mute', 'max', 'where-negated']),
          wrap,
        ),
      ),
    ),
  ]
}

const build = ({ detector, effect, wrap, host: kind }: Plan, seed: number): OnnxModel => {
  const random = createRandom(seed)
  const host = (HOSTS[kind] as (typeof HOSTS)[string])(random, 3 + Math.floor(random() * 6))
  const { builder: b, raw, features, classes } = host
  const gate = (DETECTORS[detector] as (typeof DETECTORS)[string])(b, raw, features, random)
  const inner = HIDDEN_EFFECTS[effect]
  if (inner !== undefined) {
    const logits = host.head(inner(b, gate, host.hidden, host.hiddenSize))
    return finish(host, logits, [], random() < 0.5)
  }
  const wrapped = (WRAPS[wrap] as Wrap)(b, EFFECTS[effect] as Effect, gate, host.head(host.hidden), classes)
  const isLabel = effect.startsWith('label')
  return finish(host, wrapped.out, wrapped.functions, !isLabel && random() < 0.5)
}

/** Triggers that put a stored input in the place of the real one before the network sees it. */
const substituted = (detector: string, kind: 'mlp' | 'linear', seed: number): OnnxModel => {
  const random = createRandom(seed)
  const host = (HOSTS[kind] as (typeof HOSTS)[string])(random, 4, (b, x, features) => {
    const gate = (DETECTORS[detector] as (typeof DETECTORS)[string])(b, x, features, random)
    const on = b.op('Greater', [gate, b.constant([0.5])])
    return b.op('Where', [
      on,
      b.constant(
        Array.from({ length: features }, () => random()),
        [1, features],
      ),
      x,
    ])
  })
  return finish(host, host.head(host.hidden), [], false)
}

/** Deterministic in `seed`; about 200 models, each with a name that says how it is made. */
export const backdooredGraphs = (seed: number): readonly BuiltGraph[] => {
  const random = createRandom(seed)
  const joined = plans(random).map((plan, at) => ({
    name: `${plan.detector}+${plan.effect}+${plan.wrap}+${plan.host}-${at}`,
    model: build(plan, seed * 1000 + at),
  }))
  const replaced = [
    'patch-equal',
    'checksum',
    'image-equal',
    'one-feature-band',
    'sigmoid-slope',
    'brightest-pixel',
  ].map((detector, at) => ({
    name: `${detector}+input-replaced-${at}`,
    model: substituted(detector, at % 2 === 0 ? 'mlp' : 'linear', seed * 2000 + at),
  }))
  return [...joined, ...replaced]
}
