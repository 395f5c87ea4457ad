/** Rules about inputs, outputs, loops and operators that need no search for a trigger. */

import { createConstantReader } from '../flow/constant-values.ts'
import type { Facts } from '../flow/facts.ts'
import type { Flow, FlowNode } from '../flow/flow.ts'
import { isMixer, RANDOM, STRINGS } from '../flow/operator-classes.ts'
import type { ModelSource, OnnxModel } from '../graph-model.ts'
import type { LintRuleId } from './rules.ts'

export type PlainFinding = {
  readonly rule: LintRuleId
  readonly message: string
  readonly location: string
  readonly nodes: readonly string[]
}

type Deps = {
  readonly model: OnnxModel
  readonly source: ModelSource
  readonly flow: Flow
  readonly facts: Facts
}

const ODD =
  /^(Equal|Greater|Less|GreaterOrEqual|LessOrEqual|Where|And|Or|Xor|Not|Mod|Sign|Bit.*|If|Loop|NonZero|Unique|ScatterND|ScatterElements|Hardmax)$/
const MIN_NODES_FOR_FAMILY = 12
const MAX_ODD_SHARE = 0.15
const NAMED = 5

const finding = (rule: LintRuleId, message: string, nodes: readonly FlowNode[]): PlainFinding => ({
  rule,
  message,
  location: nodes[0]?.location ?? '',
  nodes: nodes.slice(0, NAMED).map(({ location }) => location),
})

/** Whether an output's rows can differ at all: by data, or by random numbers. */
const constantOutputs = ({ model, flow, facts }: Deps): readonly PlainFinding[] => {
  if (flow.inputs.length === 0 || !flow.nodes.some(({ operator }) => isMixer(operator))) return []
  return model.graph.outputs.flatMap(({ name }, index) => {
    const value = flow.outputs[index] ?? -1
    if (value < 0 || facts.of(value).inputs !== 0) return []
    return [
      {
        rule: 'constant-output' as const,
        message: `output ${JSON.stringify(name)} is the same for every input`,
        location: name,
        nodes: [],
      },
    ]
  })
}

/** Inputs from which no output can be reached, by data or by shape. */
const unusedInputs = ({ flow, facts }: Deps): readonly PlainFinding[] =>
  flow.inputs.flatMap((value) => {
    const used = (flow.consumers[value] ?? []).some((id) => facts.reachesOutput[id] === 1)
    if (used || flow.outputs.includes(value)) return []
    const name = flow.values[value]?.name ?? ''
    return [
      {
        rule: 'unused-input' as const,
        message: `input ${JSON.stringify(name)} reaches no output`,
        location: name,
        nodes: [],
      },
    ]
  })

const loops = ({ flow, source, facts }: Deps): readonly PlainFinding[] => {
  const constants = createConstantReader(flow, source)
  const seen = new Set<FlowNode['node']>()
  return flow.nodes.flatMap((node) => {
    if (node.kind !== 'collect' || node.operator !== 'Loop' || seen.has(node.node)) return []
    seen.add(node.node)
    const [, , trips = -1, goOn = -1] = node.inputs
    const bounded = constants.constant(trips) !== undefined || (trips >= 0 && facts.of(trips).inputs === 0)
    if (bounded) return []
    const why = trips < 0 ? 'has no limit of rounds' : 'takes its number of rounds from the input'
    const stop = facts.of(goOn).inputs === 0 && trips < 0 ? '' : ', and the data says when it ends'
    return [finding('unbounded-loop', `a loop ${why}${stop}`, [node])]
  })
}

const groups = ({ flow, facts }: Deps): readonly PlainFinding[] => {
  const dead = flow.nodes.filter(({ id, kind }) => kind === 'operator' && facts.reachesOutput[id] !== 1)
  const live = flow.nodes.filter(({ id }) => facts.reachesOutput[id] === 1)
  const random = live.filter(({ operator }) => RANDOM.has(operator))
  const text = live.filter(({ operator }) => STRINGS.has(operator))
  const odd = live.filter(
    ({ operator, outputs }) => ODD.test(operator) && outputs.some((value) => facts.of(value).inputs !== 0),
  )
  const few =
    odd.length > 0 && live.length >= MIN_NODES_FOR_FAMILY && odd.length <= live.length * MAX_ODD_SHARE
  const kinds = [...new Set(odd.map(({ operator }) => operator))].sort().join(', ')
  return [
    ...(dead.length > 0 ? [finding('dead-node', `${dead.length} nodes reach no output`, dead)] : []),
    ...(random.length > 0
      ? [finding('random-output', `${random.length} nodes draw random numbers`, random)]
      : []),
    ...(text.length > 0 ? [finding('string-operator', `${text.length} nodes work on text`, text)] : []),
    ...(few ? [finding('unusual-operator', `${odd.length} of ${live.length} nodes: ${kinds}`, odd)] : []),
  ]
}

export const findPlain = (deps: Deps): readonly PlainFinding[] => [
  ...constantOutputs(deps),
  ...unusedInputs(deps),
  ...loops(deps),
  ...groups(deps),
]
