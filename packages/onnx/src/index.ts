/** ONNX model reading, inspection and sessions. */
export { elementTypeOf } from './datatype.ts'
export * from './errors.ts'
export * from './inspect-model.ts'
export type { ModelStructure, OpsetImport } from './model-reader.ts'
export * from './profile-session.ts'
export {
  type OutputValue,
  type RowResult,
  type RunRowsOptions,
  type RunRowsReport,
  runRows,
} from './run-rows.ts'
export * from './session.ts'
export { syntheticInputs } from './synthetic-inputs.ts'
export { createWorkerSession, type WorkerSession, type WorkerSessionOptions } from './worker-session.ts'
