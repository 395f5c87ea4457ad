/**
 * Files that are no ONNX model, told by their first bytes: no process need be started to say so. An ONNX file is a
 * protocol buffer without a signature of its own; what is named here begins with what no writer of ONNX writes.
 */
import { open } from 'node:fs/promises'

// As tags of a protocol buffer: unknown fields, or wire types that there are not. ModelProto's fields are below 26.
const SIGNATURES: readonly (readonly [string, readonly number[]])[] = [
  ['a pickle', [0x80]],
  ['an HDF5 file', [0x89, 0x48, 0x44, 0x46]],
  ['a NumPy array', [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  ['a GGUF file', [0x47, 0x47, 0x55, 0x46]],
  ['a zip archive', [0x50, 0x4b, 0x03, 0x04]],
  ['a gzip file', [0x1f, 0x8b]],
]
const HEAD = 9

/** Eight bytes of length, then JSON; four zero bytes in a row hold a tag with field number 0, which is none. */
const isSafetensors = (head: Buffer): boolean =>
  head.length === HEAD && head.readUInt32LE(4) === 0 && head[8] === 0x7b

/** What it is in words; undefined when it may be an ONNX model, or cannot be read. */
export const foreignFormat = async (path: string): Promise<string | undefined> => {
  const handle = await open(path, 'r').catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    const head = buffer.subarray(0, bytesRead)
    if (isSafetensors(head)) return 'a safetensors file'
    return SIGNATURES.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))?.[0]
  } finally {
    await handle.close()
  }
}
