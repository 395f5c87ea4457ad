/**
 * The dataflow of a model with functions, branches and loop bodies unfolded into one flat graph, so that a rule sees
 * the same thing wherever it is hidden. Values are numbered; a loop's carried value has the previous round's as input.
 */
import type { Node, Tensor } from '../graph-model.ts'

export type FlowConstant = {
  readonly tensor: Tensor | undefined
  /** Known without the file: attributes of Constant nodes. */
  readonly values: readonly number[] | undefined
  readonly dims: readonly number[] | undefined
}

export type FlowValue = {
  readonly id: number
  readonly name: string
  /** Index of the node that makes it; -1 for inputs and constants. */
  producer: number
  /** Index among the model's inputs; -1 for others. */
  readonly input: number
  readonly constant: FlowConstant | undefined
  readonly shape: readonly (number | string | null)[] | undefined
}

export type FlowKind =
  | 'operator'
  /** Inputs: condition, value when true, value when false. */
  | 'select'
  /** A value carried by a loop: first value, then the value of the round before. */
  | 'carry'
  /** Output of a loop: everything that may end up in it. */
  | 'collect'

export type FlowNode = {
  readonly id: number
  readonly kind: FlowKind
  /** `Add`, `ai.onnx.ml:Scaler`; for select, carry and collect the operator they come from. */
  readonly operator: string
  /** Value ids; -1 for an input that is left out or that nothing defines. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly node: Node
  /** Names of the enclosing nodes and functions, then the node's own: `Loop_3/body/Add_1`. */
  readonly location: string
  readonly inLoop: boolean
}

export type Flow = {
  readonly values: readonly FlowValue[]
  readonly nodes: readonly FlowNode[]
  /** Value ids of the inputs that a caller feeds. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly consumers: readonly (readonly number[])[]
}

export const nodeOf = (flow: Flow, value: number): FlowNode | undefined => {
  const producer = flow.values[value]?.producer ?? -1
  return producer < 0 ? undefined : flow.nodes[producer]
}
