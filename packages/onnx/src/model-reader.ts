/**
 * Reads what an ONNX file says about itself (onnx.proto, IR version 3 to 12) without a runtime and without its
 * weights. Sees: structure, types, operators, references to other files. Cannot see: whether the graph computes
 * anything sensible, or whether the runtime accepts it. Cost: one pass over the fields, no copies of tensors.
 */
import type { ModelSignature, TensorSpec } from '@rampart/domain'
import { datatypeOfElement } from './datatype.ts'
import { onnxErrors } from './errors.ts'
import type { WireReader } from './wire-reader.ts'

export type OpsetImport = { readonly domain: string; readonly version: number }

/** `operators` counts nodes per `domain:type` (domain empty for the standard one), nested graphs included. */
export type ModelStructure = {
  readonly signature: ModelSignature
  readonly irVersion: number
  readonly opsets: readonly OpsetImport[]
  readonly producer: { readonly name: string; readonly version: string }
  readonly nodeCount: number
  readonly initializerCount: number
  readonly operators: Readonly<Record<string, number>>
}

const MAX_NODES = 1_000_000
const MAX_PORTS = 256
const MAX_DEPTH = 16
const MAX_RANK = 16
const MAX_DIMENSION = 2 ** 31 - 1

type Port = { name: string; elementType: number; shape: number[]; kind: 'tensor' | 'other' }
type Scan = {
  readonly operators: Map<string, number>
  nodes: number
  initializers: Set<string>
  inputs: Port[]
  outputs: Port[]
}

type FieldHandler = (reader: WireReader, end: number) => void

/** Walks one message; a known field must have its wire type, everything else is skipped. */
const walk = (
  reader: WireReader,
  end: number,
  handlers: Readonly<Record<number, readonly [wire: number, handle: FieldHandler]>>,
): void => {
  for (let tag = reader.next(end); tag !== undefined; tag = reader.next(end)) {
    const handler = handlers[tag.field]
    if (handler === undefined) reader.skip(tag.wire, end)
    else if (handler[0] === tag.wire) handler[1](reader, end)
    else throw onnxErrors.ONNX_NOT_A_MODEL('not an ONNX model: a field has the wrong wire type')
  }
}

const message =
  (read: (reader: WireReader, end: number) => void): FieldHandler =>
  (reader, end) => {
    const inner = reader.lengthDelimited(end)
    read(reader, inner)
  }

