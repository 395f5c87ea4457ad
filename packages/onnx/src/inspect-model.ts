/** Opens an ONNX file and reads its structure; see `readModel` for what is seen. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { onnxErrors } from './errors.ts'
import { type ModelStructure, readModel } from './model-reader.ts'
import { createWireReader, type ReadAt } from './wire-reader.ts'

export type ModelInspection = ModelStructure & { readonly sizeBytes: number }

export type InspectOptions = { readonly maxBytes: number }

const LIMITS = { maxStringBytes: 1_048_576, maxFields: 50_000_000 } as const

/** Throws ONNX_* InvalidInput errors; memory stays bounded whatever the file holds. Reads synchronously. */
export const inspectModel = (path: string, options: InspectOptions): ModelInspection => {
  const file = openSync(path, 'r')
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw onnxErrors.ONNX_NOT_A_MODEL('not a regular file')
    if (stat.size > options.maxBytes)
      throw onnxErrors.ONNX_TOO_LARGE(`the model has ${stat.size} bytes, the limit is ${options.maxBytes}`)
    return inspect((position, length) => readBytes(file, position, length), stat.size)
  } finally {
    closeSync(file)
  }
}

/** The same for bytes that are already in memory. */
export const inspectModelBytes = (bytes: Uint8Array): ModelInspection =>
  inspect((position, length) => bytes.subarray(position, position + length), bytes.length)

const inspect = (readAt: ReadAt, sizeBytes: number): ModelInspection => ({
  ...readModel(createWireReader(readAt, sizeBytes, LIMITS), sizeBytes),
  sizeBytes,
})

const readBytes = (file: number, position: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}
