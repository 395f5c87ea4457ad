/** Bytes to typed objects and back: the Open Inference Protocol and example records. */
export * from './errors.ts'
export { fromFloat16Bits, toFloat16Bits } from './float16.ts'
export * from './oip-request.ts'
export * from './oip-response.ts'
export * from './record.ts'
export * from './tensor.ts'
export { copyTensor } from './tensor-values.ts'
