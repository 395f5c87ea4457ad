/** Writes small ONNX files for tests: enough of onnx.proto for graphs of standard operators. */
import type { Datatype } from '@rampart/domain'
import { elementTypeOf } from './datatype.ts'

type Bytes = Uint8Array

const concat = (parts: readonly Bytes[]): Bytes => Buffer.concat(parts)

const varint = (value: number | bigint): Bytes => {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Uint8Array.from(bytes)
}

/** A varint field, a length-delimited field, or text. */
export const intField = (field: number, value: number | bigint): Bytes =>
  concat([varint(field * 8), varint(value)])
export const bytesField = (field: number, value: Bytes): Bytes =>
  concat([varint(field * 8 + 2), varint(value.length), value])
export const textField = (field: number, value: string): Bytes => bytesField(field, Buffer.from(value))
const floatField = (field: number, value: number): Bytes => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return concat([varint(field * 8 + 5), bytes])
}

export type TinyPort = {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
}
export type TinyNode = {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly ints?: Readonly<Record<string, number>>
  readonly intLists?: Readonly<Record<string, readonly number[]>>
  readonly floats?: Readonly<Record<string, number>>
}
export type TinyTensor = {
  readonly name: string
  readonly dims: readonly number[]
  readonly floats: readonly number[]
}
export type TinyModel = {
  readonly inputs: readonly TinyPort[]
  readonly outputs: readonly TinyPort[]
  readonly nodes: readonly TinyNode[]
  readonly tensors?: readonly TinyTensor[]
  readonly opset?: number
}

const port = ({ name, datatype, shape }: TinyPort): Bytes => {
  const dims = shape.map((size) => bytesField(1, size < 0 ? textField(2, 'N') : intField(1, size)))
  const tensor = concat([intField(1, elementTypeOf(datatype)), bytesField(2, concat(dims))])
  return concat([textField(1, name), bytesField(2, bytesField(1, tensor))])
}

const attribute = (name: string, type: number, fields: readonly Bytes[]): Bytes =>
  bytesField(5, concat([textField(1, name), ...fields, intField(20, type)]))

const node = (spec: TinyNode): Bytes =>
  concat([
    ...spec.inputs.map((name) => textField(1, name)),
    ...spec.outputs.map((name) => textField(2, name)),
    textField(4, spec.operator),
    ...Object.entries(spec.floats ?? {}).map(([name, value]) => attribute(name, 1, [floatField(2, value)])),
    ...Object.entries(spec.ints ?? {}).map(([name, value]) => attribute(name, 2, [intField(3, value)])),
    ...Object.entries(spec.intLists ?? {}).map(([name, values]) =>
      attribute(
        name,
        7,
        values.map((value) => intField(8, value)),
      ),
    ),
  ])

const tensor = (spec: TinyTensor): Bytes =>
  concat([
    ...spec.dims.map((size) => intField(1, size)),
    intField(2, elementTypeOf('FP32')),
    textField(8, spec.name),
    bytesField(9, new Uint8Array(Float32Array.from(spec.floats).buffer)),
  ])

/** Bytes of an ONNX file (IR version 8). */
export const writeTinyModel = (model: TinyModel): Bytes => {
  const graph = concat([
    ...model.nodes.map((spec) => bytesField(1, node(spec))),
    textField(2, 'tiny'),
    ...(model.tensors ?? []).map((spec) => bytesField(5, tensor(spec))),
    ...model.inputs.map((spec) => bytesField(11, port(spec))),
    ...model.outputs.map((spec) => bytesField(12, port(spec))),
  ])
  const opset = concat([textField(1, ''), intField(2, model.opset ?? 13)])
  return concat([intField(1, 8), textField(2, 'tiny-writer'), bytesField(7, graph), bytesField(8, opset)])
}

/** A binary classifier on `width` floats: probability [n, 2] by a softmax, and its label [n]. */
export const tinyClassifier = (width: number): Bytes =>
  writeTinyModel({
    inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, width] }],
    outputs: [
      { name: 'label', datatype: 'INT64', shape: [-1] },
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
    ],
    tensors: [
      {
        name: 'weights',
        dims: [width, 2],
        floats: Array.from({ length: width * 2 }, (_, i) => ((i % 7) - 3) / 5),
      },
    ],
    nodes: [
      { operator: 'MatMul', inputs: ['features', 'weights'], outputs: ['scores'] },
      { operator: 'Softmax', inputs: ['scores'], outputs: ['probabilities'], ints: { axis: 1 } },
      { operator: 'ArgMax', inputs: ['scores'], outputs: ['label'], ints: { axis: 1, keepdims: 0 } },
    ],
  })

/** Answers its input: one datatype, any shape. */
export const tinyIdentity = (datatype: Datatype, shape: readonly number[]): Bytes =>
  writeTinyModel({
    inputs: [{ name: 'x', datatype, shape }],
    outputs: [{ name: 'y', datatype, shape }],
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
  })

/** Multiplies a [size, size] matrix with itself `times` times per row batch: slow on purpose. */
export const tinySlow = (size: number, times: number): Bytes => {
  const weights = {
    name: 'w0',
    dims: [size, size],
    floats: Array.from({ length: size * size }, () => 1 / size),
  }
  const steps = Array.from({ length: times }, (_, i) => ({
    operator: 'MatMul',
    inputs: [`w${i}`, 'runtime'],
    outputs: [`w${i + 1}`],
  }))
  return writeTinyModel({
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, size] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, size] }],
    tensors: [weights],
    nodes: [
      // Depends on the input, so that the runtime cannot fold it into a constant.
      { operator: 'ReduceMean', inputs: ['x'], outputs: ['mean'], ints: { keepdims: 1 } },
      { operator: 'Sub', inputs: ['mean', 'mean'], outputs: ['zero'] },
      { operator: 'Add', inputs: ['w0', 'zero'], outputs: ['runtime'] },
      ...steps,
      { operator: 'MatMul', inputs: ['x', `w${times}`], outputs: ['y'] },
    ],
  })
}

export { brokenGraphs } from './testing/broken-graphs.ts'
export { type BuiltGraph, backdooredGraphs, honestGraphs } from './testing/graph-backdoors.ts'
