/**
 * What is known about every value of a flow, forwards from the inputs: which inputs its data comes from, whether a
 * decision about the input was made on the way (and not blurred by weights since), and which learned operators it
 * comes from. Shapes are not data: what is computed from a shape only does not depend on the input.
 */
import type { ModelSource } from '../graph-model.ts'
import { type ConstantReader, createConstantReader } from './constant-values.ts'
import type { Flow } from './flow.ts'
import { createTransfer, type Fact, NO_FACT } from './transfer.ts'

export type Facts = {
  readonly of: (value: number) => Fact
  /** Per node: whether a learned operator stands below it, and whether it reaches an output of the model. */
  readonly mixedBelow: Uint8Array
  readonly reachesOutput: Uint8Array
  readonly order: readonly number[]
  readonly constants: ConstantReader
}

/** Producers before consumers; loops are cut where they close. Iterative, for graphs of any depth. */
const topologicalOrder = (flow: Flow): number[] => {
  const state = new Uint8Array(flow.nodes.length)
  const order: number[] = []
  for (let root = 0; root < flow.nodes.length; root += 1) {
    if (state[root] !== 0) continue
    const stack: [node: number, next: number][] = [[root, 0]]
    state[root] = 1
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as [number, number]
      const inputs = flow.nodes[top[0]]?.inputs ?? []
      if (top[1] >= inputs.length) {
        order.push(top[0])
        stack.pop()
        continue
      }
      const producer = flow.values[inputs[top[1]++] ?? -1]?.producer ?? -1
      if (producer < 0 || state[producer] !== 0) continue
      state[producer] = 1
      stack.push([producer, 0])
    }
  }
  return order
}

/** Marks nodes from which a marked start can be reached downwards. */
const markAbove = (flow: Flow, starts: readonly number[]): Uint8Array => {
  const marked = new Uint8Array(flow.nodes.length)
  const queue = [...starts]
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    const producer = flow.values[value]?.producer ?? -1
    if (producer < 0 || marked[producer] === 1) continue
    marked[producer] = 1
    for (const input of flow.nodes[producer]?.inputs ?? []) queue.push(input)
  }
  return marked
}

export const computeFacts = (flow: Flow, source: ModelSource): Facts => {
  const facts: Fact[] = flow.values.map(() => NO_FACT)
  const constants = createConstantReader(flow, source)
  const transfer = createTransfer({ constants, of: (value) => facts[value] ?? NO_FACT })
  for (const value of flow.values) if (value.input >= 0) facts[value.id] = transfer.input(value)
  const order = topologicalOrder(flow)
  // Twice: the second pass carries what one round of a loop says about the next.
  const passes = flow.nodes.some(({ kind }) => kind === 'carry') ? 2 : 1
  for (let pass = 0; pass < passes; pass += 1)
    for (const id of order) {
      const node = flow.nodes[id]
      if (node === undefined) continue
      node.outputs.forEach((output, index) => {
        if (output >= 0) facts[output] = transfer.node(node, index)
      })
    }
  const mixed = flow.nodes.filter(({ outputs }) =>
    outputs.some((output) => facts[output]?.mixers.length === 1 && facts[output]?.mixes === true),
  )
  return {
    of: (value) => facts[value] ?? NO_FACT,
    order,
    constants,
    mixedBelow: markAbove(
      flow,
      mixed.flatMap(({ inputs }) => inputs),
    ),
    reachesOutput: markAbove(flow, flow.outputs),
  }
}
