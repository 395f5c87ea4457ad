/** ONNX graphs: every operator named, subgraphs followed, sizes that constants ask for, and loops that do not end. */
import type { ByteSource } from '../byte-source.ts'
import { MalformedError } from '../byte-stream.ts'
import operators from '../generated/onnx-operators.json' with { type: 'json' }
import { type ProtoField, readIntegers, readText, visitFields } from '../protobuf.ts'
import { quoted, type ScanContext } from '../scan-context.ts'
import { readTensor } from './onnx-tensor.ts'

const OPERATORS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(operators as Record<string, string>).map(([domain, names]) => [
    domain,
    new Set(names.split(' ')),
  ]),
)
const RUNS_CODE = new Set([
  'PyOp',
  'PythonOp',
  'PythonOpGrad',
  'EPContext',
  'ATen',
  'RemoteCall',
  'TritonOp',
  'OpaqueOp',
])
/** Operators whose constant inputs or attributes say how large their output is. */
const SIZED = new Set([
  'ConstantOfShape',
  'Expand',
  'Tile',
  'Resize',
  'Upsample',
  'Pad',
  'OneHot',
  'Range',
  'EyeLike',
  'RandomNormal',
  'RandomUniform',
  'CenterCropPad',
  'GroupNormalization',
  'Col2Im',
])
const SIZING_ATTRIBUTES = new Set(['shape', 'repeats', 'output_shape', 'value_ints', 'pads', 'sizes'])
const HUGE_ELEMENTS = 2 ** 31
const MAX_TRIPS = 1_000_000
const MAX_DEPTH = 32
const MAX_CONSTANTS = 100_000

export type GraphRules = {
  readonly context: ScanContext
  readonly source: ByteSource
  /** `domain:name` of the functions that the model itself defines. */
  readonly functions: ReadonlySet<string>
  /** Told for each node that calls one of them. */
  onCall(name: string): void
}

type Constants = Map<string, readonly number[]>
type Attribute = {
  name: string
  ints: number[]
  integer: number | undefined
  tensor: readonly number[] | undefined
}
type Node = {
  op: string
  domain: string
  inputs: string[]
  outputs: string[]
  attributes: Attribute[]
  label: string
}

export const domainName = (domain: string): string => (domain === '' ? 'ai.onnx' : domain)

const readAttribute = (
  rules: GraphRules,
  field: ProtoField,
  constants: Constants,
  depth: number,
): Attribute => {
  const { source } = rules
  const attribute: Attribute = { name: '', ints: [], integer: undefined, tensor: undefined }
  visitFields(source, field.start, field.start + field.length, (part) => {
    if (part.number === 1) attribute.name = readText(source, part)
    else if (part.number === 3) attribute.integer = part.value
    else if (part.number === 5 || part.number === 10)
      attribute.tensor = readTensor(rules.context, source, part).ints
    else if (part.number === 6 || part.number === 11) judgeGraph(rules, part, new Map(constants), depth + 1)
    else if (part.number === 8) readIntegers(source, part, attribute.ints, 64)
    else if (part.number === 22 || part.number === 23) readSparse(rules, part)
    else if (part.number > 23) throw new MalformedError(`field ${part.number} of an attribute is unknown`)
  })
  return attribute
}

const readSparse = (rules: GraphRules, field: ProtoField): void =>
  visitFields(rules.source, field.start, field.start + field.length, (part) => {
    if (part.number === 1 || part.number === 2) readTensor(rules.context, rules.source, part)
  })

const readNode = (rules: GraphRules, field: ProtoField, constants: Constants, depth: number): Node => {
  const { source } = rules
  const node: Node = { op: '', domain: '', inputs: [], outputs: [], attributes: [], label: '' }
  visitFields(source, field.start, field.start + field.length, (part) => {
    if (part.number === 1) node.inputs.push(readText(source, part))
    else if (part.number === 2) node.outputs.push(readText(source, part))
    else if (part.number === 3) node.label = readText(source, part)
    else if (part.number === 4) node.op = readText(source, part)
    else if (part.number === 5) node.attributes.push(readAttribute(rules, part, constants, depth))
    else if (part.number === 7) node.domain = readText(source, part)
    else if (part.number > 10) throw new MalformedError(`field ${part.number} of a node is unknown`)
  })
  return node
}

