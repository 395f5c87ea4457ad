/**
 * Triggers: a value that decides something about a whole row of the input, made without the network's last layers,
 * that meets a value of the network and acts on it. Sees: comparators, steps, steep slopes and saturating paths, in
 * branches, loops and functions. Cannot see: a detector that is itself a trained network without a step, or a trigger
 * in the weights. One pass over the nodes; each candidate costs one walk upwards, within a budget.
 */
import type { Facts } from '../flow/facts.ts'
import { type Flow, type FlowNode, nodeOf } from '../flow/flow.ts'
import { JOINS } from '../flow/operator-classes.ts'
import { type Fact, STEEP } from '../flow/transfer.ts'
import type { LintRuleId } from './rules.ts'
import { dividesByCount, holdsState, isAttentionMask, isStacked } from './usual-patterns.ts'

export type GateFinding = {
  readonly rule: LintRuleId
  readonly node: FlowNode
  readonly message: string
  readonly path: readonly number[]
}

type Deps = { readonly flow: Flow; readonly facts: Facts; readonly maxVisits: number }

const POSITION = /^(Gather|GatherElements|GatherND|Compress|ai\.onnx\.ml:ArrayFeatureExtractor)$/
const SCATTER = /^Scatter/
const OFFSET = new Set(['Add', 'Sub', 'Sum', 'Mean'])
const MAX_PATH = 12

/** The walk from a gate to an input that avoids the network's last layers; undefined when every way leads through them. */
const bypassOf = (
  { flow, facts, maxVisits }: Deps,
  gate: number,
  mixers: readonly number[],
  budget: { visits: number },
): readonly number[] | undefined => {
  const closed = new Set(mixers)
  const seen = new Set<number>([gate])
  const cameFrom = new Map<number, number>()
  const queue = [gate]
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    budget.visits += 1
    if (budget.visits > maxVisits) return undefined
    if ((flow.values[value]?.input ?? -1) >= 0) {
      const path: number[] = []
      for (let at: number | undefined = value; at !== undefined; at = cameFrom.get(at)) path.push(at)
      return path
    }
    const node = nodeOf(flow, value)
    if (node === undefined || closed.has(node.id)) continue
    if (/^(Shape|Size)$/.test(node.operator) && facts.of(value).inputs === 0) continue
    for (const input of node.inputs) {
      if (input < 0 || seen.has(input) || facts.of(input).inputs === 0) continue
      seen.add(input)
      cameFrom.set(input, value)
      queue.push(input)
    }
  }
  return undefined
}

type Pair = {
  readonly node: FlowNode
  readonly gateFact: Fact
  readonly target: Fact
  /** A learned operator follows. */
  readonly below: boolean
  readonly stacked: boolean
}

const ruleOf = ({ node, gateFact, target, below, stacked }: Pair): LintRuleId | undefined => {
  const selects = node.kind === 'select' || node.operator === 'Where'
  if ((gateFact.inputs & target.inputs) === 0)
    return selects && gateFact.gate === 2 ? 'mode-switch' : undefined
  if (POSITION.test(node.operator)) {
    if (!gateFact.narrow) return undefined
    return stacked && !below ? 'trigger-select' : 'position-pick'
  }
  if (node.operator === 'Concat') return undefined
  if (!gateFact.narrow) {
    // Per element: masks inside of a network are usual, a choice among its answers is not.
    return selects && !below && gateFact.gate === 2 ? 'element-gate' : undefined
  }
  if (gateFact.image && (gateFact.gate === 2 || !below)) return 'constant-image-comparator'
  if (gateFact.gate === 1)
    return below ? 'inner-gate' : gateFact.scale >= STEEP ? maskRule(node) : 'parallel-path'
  if (selects) return 'trigger-select'
  if (below) return 'inner-gate'
  return SCATTER.test(node.operator) ? 'trigger-overwrite' : maskRule(node)
}

/** As many stored elements as a small patch has: a default for missing values is one. */
const STORED_INPUT_ELEMENTS = 4

/** A stored input in the place of the real one, before the network sees it. */
const replacesInput = (
  { flow, facts }: Deps,
  { node, gateFact, target, below }: Omit<Pair, 'stacked'>,
): LintRuleId | undefined => {
  if (!below || !gateFact.narrow || !(node.kind === 'select' || node.operator === 'Where')) return undefined
  const whole = !target.narrow && (target.inputs & gateFact.inputs) !== 0
  const stored = node.inputs.slice(1).some((value) => {
    const direct = flow.values[value]?.constant === undefined ? (nodeOf(flow, value)?.inputs[0] ?? -1) : value
    return facts.of(value).inputs === 0 && (facts.constants.count(direct) ?? 0) >= STORED_INPUT_ELEMENTS
  })
  return whole && stored ? 'input-replaced' : undefined
}

const maskRule = (node: FlowNode): LintRuleId => {
  if (node.kind === 'select' || node.operator === 'Where') return 'trigger-select'
  return OFFSET.has(node.operator) ? 'trigger-offset' : 'trigger-mask'
}

/** Value ids of the pair's gate: for a choice its condition, else every other input. */
const gatesOf = (node: FlowNode): readonly number[] => {
  if (node.kind === 'select' || node.operator === 'Where') return node.inputs.slice(0, 1)
  if (node.kind === 'collect') return node.inputs.slice(2, 3)
  return node.inputs
}

const targetsOf = (node: FlowNode, gate: number): readonly number[] =>
  node.inputs.filter((value) => value !== gate && value >= 0)

export const findGates = (
  deps: Deps,
): { readonly findings: readonly GateFinding[]; readonly complete: boolean } => {
  const { flow, facts } = deps
  const findings: GateFinding[] = []
  const budget = { visits: 0 }

  const isUsual = (node: FlowNode, gate: number, below: boolean): boolean =>
    holdsState(flow, node) || dividesByCount(flow, node, gate) || (below && isAttentionMask(flow, node))

  const judge = (node: FlowNode, gate: number): GateFinding | undefined => {
    const gateFact = facts.of(gate)
    if (gateFact.gate === 0) return undefined
    const below = facts.mixedBelow[node.id] === 1
    const found = (rule: LintRuleId, path: readonly number[]): GateFinding => ({
      rule,
      node,
      path: path.slice(0, MAX_PATH),
      message: describe(flow, node, gate, gateFact),
    })
    for (const value of targetsOf(node, gate)) {
      const target = facts.of(value)
      if (target.gate > 0 && !target.mixes) continue
      const learned = target.mixers.length > 0
      const rule = learned
        ? ruleOf({ node, gateFact, target, below, stacked: isStacked(flow, value) })
        : replacesInput(deps, { node, gateFact, target, below })
      if (rule === undefined || isUsual(node, gate, below)) continue
      const path = bypassOf(deps, gate, target.mixers, budget)
      if (path !== undefined) return found(rule, path)
    }
    return undefined
  }

  for (const node of flow.nodes) {
    if (facts.reachesOutput[node.id] !== 1 || !JOINS.has(node.operator)) continue
    for (const gate of gatesOf(node)) {
      const found = gate < 0 ? undefined : judge(node, gate)
      if (found === undefined) continue
      findings.push(found)
      break
    }
  }
  return { findings, complete: budget.visits <= deps.maxVisits }
}

const describe = (flow: Flow, node: FlowNode, gate: number, fact: Fact): string => {
  const made = nodeOf(flow, gate)
  const how =
    fact.gate === 2 ? 'a yes-or-no value' : fact.scale >= STEEP ? 'a steep step' : 'a saturating value'
  return `${node.operator} takes ${how} from ${made?.operator ?? 'an input'} that is computed from the input beside the network`
}
