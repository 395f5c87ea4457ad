/** Places where honest models join a decision about the input with the network: masks, averages, sequences that end. */
import { type Flow, type FlowNode, nodeOf } from '../flow/flow.ts'

const MAX_HOPS = 8

const consumersOf = (flow: Flow, node: FlowNode): readonly FlowNode[] =>
  node.outputs.flatMap((output) => flow.consumers[output] ?? []).flatMap((id) => flow.nodes[id] ?? [])

/** Follows the first consumer, looking at all of them. */
const findBelow = (flow: Flow, start: FlowNode, wanted: RegExp): FlowNode | undefined => {
  let at: FlowNode | undefined = start
  for (let hop = 0; hop < MAX_HOPS && at !== undefined; hop += 1) {
    const next = consumersOf(flow, at)
    const found = next.find(({ operator }) => wanted.test(operator))
    if (found !== undefined) return found
    at = next[0]
  }
  return undefined
}

/** Follows one kind of operators upwards along the inputs that `isWay` accepts. */
const findAbove = (flow: Flow, value: number, wanted: RegExp, way: RegExp): FlowNode | undefined => {
  let queue = [value]
  for (let hop = 0; hop < MAX_HOPS && queue.length > 0; hop += 1) {
    const makers: readonly FlowNode[] = queue.flatMap((one) => nodeOf(flow, one) ?? [])
    const found = makers.find(({ operator }) => wanted.test(operator))
    if (found !== undefined) return found
    queue = makers
      .filter(({ operator }) => way.test(operator))
      .flatMap(({ inputs }) => inputs.filter((one) => one >= 0))
  }
  return undefined
}

/** Scores that become weights over positions (before or after their softmax) and then weight other values. */
export const isAttentionMask = (flow: Flow, node: FlowNode): boolean => {
  const softmax = findBelow(flow, node, /^Softmax$/)
  if (softmax !== undefined) return findBelow(flow, softmax, /MatMul|Einsum/) !== undefined
  const weighted = node.inputs.some(
    (value) => findAbove(flow, value, /^Softmax$/, /^(Identity|Cast|Reshape|Where|Mul)$/) !== undefined,
  )
  return weighted && findBelow(flow, node, /MatMul|Einsum/) !== undefined
}

const isCarried = (flow: Flow, value: number): boolean => nodeOf(flow, value)?.kind === 'carry'

const choosesCarried = (flow: Flow, node: FlowNode): boolean =>
  (node.operator === 'Where' || node.operator === 'Add') &&
  node.inputs.some(
    (value) =>
      isCarried(flow, value) || (nodeOf(flow, value)?.inputs ?? []).some((one) => isCarried(flow, one)),
  )

/** In loops a sequence that has ended keeps its state. Some exporters write the choice as a sum of two masked values. */
export const holdsState = (flow: Flow, node: FlowNode): boolean =>
  node.inLoop &&
  (choosesCarried(flow, node) ||
    (node.operator === 'Mul' && consumersOf(flow, node).some((next) => choosesCarried(flow, next))))

const COUNT_WAY = /^(Identity|Cast|Max|Clip|Unsqueeze|Squeeze|Reshape|Expand|Add)$/

/** A sum divided by the number of positions that are no padding. */
export const dividesByCount = (flow: Flow, node: FlowNode, gate: number): boolean =>
  node.operator === 'Div' &&
  node.inputs[1] === gate &&
  findAbove(flow, gate, /^(ReduceSum|ReduceMean)$/, COUNT_WAY) !== undefined

/** A value that is laid together from several, of which a position is then picked. */
export const isStacked = (flow: Flow, value: number): boolean =>
  findAbove(
    flow,
    value,
    /^(Concat|ConcatFromSequence)$/,
    /^(Identity|Cast|Unsqueeze|Squeeze|Reshape|Transpose)$/,
  ) !== undefined