const judgeOperator = ({ context, functions, onCall }: GraphRules, node: Node): void => {
  const domain = domainName(node.domain)
  const full = `${domain}:${node.op}`
  if (functions.has(full)) {
    onCall(full)
    return
  }
  const known = OPERATORS.get(domain)
  const at = node.label.slice(0, 200)
  if (RUNS_CODE.has(node.op))
    context.report('onnx-custom-domain', `operator ${quoted(full)} runs other code`, at)
  else if (known === undefined)
    context.report('onnx-custom-domain', `operator ${quoted(full)} is of a custom domain`, at)
  else if (!known.has(node.op))
    context.report('onnx-operator', `operator ${quoted(full)} is not part of the standard`, at)
}

const judgeSizes = ({ context }: GraphRules, node: Node, constants: Constants): void => {
  const lists = [
    ...node.inputs.map((name) => constants.get(name) ?? []),
    ...node.attributes.filter(({ name }) => SIZING_ATTRIBUTES.has(name)).map(({ ints }) => ints),
  ]
  for (const list of lists) {
    const product = list.reduce((total, size) => total * Math.max(1, Math.abs(size)), 1)
    if (product > HUGE_ELEMENTS)
      context.report(
        'onnx-oversized',
        `${node.op} makes ${product} elements from a constant`,
        node.label.slice(0, 200),
      )
  }
}

const judgeLoop = ({ context }: GraphRules, node: Node, constants: Constants): void => {
  const trips = constants.get(node.inputs[0] ?? '')?.[0]
  const at = node.label.slice(0, 200)
  if (node.op !== 'Loop') return
  if (trips === undefined) context.report('onnx-operator', 'a loop runs as often as its inputs say', at)
  else if (trips > MAX_TRIPS || trips < 0) context.report('onnx-oversized', `a loop runs ${trips} times`, at)
}

const keep = (constants: Constants, name: string, values: readonly number[] | undefined): void => {
  if (values !== undefined && constants.size < MAX_CONSTANTS) constants.set(name, values)
}

export const judgeNode = (
  rules: GraphRules,
  field: ProtoField,
  constants: Constants,
  depth: number,
): void => {
  const node = readNode(rules, field, constants, depth)
  judgeOperator(rules, node)
  judgeLoop(rules, node, constants)
  if (SIZED.has(node.op)) judgeSizes(rules, node, constants)
  if (node.op === 'Constant') {
    const value = node.attributes.find(({ name }) => name.startsWith('value'))
    keep(
      constants,
      node.outputs[0] ?? '',
      value?.tensor ?? (value?.integer === undefined ? value?.ints : [value.integer]),
    )
  } else if (['Identity', 'Cast', 'Squeeze', 'Unsqueeze', 'Reshape'].includes(node.op))
    keep(constants, node.outputs[0] ?? '', constants.get(node.inputs[0] ?? ''))
}

/** A GraphProto at any depth. Initialisers come first, whatever their order in the file. */
export const judgeGraph = (
  rules: GraphRules,
  field: ProtoField,
  constants: Constants,
  depth: number,
): void => {
  if (depth > MAX_DEPTH) throw new MalformedError('graphs are nested too deep')
  const { source, context } = rules
  const end = field.start + field.length
  const nodes: ProtoField[] = []
  visitFields(source, field.start, end, (part) => {
    if (part.number === 1) nodes.push(part)
    else if (part.number === 5) {
      const { name, ints } = readTensor(context, source, part)
      keep(constants, name, ints)
    } else if (part.number === 15) readSparse(rules, part)
    else if (part.number > 16) throw new MalformedError(`field ${part.number} of a graph is unknown`)
  })
  for (const [index, node] of nodes.entries()) {
    if ((index & 1023) === 0) context.budget.checkTime()
    judgeNode(rules, node, constants, depth)
  }
}
