/**
 * The parts of HDF5 (File Format Specification 3.0) that can reach outside or carry configuration: object headers,
 * old groups, links, attributes, external storage. Tensor data itself is never read.
 */
import type { ByteSource } from '../byte-source.ts'
import { MalformedError } from '../byte-stream.ts'

const UNDEFINED = Number.POSITIVE_INFINITY
const MAX_MESSAGES = 65_536
const MAX_BLOCK = 32 << 20

export type Hdf5File = {
  readonly source: ByteSource
  readonly offsetBytes: number
  readonly lengthBytes: number
  readonly rootHeader: number
  /** Where the file says that it ends. */
  readonly end: number
}

export type Hdf5Message = { readonly type: number; readonly flags: number; readonly body: Buffer }

export const readExactly = (source: ByteSource, at: number, length: number): Buffer => {
  if (!(at >= 0) || length > MAX_BLOCK) throw new MalformedError('hdf5: a place or size is out of range')
  const bytes = source.read(at, length)
  if (bytes.length < length) throw new MalformedError('hdf5: the file ends in the middle')
  return Buffer.from(bytes)
}

/** Little-endian integers of the file's own widths; all bits set is "undefined". */
export const readSized = (bytes: Buffer, at: number, size: number): number => {
  if (at + size > bytes.length) throw new MalformedError('hdf5: a message is cut off')
  const low = bytes.readUIntLE(at, Math.min(size, 4))
  if (size <= 4) return size === 4 && low === 0xffff_ffff ? UNDEFINED : low
  const high = bytes.readUInt32LE(at + 4)
  if (low === 0xffff_ffff && high === 0xffff_ffff) return UNDEFINED
  const value = high * 2 ** 32 + low
  if (!Number.isSafeInteger(value)) throw new MalformedError('hdf5: a number is beyond any file')
  return value
}

export const openHdf5 = (source: ByteSource): Hdf5File => {
  const head = readExactly(source, 0, Math.min(96, source.size))
  const version = head[8] ?? 255
  if (version > 3) throw new MalformedError(`hdf5: superblock version ${version} does not exist`)
  const old = version < 2
  const offsetBytes = head[old ? 13 : 9] ?? 0
  const lengthBytes = head[old ? 14 : 10] ?? 0
  if (![4, 8].includes(offsetBytes) || ![4, 8].includes(lengthBytes))
    throw new MalformedError('hdf5: unusual widths of addresses')
  const first = old ? (version === 1 ? 28 : 24) : 12
  const base = readSized(head, first, offsetBytes)
  const end = readSized(head, first + 2 * offsetBytes, offsetBytes)
  const rootHeader = old
    ? readSized(head, first + 4 * offsetBytes + offsetBytes, offsetBytes)
    : readSized(head, first + 3 * offsetBytes, offsetBytes)
  if (base !== 0) throw new MalformedError('hdf5: a base address is not read')
  return { source, offsetBytes, lengthBytes, rootHeader, end }
}

type Chunk = { readonly at: number; readonly length: number }

const readVersion1 = (file: Hdf5File, address: number): Hdf5Message[] => {
  const prefix = readExactly(file.source, address, 16)
  const total = prefix.readUInt16LE(2)
  const messages: Hdf5Message[] = []
  const chunks: Chunk[] = [{ at: address + 16, length: prefix.readUInt32LE(8) }]
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
    const bytes = readExactly(file.source, chunk.at, chunk.length)
    for (let at = 0; at + 8 <= bytes.length && messages.length < total; ) {
      const size = bytes.readUInt16LE(at + 2)
      const body = bytes.subarray(at + 8, at + 8 + size)
      if (body.length < size) throw new MalformedError('hdf5: a message is cut off')
      push(file, messages, chunks, { type: bytes.readUInt16LE(at), flags: bytes[at + 4] ?? 0, body }, false)
      at += 8 + size
    }
  }
  return messages
}

const push = (
  file: Hdf5File,
  messages: Hdf5Message[],
  chunks: Chunk[],
  message: Hdf5Message,
  signed: boolean,
): void => {
  if (messages.length >= MAX_MESSAGES || chunks.length > 1000)
    throw new MalformedError('hdf5: too many messages')
  messages.push(message)
  if (message.type !== 0x10) return
  const at = readSized(message.body, 0, file.offsetBytes)
  const length = readSized(message.body, file.offsetBytes, file.lengthBytes)
  chunks.push(signed ? { at: at + 4, length: length - 8 } : { at, length })
}

const readVersion2 = (file: Hdf5File, address: number): Hdf5Message[] => {
  const prefix = readExactly(file.source, address, Math.min(40, file.source.size - address))
  const flags = prefix[5] ?? 0
  let at = 6 + ((flags & 0x20) !== 0 ? 16 : 0) + ((flags & 0x10) !== 0 ? 4 : 0)
  const sizeBytes = 1 << (flags & 3)
  const length = readSized(prefix, at, sizeBytes)
  at += sizeBytes
  const messages: Hdf5Message[] = []
  const chunks: Chunk[] = [{ at: address + at, length }]
  const headerBytes = (flags & 0x04) !== 0 ? 6 : 4
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
    const bytes = readExactly(file.source, chunk.at, chunk.length)
    for (let offset = 0; offset + headerBytes <= bytes.length; ) {
      const size = bytes.readUInt16LE(offset + 1)
      const body = bytes.subarray(offset + headerBytes, offset + headerBytes + size)
      if (body.length < size) throw new MalformedError('hdf5: a message is cut off')
      push(file, messages, chunks, { type: bytes[offset] ?? 0, flags: bytes[offset + 3] ?? 0, body }, true)
      offset += headerBytes + size
    }
  }
  return messages
}

