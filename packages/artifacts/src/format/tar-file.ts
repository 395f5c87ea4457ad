/** tar (POSIX ustar, GNU and pax): members are scanned, links and special files told, names may not lead outside. */
import { type ByteSource, sliceSource } from '../byte-source.ts'
import { ByteCursor, MalformedError, streamOf } from '../byte-stream.ts'
import { type Content, sourceContent } from '../content.ts'
import { storageElementBytes } from '../pickle/array-data.ts'
import { TupleValue } from '../pickle/value.ts'
import type { Reader, ScanTask } from '../reader.ts'
import { quoted } from '../scan-context.ts'
import { readPickle, scanPickles } from './pickle-file.ts'

const BLOCK = 512
const MAX_PAX = 1 << 20

type TarMember = { readonly name: string; readonly content: Content }

const octal = (header: Buffer, at: number, length: number): number => {
  if (((header[at] ?? 0) & 0x80) !== 0) {
    let value = (header[at] ?? 0) & 0x7f
    for (let index = 1; index < length; index += 1) value = value * 256 + (header[at + index] ?? 0)
    return value
  }
  const text = header
    .toString('latin1', at, at + length)
    .replaceAll('\0', ' ')
    .trim()
  if (!/^[0-7]*$/.test(text)) throw new MalformedError('tar: a number is not octal')
  return text === '' ? 0 : Number.parseInt(text, 8)
}

const text = (header: Buffer, at: number, length: number): string => {
  const raw = header.subarray(at, at + length)
  const end = raw.indexOf(0)
  return raw.toString('utf8', 0, end < 0 ? length : end)
}

const checksumFits = (header: Buffer): boolean => {
  let sum = 256
  for (let index = 0; index < BLOCK; index += 1) if (index < 148 || index >= 156) sum += header[index] ?? 0
  return octal(header, 148, 8) === sum
}

const paxRecords = (bytes: Buffer): ReadonlyMap<string, string> => {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at)
    const length = Number(bytes.toString('latin1', at, space))
    if (space < 0 || !Number.isInteger(length) || length <= 0)
      throw new MalformedError('tar: a pax record is malformed')
    const record = bytes.toString('utf8', space + 1, at + length - 1)
    const equals = record.indexOf('=')
    records.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return records
}

const isUnsafe = (name: string): boolean =>
  /^[\\/]|^[A-Za-z]:/.test(name) || name.split(/[\\/]/).includes('..')

/** Reads headers to the two empty blocks; what is wrong is reported and ends the walk. */
const readMembers = (task: ScanTask, source: ByteSource): TarMember[] => {
  const { context } = task
  const members: TarMember[] = []
  let longName: string | undefined
  let pax: ReadonlyMap<string, string> = new Map()
  let at = 0
  for (; at + BLOCK <= source.size; ) {
    const header = Buffer.from(source.read(at, BLOCK))
    if (header.every((byte) => byte === 0)) break
    if (!checksumFits(header)) throw new MalformedError(`tar: the header at ${at} has a wrong checksum`)
    const size = pax.has('size') ? Number(pax.get('size')) : octal(header, 124, 12)
    if (!Number.isSafeInteger(size) || at + BLOCK + size > source.size)
      throw new MalformedError('tar: a member is cut off')
    const data = sliceSource(source, at + BLOCK, size)
    const type = String.fromCharCode(header[156] ?? 0)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    if (type === 'L' || type === 'x' || type === 'g' || type === 'K') {
      if (size > MAX_PAX) throw new MalformedError('tar: an extended header is too large')
      const bytes = Buffer.from(data.read(0, size))
      if (type === 'L') longName = text(bytes, 0, bytes.length)
      else if (type === 'x') pax = paxRecords(bytes)
      else if (type === 'g' && (paxRecords(bytes).has('path') || paxRecords(bytes).has('size')))
        context.report('archive-mismatch', 'a global header renames or resizes members')
      continue
    }
    const magic = header.toString('latin1', 257, 262) === 'ustar'
    const prefix = magic && header.toString('latin1', 257, 263) === 'ustar\0' ? text(header, 345, 155) : ''
    const short = text(header, 0, 100)
    const name = pax.get('path') ?? longName ?? (prefix === '' ? short : `${prefix}/${short}`)
    longName = undefined
    pax = new Map()
    if (isUnsafe(name)) context.report('archive-traversal', `a member is called ${quoted(name)}`)
    if (type === '0' || type === '\0' || type === '7') members.push({ name, content: sourceContent(data) })
    else if (type !== '5') judgeSpecial(task, name, type, text(header, 157, 100))
  }
  judgeEnd(task, source, at)
  return members
}

