/** ONNX element types (onnx.proto, TensorProto.DataType), Open Inference Protocol datatypes and the runtime's names. */
import type { Datatype } from '@rampart/domain'
import { onnxErrors } from './errors.ts'

const BY_ELEMENT_TYPE: Readonly<Record<number, Datatype>> = {
  1: 'FP32',
  2: 'UINT8',
  3: 'INT8',
  4: 'UINT16',
  5: 'INT16',
  6: 'INT32',
  7: 'INT64',
  8: 'BYTES',
  9: 'BOOL',
  11: 'FP64',
  12: 'UINT32',
  13: 'UINT64',
}

/**
 * Undefined for the types that are not served: complex, bfloat16, 8- and 4-bit floats, and float16, whose arrays
 * the runtime's Node binding reads as empty where the engine has Float16Array.
 */
export const datatypeOfElement = (elementType: number): Datatype | undefined => BY_ELEMENT_TYPE[elementType]

/** Element type number of a datatype, for writing models. */
export const elementTypeOf = (datatype: Datatype): number =>
  Number(Object.entries(BY_ELEMENT_TYPE).find(([, name]) => name === datatype)?.[0])

export type RuntimeType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string'

const RUNTIME_TYPE: Readonly<Record<Exclude<Datatype, 'BF16'>, RuntimeType>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
}

/** The runtime has no name for bfloat16, and no signature of a served model contains it. */
export const runtimeTypeOf = (datatype: Datatype): RuntimeType => {
  if (datatype === 'BF16') throw onnxErrors.ONNX_RUN_FAILED('the runtime does not take BF16 tensors')
  return RUNTIME_TYPE[datatype]
}
