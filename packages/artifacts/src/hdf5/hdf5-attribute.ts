/** HDF5 attributes that hold text or bytes: fixed-length strings and variable-length strings of one element. */
import { MalformedError } from '../byte-stream.ts'
import { type Hdf5File, readHeapObject, readSized } from './hdf5-reader.ts'

export type Hdf5Attribute = { readonly name: string; readonly text: Buffer | undefined }

const padded = (size: number, version: number): number => (version === 1 ? Math.ceil(size / 8) * 8 : size)

const elementCount = (space: Buffer): number => {
  const [version = 0, rank = 0] = space
  if (version !== 1 && version !== 2) throw new MalformedError('hdf5: a dataspace of an unknown version')
  let at = version === 1 ? 8 : 4
  let count = 1
  for (let index = 0; index < rank; index += 1, at += 8) count *= readSized(space, at, 8)
  return count
}

const FIXED_STRING = 3
const OPAQUE = 5
const VARIABLE = 9
const MAX_TEXTS = 4096

/** The bytes of all elements, joined; undefined for numbers and shapes that hold no text. */
const readText = (file: Hdf5File, type: Buffer, count: number, data: Buffer): Buffer | undefined => {
  const kind = (type[0] ?? 0) & 15
  if (kind === FIXED_STRING || kind === OPAQUE) return Buffer.from(data)
  if (kind !== VARIABLE || count > MAX_TEXTS) return undefined
  const stride = 8 + file.offsetBytes
  const parts: Buffer[] = []
  for (let index = 0; index < count; index += 1) {
    const at = index * stride
    const length = readSized(data, at, 4)
    if (length === 0) continue
    const object = readHeapObject(
      file,
      readSized(data, at + 4, file.offsetBytes),
      readSized(data, at + 4 + file.offsetBytes, 4),
    )
    parts.push(object.subarray(0, Math.min(length, object.length)))
  }
  return Buffer.concat(parts)
}

export const readAttribute = (file: Hdf5File, body: Buffer): Hdf5Attribute => {
  const [version = 0, flags = 0] = body
  if (version < 1 || version > 3) throw new MalformedError('hdf5: an attribute of an unknown version')
  const nameBytes = body.readUInt16LE(2)
  const typeBytes = body.readUInt16LE(4)
  const spaceBytes = body.readUInt16LE(6)
  let at = version === 3 ? 9 : 8
  const name = body.toString('utf8', at, at + nameBytes).replace(/\0[\s\S]*$/, '')
  at += padded(nameBytes, version)
  const type = body.subarray(at, at + typeBytes)
  at += padded(typeBytes, version)
  const space = body.subarray(at, at + spaceBytes)
  at += padded(spaceBytes, version)
  // A committed type stands elsewhere; what it describes is not read.
  if (version > 1 && (flags & 3) !== 0) return { name, text: undefined }
  return { name, text: readText(file, type, elementCount(space), body.subarray(at)) }
}
