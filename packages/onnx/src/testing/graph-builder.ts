/** Builds ONNX graphs for tests: operators in sequence, values named by number, everything as plain data. */
import type {
  Attribute,
  Graph,
  ModelFunction,
  Node,
  OnnxModel,
  Tensor,
  ValueInfo,
} from '../graph/graph-model.ts'

export const FLOAT = 1
export const INT64 = 7
export const BOOL = 9

type AttributeValue = number | bigint | string | readonly number[] | readonly bigint[] | Tensor | Graph

const isTensor = (value: object): value is Tensor => 'elementType' in value
const isGraph = (value: object): value is Graph => 'nodes' in value

/** A number is a float when its name says so in the standard; here: FLOAT_NAMES, everything else an int. */
const FLOAT_NAMES = new Set([
  'alpha',
  'beta',
  'gamma',
  'epsilon',
  'bias',
  'lambd',
  'scale',
  'mean',
  'max',
  'min',
])

export const attribute = (name: string, value: AttributeValue): Attribute => {
  const base = { name, reference: '', count: 0, extra: [] }
  if (typeof value === 'bigint') return { ...base, type: 2, int: value }
  if (typeof value === 'number')
    return FLOAT_NAMES.has(name)
      ? { ...base, type: 1, float: value }
      : { ...base, type: 2, int: BigInt(value) }
  if (typeof value === 'string') return { ...base, type: 3, bytes: Buffer.from(value) }
  if (!Array.isArray(value)) {
    if (isTensor(value as Tensor)) return { ...base, type: 4, tensor: value as Tensor }
    if (isGraph(value as Graph)) return { ...base, type: 5, graph: value as Graph }
  }
  const list = value as readonly (number | bigint)[]
  if (typeof list[0] === 'bigint')
    return { ...base, type: 7, ints: list as readonly bigint[], count: list.length }
  const numbers = list as readonly number[]
  const whole = numbers.every(Number.isInteger)
  return whole
    ? { ...base, type: 7, ints: numbers.map(BigInt), count: numbers.length }
    : { ...base, type: 6, floats: numbers, count: numbers.length }
}

export const tensorOf = (
  name: string,
  dims: readonly number[],
  values: readonly number[],
  elementType = FLOAT,
): Tensor => {
  const rawData =
    elementType === FLOAT
      ? new Uint8Array(Float32Array.from(values).buffer)
      : elementType === INT64
        ? new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)
        : Uint8Array.from(values)
  return { name, elementType, dims, payload: { kind: 'inline', rawData } }
}

export const portOf = (
  name: string,
  shape: readonly (number | string | null)[] | undefined,
  elementType = FLOAT,
): ValueInfo => ({ name, type: { kind: 'tensor', elementType, shape }, extra: [] })

export type Builder = ReturnType<typeof createBuilder>

/** `prefix` keeps the names of a nested graph apart from those around it. */
export const createBuilder = (prefix = 'v') => {
  const nodes: Node[] = []
  const initializers: Tensor[] = []
  let last = 0
  const fresh = (): string => `${prefix}${++last}`

  const many = (
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    outputs: readonly string[],
    domain = '',
  ): readonly string[] => {
    nodes.push({
      name: `${operator}_${nodes.length}`,
      operator,
      domain,
      overload: '',
      inputs,
      outputs,
      attributes: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      extra: [],
    })
    return outputs
  }

  return {
    fresh,
    many,
    op: (
      operator: string,
      inputs: readonly string[],
      attributes: Readonly<Record<string, AttributeValue>> = {},
    ): string => many(operator, inputs, attributes, [fresh()])[0] as string,
    constant: (values: readonly number[], dims: readonly number[] = [], elementType = FLOAT): string => {
      const name = `${prefix}c${++last}`
      initializers.push(tensorOf(name, dims, values, elementType))
      return name
    },
    graph: (inputs: readonly ValueInfo[], outputs: readonly ValueInfo[], name = 'graph'): Graph => ({
      name,
      nodes,
      initializers,
      sparseInitializers: [],
      inputs,
      outputs,
      values: [],
      extra: [],
    }),
  }
}

export const modelOf = (graph: Graph, functions: readonly ModelFunction[] = []): OnnxModel => ({
  irVersion: 8,
  producerName: 'graph-builder',
  producerVersion: '1',
  opsets: [
    { domain: '', version: 17 },
    { domain: 'ai.onnx.ml', version: 3 },
    ...(functions.length > 0 ? [{ domain: 'local', version: 1 }] : []),
  ],
  metadata: [],
  graph,
  functions,
  extra: [],
})