const judgeSpecial = ({ context }: ScanTask, name: string, type: string, target: string): void => {
  if ((type === '1' || type === '2') && isUnsafe(target))
    context.report('archive-traversal', `${quoted(name)} links to ${quoted(target)}`)
  else context.report('archive-special-file', `${quoted(name)} is of type ${quoted(type)}`)
}

const judgeEnd = ({ context }: ScanTask, source: ByteSource, at: number): void => {
  const cursor = new ByteCursor(streamOf(source, at), at)
  while (cursor.need(1)) {
    for (let index = cursor.position; index < cursor.limit; index += 1)
      if (cursor.buffer[index] !== 0) {
        context.report('trailing-data', 'bytes follow the end of the archive', `offset ${at}`)
        return
      }
    cursor.position = cursor.limit
    context.budget.checkTime()
  }
}

/** PyTorch before 0.1.10: `storages` and `tensors` mix small pickles with raw data; `pickle` is the object. */
const scanTorchTar = (task: ScanTask, members: readonly TarMember[]): void => {
  task.context.setFormat('pytorch-tar')
  for (const { name, content } of members) {
    const base = name.split('/').at(-1) ?? name
    const child = task.context.member(name)
    child.setFormat('pickle')
    const cursor = new ByteCursor(content.open())
    if (base === 'storages') scanStorages(child, cursor)
    else if (base === 'tensors') scanTensors(child, cursor)
    else if (base === 'pickle' || base === 'sys_info')
      scanPickles(child, content.open(), { persistentIds: 'torch' })
    else task.scanMember(name, content)
  }
}

type Child = ScanTask['context']

/** A count, then for each: a pickle (key, location, type), the number of elements, the elements. */
const scanStorages = (context: Child, cursor: ByteCursor): void => {
  const count = readPickle(context, cursor)?.result
  if (typeof count !== 'number') return
  for (let index = 0; index < count; index += 1) {
    const described = readPickle(context, cursor)?.result
    if (described === undefined) return
    const each = storageElementBytes(described instanceof TupleValue ? described.items[2] : undefined)
    if (each === undefined) throw new MalformedError('tar: a storage has an unknown type')
    cursor.skip(Number(cursor.take(8).readBigInt64LE(0)) * each)
  }
  readViews(context, cursor)
}

const readViews = (context: Child, cursor: ByteCursor): void => {
  if (cursor.atEnd()) return
  if (readPickle(context, cursor) !== undefined && !cursor.atEnd())
    context.report('trailing-data', 'bytes follow the storages', `offset ${cursor.offset}`)
}

/** A count, then for each: a pickle (key, storage, type), dimensions, padding, sizes, strides, offset. */
const scanTensors = (context: Child, cursor: ByteCursor): void => {
  const count = readPickle(context, cursor)?.result
  if (typeof count !== 'number') return
  for (let index = 0; index < count; index += 1) {
    if (readPickle(context, cursor) === undefined) return
    const dimensions = cursor.take(4).readInt32LE(0)
    if (dimensions < 0 || dimensions > 64) throw new MalformedError('tar: a tensor has too many dimensions')
    cursor.skip(4 + 16 * dimensions + 8)
  }
  if (!cursor.atEnd()) context.report('trailing-data', 'bytes follow the tensors', `offset ${cursor.offset}`)
}

export const scanTar: Reader = (task) => {
  task.context.setFormat('tar')
  try {
    const members = readMembers(task, task.content.source())
    const names = new Set(members.map(({ name }) => name.split('/').at(-1)))
    if (names.has('pickle') && names.has('storages')) scanTorchTar(task, members)
    else for (const { name, content } of members) task.scanMember(name, content)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    task.context.report('archive-damaged', error.message)
  }
}