export const readObjectHeader = (file: Hdf5File, address: number): readonly Hdf5Message[] => {
  const head = readExactly(file.source, address, 4)
  if (head.toString('latin1') === 'OHDR') return readVersion2(file, address)
  if (head[0] === 1) return readVersion1(file, address)
  throw new MalformedError('hdf5: an object header does not start where it must')
}

/** Object number `index` of a global heap collection: where variable-length values are kept. */
export const readHeapObject = (file: Hdf5File, collection: number, index: number): Buffer => {
  const head = readExactly(file.source, collection, 8 + file.lengthBytes)
  if (head.toString('latin1', 0, 4) !== 'GCOL')
    throw new MalformedError('hdf5: a heap does not start where it must')
  const size = readSized(head, 8, file.lengthBytes)
  const stride = 8 + file.lengthBytes
  for (let at = stride; at + stride <= size; ) {
    const entry = readExactly(file.source, collection + at, stride)
    const length = readSized(entry, 8, file.lengthBytes)
    const id = entry.readUInt16LE(0)
    if (id === 0) break
    if (id === index) return readExactly(file.source, collection + at + stride, length)
    at += stride + Math.ceil(length / 8) * 8
  }
  throw new MalformedError('hdf5: a value is not in its heap')
}

export type Hdf5Link = {
  readonly name: string
  readonly target: number
  readonly kind: 'hard' | 'soft' | 'external' | 'other'
}

const zeroTerminated = (bytes: Buffer, at: number): string => {
  const end = bytes.indexOf(0, at)
  return bytes.toString('utf8', at, end < 0 ? bytes.length : end)
}

/** Old groups: a B-tree of symbol nodes, names in a local heap. */
export const readSymbolTable = (file: Hdf5File, body: Buffer, limit: number): Hdf5Link[] => {
  const tree = readSized(body, 0, file.offsetBytes)
  const heap = readSized(body, file.offsetBytes, file.offsetBytes)
  const heapHead = readExactly(file.source, heap, 8 + 2 * file.lengthBytes + file.offsetBytes)
  if (heapHead.toString('latin1', 0, 4) !== 'HEAP')
    throw new MalformedError('hdf5: a name heap does not start where it must')
  const names = readExactly(
    file.source,
    readSized(heapHead, 8 + 2 * file.lengthBytes, file.offsetBytes),
    readSized(heapHead, 8, file.lengthBytes),
  )
  const links: Hdf5Link[] = []
  const nodes = [tree]
  const seen = new Set<number>()
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if (seen.has(node) || seen.size > limit)
      throw new MalformedError('hdf5: a group is circular or too large')
    seen.add(node)
    const kind = readExactly(file.source, node, 4).toString('latin1')
    if (kind === 'SNOD') readSymbols(file, node, names, links)
    else if (kind === 'TREE') nodes.push(...readTreeChildren(file, node))
    else throw new MalformedError('hdf5: a group node does not start where it must')
    if (links.length > limit) throw new MalformedError('hdf5: a group is too large')
  }
  return links
}

const readTreeChildren = (file: Hdf5File, node: number): number[] => {
  const head = readExactly(file.source, node, 8 + 2 * file.offsetBytes)
  if (head[4] !== 0) throw new MalformedError('hdf5: a group node is of another kind')
  const count = head.readUInt16LE(6)
  const stride = file.lengthBytes + file.offsetBytes
  const keys = readExactly(file.source, node + 8 + 2 * file.offsetBytes, count * stride + file.lengthBytes)
  return Array.from({ length: count }, (_, index) =>
    readSized(keys, index * stride + file.lengthBytes, file.offsetBytes),
  )
}

const readSymbols = (file: Hdf5File, node: number, names: Buffer, links: Hdf5Link[]): void => {
  const count = readExactly(file.source, node, 8).readUInt16LE(6)
  const stride = 2 * file.offsetBytes + 24
  const entries = readExactly(file.source, node + 8, count * stride)
  for (let index = 0; index < count; index += 1) {
    const at = index * stride
    const name = zeroTerminated(names, readSized(entries, at, file.offsetBytes))
    const target = readSized(entries, at + file.offsetBytes, file.offsetBytes)
    const cache = entries.readUInt32LE(at + 2 * file.offsetBytes)
    links.push({ name, target, kind: cache === 2 ? 'soft' : 'hard' })
  }
}

/** A link message of new groups. */
export const readLinkMessage = (file: Hdf5File, body: Buffer): Hdf5Link => {
  const flags = body[1] ?? 0
  let at = 2
  const type = (flags & 0x08) !== 0 ? (body[at++] ?? 255) : 0
  if ((flags & 0x04) !== 0) at += 8
  if ((flags & 0x10) !== 0) at += 1
  const sizeBytes = 1 << (flags & 3)
  const length = readSized(body, at, sizeBytes)
  at += sizeBytes
  const name = body.toString('utf8', at, at + length)
  const kind = type === 0 ? 'hard' : type === 1 ? 'soft' : type === 64 ? 'external' : 'other'
  return { name, kind, target: kind === 'hard' ? readSized(body, at + length, file.offsetBytes) : UNDEFINED }
}
