/** Open Inference Protocol V2 answers as JSON text. */
import type { Datatype, ModelSignature } from '@rampart/domain'
import { fromBfloat16Bits, fromFloat16Bits } from './float16.ts'
import type { Tensor, TensorArray } from './tensor.ts'

/**
 * Elements `[from, to)` as the inside of a JSON array.
 * As in `JSON.stringify`, NaN and infinities become null; INT64 and UINT64 are written as exact integers.
 */
export const encodeElements = (datatype: Datatype, data: TensorArray, from: number, to: number): string => {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return joinFloats(data as Float32Array, from, to)
    case 'FP16':
      return join(data as Uint16Array, from, to, encodeHalf)
    case 'BF16':
      return join(data as Uint16Array, from, to, (bits) => JSON.stringify(fromBfloat16Bits(bits)))
    case 'BOOL':
      return join(data as Uint8Array, from, to, (value) => (value === 0 ? 'false' : 'true'))
    case 'BYTES':
      return join(data as string[], from, to, (value) => JSON.stringify(value))
    default:
      return join(data as Int32Array, from, to, String)
  }
}

const encodeHalf = (bits: number): string => JSON.stringify(fromFloat16Bits(bits))

const joinFloats = (data: Float32Array | Float64Array, from: number, to: number): string => {
  let text = ''
  for (let i = from; i < to; i++) {
    const value = data[i] as number
    const piece = value - value === 0 ? `${value}` : 'null'
    text = i === from ? piece : `${text},${piece}`
  }
  return text
}

const join = <T>(data: ArrayLike<T>, from: number, to: number, encode: (value: T) => string): string => {
  let text = ''
  for (let i = from; i < to; i++) text = i === from ? encode(data[i] as T) : `${text},${encode(data[i] as T)}`
  return text
}

export type ResponseModel = { readonly name: string; readonly version: string }

/** Compiles the constant parts of a model's answers: the head, and per output name and datatype. */
export const createInferResponseWriter = (model: ResponseModel, signature: ModelSignature) => {
  const head = `{"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)}`
  const outputHeads = signature.outputs.map(
    (spec) => `{"name":${JSON.stringify(spec.name)},"datatype":"${spec.datatype}","shape":[`,
  )
  return {
    head: (id: string | undefined): string =>
      id === undefined ? `${head},"outputs":[` : `${head},"id":${JSON.stringify(id)},"outputs":[`,
    /** One output whose elements follow the JSON as `sizeBytes` raw bytes. */
    binaryOutput: (index: number, shape: readonly number[], sizeBytes: number): string =>
      `${outputHeads[index]}${shape.join(',')}],"parameters":{"binary_data_size":${sizeBytes}}}`,
    /** One output: elements `[from, to)` of `data`, announced with `shape`. */
    output: (
      index: number,
      shape: readonly number[],
      slice: {
        readonly data: TensorArray
        readonly datatype: Datatype
        readonly from: number
        readonly to: number
      },
    ): string =>
      `${outputHeads[index]}${shape.join(',')}],"data":[${encodeElements(slice.datatype, slice.data, slice.from, slice.to)}]}`,
  }
}

/** A whole answer from whole tensors, in the signature's order. */
export const encodeInferResponse = (
  model: ResponseModel,
  signature: ModelSignature,
  outputs: readonly Tensor[],
  id?: string,
): string => {
  const writer = createInferResponseWriter(model, signature)
  const parts = outputs.map((tensor) =>
    writer.output(
      signature.outputs.findIndex((spec) => spec.name === tensor.name),
      tensor.shape,
      { data: tensor.data, datatype: tensor.datatype, from: 0, to: tensor.data.length },
    ),
  )
  return `${writer.head(id)}${parts.join(',')}]}`
}

/** The protocol's error object. `code` and `violations` are additions of ours that clients may ignore. */
export const encodeInferError = (
  message: string,
  extra: { readonly code?: string; readonly details?: unknown } = {},
): string => JSON.stringify({ error: message, ...extra })
