/** Bytes to typed objects and back: the Open Inference Protocol and example records. */
export * from './cef/index.ts'
export * from './cyclonedx/index.ts'
export * from './errors.ts'
export * from './eve/index.ts'
export { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from './float16.ts'
export * from './infer-answer.ts'
export * from './infer-exchange.ts'
export {
  decodeInferMessage,
  type InferMessage,
  type InferMessageLimits,
  type InferTarget,
  readInferTarget,
} from './infer-message.ts'
export * from './leef/index.ts'
export * from './ocsf/index.ts'
export { BINARY_HEADER, decodeBinaryBody } from './oip-binary.ts'
export * from './oip-request.ts'
export * from './oip-response.ts'
export { encodeRaw, rawToJson } from './raw-elements.ts'
export * from './record.ts'
export * from './reflection-messages.ts'
export * from './service-messages.ts'
export * from './siem/index.ts'
export * from './syslog/index.ts'
export * from './tensor.ts'
export { copyTensor, type TensorSource } from './tensor-values.ts'