/** Reads a ModelProto of `sizeBytes` bytes. */
export const readModel = (reader: WireReader, sizeBytes: number): ModelStructure => {
  const scan: Scan = { operators: new Map(), nodes: 0, initializers: new Set(), inputs: [], outputs: [] }
  const opsets: OpsetImport[] = []
  const producer = { name: '', version: '' }
  let irVersion = 0
  let graphs = 0
  walk(reader, sizeBytes, {
    1: [0, (r, end) => (irVersion = Number(r.int64(end)))],
    2: [2, (r, end) => (producer.name = r.string(end))],
    3: [2, (r, end) => (producer.version = r.string(end))],
    7: [
      2,
      message((r, end) => {
        graphs += 1
        readGraph(r, end, scan, 0)
      }),
    ],
    8: [2, message((r, end) => opsets.push(readOpset(r, end)))],
    25: [2, message((r, end) => readFunction(r, end, scan))],
  })
  if (irVersion < 1 || irVersion > 1000 || graphs !== 1 || opsets.length === 0)
    throw onnxErrors.ONNX_NOT_A_MODEL('not an ONNX model: version, opset or graph is missing')
  return {
    signature: signatureOf(scan),
    irVersion,
    opsets,
    producer,
    nodeCount: scan.nodes,
    initializerCount: scan.initializers.size,
    operators: Object.fromEntries([...scan.operators].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

const readOpset = (reader: WireReader, end: number): OpsetImport => {
  const opset = { domain: '', version: 0 }
  walk(reader, end, {
    1: [2, (r, e) => (opset.domain = r.string(e))],
    2: [0, (r, e) => (opset.version = Number(r.int64(e)))],
  })
  return opset
}

const readGraph = (reader: WireReader, end: number, scan: Scan, depth: number): void => {
  if (depth > MAX_DEPTH) throw onnxErrors.ONNX_LIMIT_EXCEEDED('graphs are nested too deep')
  const nested = depth > 0
  walk(reader, end, {
    1: [2, message((r, e) => readNode(r, e, scan, depth))],
    5: [2, message((r, e) => scan.initializers.add(readTensor(r, e)))],
    15: [2, message((r, e) => scan.initializers.add(readSparseTensor(r, e)))],
    ...(nested
      ? {}
      : {
          11: [2, message((r, e) => addPort(scan.inputs, readPort(r, e)))] as const,
          12: [2, message((r, e) => addPort(scan.outputs, readPort(r, e)))] as const,
        }),
  })
}

const readFunction = (reader: WireReader, end: number, scan: Scan): void =>
  walk(reader, end, { 7: [2, message((r, e) => readNode(r, e, scan, 1))] })

const readNode = (reader: WireReader, end: number, scan: Scan, depth: number): void => {
  let operator = ''
  let domain = ''
  walk(reader, end, {
    4: [2, (r, e) => (operator = r.string(e))],
    5: [2, message((r, e) => readAttribute(r, e, scan, depth))],
    7: [2, (r, e) => (domain = r.string(e))],
  })
  scan.nodes += 1
  if (scan.nodes > MAX_NODES) throw onnxErrors.ONNX_LIMIT_EXCEEDED('the model has too many nodes')
  const key = domain === '' || domain === 'ai.onnx' ? operator : `${domain}:${operator}`
  scan.operators.set(key, (scan.operators.get(key) ?? 0) + 1)
}

const readAttribute = (reader: WireReader, end: number, scan: Scan, depth: number): void =>
  walk(reader, end, {
    5: [2, message((r, e) => void readTensor(r, e))],
    6: [2, message((r, e) => readGraph(r, e, scan, depth + 1))],
    10: [2, message((r, e) => void readTensor(r, e))],
    11: [2, message((r, e) => readGraph(r, e, scan, depth + 1))],
    22: [2, message((r, e) => void readSparseTensor(r, e))],
    23: [2, message((r, e) => void readSparseTensor(r, e))],
  })

/** Name of a TensorProto; refuses tensors whose bytes are elsewhere (data_location EXTERNAL, or external_data). */
const readTensor = (reader: WireReader, end: number): string => {
  let name = ''
  const external = (): never => {
    throw onnxErrors.ONNX_EXTERNAL_DATA('the model keeps tensors in other files')
  }
  walk(reader, end, {
    8: [2, (r, e) => (name = r.string(e))],
    13: [2, external],
    14: [0, (r, e) => void (r.int64(e) !== 0n && external())],
  })
  return name
}

const readSparseTensor = (reader: WireReader, end: number): string => {
  let name = ''
  walk(reader, end, {
    1: [2, message((r, e) => (name = readTensor(r, e)))],
    2: [2, message((r, e) => void readTensor(r, e))],
  })
  return name
}

const addPort = (ports: Port[], port: Port): void => {
  if (ports.length >= MAX_PORTS)
    throw onnxErrors.ONNX_LIMIT_EXCEEDED('the model has too many inputs or outputs')
  ports.push(port)
}

const readPort = (reader: WireReader, end: number): Port => {
  const port: Port = { name: '', elementType: 0, shape: [], kind: 'other' }
  walk(reader, end, {
    1: [2, (r, e) => (port.name = r.string(e))],
    2: [
      2,
      message((r, e) =>
        walk(r, e, {
          1: [
            2,
            message((tensor, tensorEnd) => {
              port.kind = 'tensor'
              readTensorType(tensor, tensorEnd, port)
            }),
          ],
        }),
      ),
    ],
  })
  return port
}

const readTensorType = (reader: WireReader, end: number, port: Port): void =>
  walk(reader, end, {
    1: [0, (r, e) => (port.elementType = Number(r.int64(e)))],
    2: [
      2,
      message((r, e) => walk(r, e, { 1: [2, message((dim, dimEnd) => readDimension(dim, dimEnd, port))] })),
    ],
  })

const readDimension = (reader: WireReader, end: number, port: Port): void => {
  let size = -1
  walk(reader, end, { 1: [0, (r, e) => (size = Number(r.int64(e)))] })
  // Exporters write 0 or -1 for "unknown" as well as leaving the value out.
  const known = size > 0
  if (size > MAX_DIMENSION || size < -1 || port.shape.length >= MAX_RANK)
    throw onnxErrors.ONNX_SHAPE_INVALID(`${JSON.stringify(port.name)} has an impossible shape`)
  port.shape.push(known ? size : -1)
}

const signatureOf = (scan: Scan): ModelSignature => {
  const fed = scan.inputs.filter((port) => !scan.initializers.has(port.name))
  if (fed.length === 0 || scan.outputs.length === 0)
    throw onnxErrors.ONNX_NOT_A_MODEL('the model has no inputs or no outputs')
  const names = [...fed, ...scan.outputs].map((port) => port.name)
  if (new Set(names).size !== names.length)
    throw onnxErrors.ONNX_NOT_A_MODEL('two inputs or outputs have the same name')
  return { inputs: fed.map(specOf), outputs: scan.outputs.map(specOf) }
}

const specOf = (port: Port): TensorSpec => {
  const datatype = port.kind === 'tensor' ? datatypeOfElement(port.elementType) : undefined
  const name = JSON.stringify(port.name)
  if (port.name === '' || datatype === undefined)
    throw onnxErrors.ONNX_TYPE_UNSUPPORTED(`${name} is not a tensor of a type that is served`)
  const fixed = port.shape.filter((size) => size > 0).reduce((product, size) => product * size, 1)
  if (fixed > MAX_DIMENSION) throw onnxErrors.ONNX_SHAPE_INVALID(`${name} has an impossible shape`)
  return { name: port.name, datatype, shape: port.shape }
}
