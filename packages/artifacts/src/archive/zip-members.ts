/** Members of a ZIP: local headers compared with the directory, contents opened with size and checksum tests. */
import { crc32 } from 'node:zlib'
import { type ByteSource, sliceSource } from '../byte-source.ts'
import { ByteCursor, type ByteStream, MalformedError, streamOf } from '../byte-stream.ts'
import { Bunzip } from '../compress/bunzip.ts'
import { Inflate } from '../compress/inflate.ts'
import { LzmaDecoder } from '../compress/lzma-decoder.ts'
import { type Content, guarded, sourceContent, streamContent } from '../content.ts'
import { quoted, type ScanContext } from '../scan-context.ts'
import { readExtra, type ZipDirectory, type ZipEntry } from './zip-directory.ts'

const LOCAL = 0x04034b50
const ENCRYPTED = 0x2041
const DESCRIPTOR = 0x08
const SYMLINK = 0o120000

/** `content` is undefined for a member that cannot be read; why is reported. */
export type ZipMember = {
  readonly entry: ZipEntry
  readonly content: Content | undefined
  readonly dataStart: number
}

const isUnsafeName = (name: string): boolean =>
  /^[\\/]|^[A-Za-z]:|\0/.test(name) || name.split(/[\\/]/).includes('..')

type Local = { readonly dataStart: number; readonly problems: readonly string[] }

/** Every field that a streaming reader would believe instead of the directory. */
const readLocal = (source: ByteSource, entry: ZipEntry): Local => {
  const header = Buffer.from(source.read(entry.start, 30))
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL)
    throw new MalformedError(`zip: ${quoted(entry.name)} has no local header`)
  const nameBytes = header.readUInt16LE(26)
  const extraBytes = header.readUInt16LE(28)
  const variable = Buffer.from(source.read(entry.start + 30, nameBytes + extraBytes))
  const problems: string[] = []
  const differ = (what: string): void =>
    void problems.push(`${quoted(entry.name)}: the ${what} differs in the two indexes`)
  if (!entry.rawName.equals(variable.subarray(0, nameBytes))) differ('name')
  if (header.readUInt16LE(8) !== entry.method) differ('compression')
  if ((header.readUInt16LE(6) & 1) !== (entry.flags & 1)) differ('encryption')
  const stated = readExtra(
    variable.subarray(nameBytes),
    {
      compressedBytes: header.readUInt32LE(18),
      bytes: header.readUInt32LE(22),
      start: 0,
      hasUnicodeName: false,
    },
    true,
  )
  const later = (header.readUInt16LE(6) & DESCRIPTOR) !== 0
  const same = (local: number, central: number): boolean =>
    local === central || (later && (local === 0 || local === 0xffff_ffff))
  if (!same(stated.compressedBytes, entry.compressedBytes) || !same(stated.bytes, entry.bytes)) differ('size')
  if (stated.hasUnicodeName || entry.hasUnicodeName)
    problems.push(`${quoted(entry.name)} carries a second name`)
  return { dataStart: entry.start + 30 + nameBytes + extraBytes, problems }
}

/** ZIP's LZMA: version, size of properties, properties, data with an end marker or a known size. */
const zipLzma = (cursor: ByteCursor, bytes: number): ByteStream => {
  const header = Buffer.from(cursor.take(9))
  if (header.readUInt16LE(2) !== 5) throw new MalformedError('zip: unknown LZMA properties')
  const decoder = new LzmaDecoder(cursor, header.readUInt32LE(5))
  decoder.setProperties(header[4] ?? 255)
  decoder.range.start()
  const out = Buffer.allocUnsafe(1 << 16)
  let left = bytes
  return {
    next: () => {
      if (left === 0 || decoder.ended) return undefined
      const count = decoder.decode(out.subarray(0, Math.min(out.length, left)))
      left -= count
      return count === 0 ? undefined : out.subarray(0, count)
    },
  }
}

const openMethod = (entry: ZipEntry, data: ByteSource): ByteStream | undefined => {
  const cursor = new ByteCursor(streamOf(data))
  if (entry.method === 0) return streamOf(data)
  if (entry.method === 8) return new Inflate(cursor)
  if (entry.method === 12) return new Bunzip(cursor)
  return entry.method === 14 ? zipLzma(cursor, entry.bytes) : undefined
}

/** At the end of the data its size and checksum must be what the directory says. */
const tested = (stream: ByteStream, entry: ZipEntry, context: ScanContext): ByteStream => {
  let sum = 0
  let total = 0
  let ended = false
  return {
    next: () => {
      const chunk = stream.next()
      if (chunk !== undefined) {
        total += chunk.length
        if (total > entry.bytes) throw new MalformedError('zip: a member is longer than stated')
        sum = crc32(chunk, sum)
        return chunk
      }
      if (!ended && total !== entry.bytes)
        context.report('archive-mismatch', `${quoted(entry.name)} is shorter than stated`)
      if (!ended && sum !== entry.crc)
        context.report('archive-crc', `${quoted(entry.name)} does not have its checksum`)
      ended = true
      return undefined
    },
  }
}

const openMember = (
  context: ScanContext,
  source: ByteSource,
  entry: ZipEntry,
  dataStart: number,
): Content => {
  const data = sliceSource(source, dataStart, entry.compressedBytes)
  if (entry.method === 0) {
    const plain = sourceContent(data)
    return { ...plain, open: () => tested(plain.open(), entry, context) }
  }
  return streamContent(
    () =>
      tested(
        guarded(openMethod(entry, data) as ByteStream, entry.compressedBytes, context.budget),
        entry,
        context,
      ),
    entry.bytes,
  )
}

const judgeEntry = (context: ScanContext, entry: ZipEntry): boolean => {
  if (isUnsafeName(entry.name))
    context.report('archive-traversal', `a member is called ${quoted(entry.name)}`)
  if ((entry.mode & 0o170000) === SYMLINK)
    context.report('archive-special-file', `${quoted(entry.name)} is a link`)
  if ((entry.flags & ENCRYPTED) !== 0) {
    context.report('archive-encrypted', `${quoted(entry.name)} is encrypted`)
    return false
  }
  if (![0, 8, 12, 14].includes(entry.method)) {
    context.report('archive-unsupported', `${quoted(entry.name)} is compressed by method ${entry.method}`)
    return false
  }
  return true
}

/** Members must lie one behind the other, with nothing between that a streaming reader would take for a member. */
const judgeLayout = (
  context: ScanContext,
  source: ByteSource,
  members: readonly ZipMember[],
  directory: ZipDirectory,
): void => {
  const sorted = members.toSorted((a, b) => a.entry.start - b.entry.start)
  let end = directory.prefix
  const gap = (to: number): void => {
    if (to - end <= 3) return
    const head = Buffer.from(source.read(end, 30))
    const signature = head.length >= 4 ? head.readUInt32LE(0) : 0
    if (signature === LOCAL)
      context.report('archive-mismatch', 'a member is missing from the directory', `offset ${end}`)
    else if (to - end > 24)
      context.report('archive-damaged', `${to - end} bytes belong to no member`, `offset ${end}`)
  }
  for (const { entry, dataStart } of sorted) {
    if (entry.start < end) {
      context.report('archive-bomb', `${quoted(entry.name)} overlaps another member`, `offset ${entry.start}`)
      return
    }
    gap(entry.start)
    end = dataStart + entry.compressedBytes
  }
  if (end > directory.start) context.report('archive-damaged', 'members reach into the directory')
  else gap(directory.start)
}

/** Opens all members that can be read; what is wrong with the archive itself is reported. */
export const openZipMembers = (
  context: ScanContext,
  source: ByteSource,
  directory: ZipDirectory,
): readonly ZipMember[] => {
  const names = new Set<string>()
  const members: ZipMember[] = []
  for (const entry of directory.entries) {
    if (names.has(entry.name))
      context.report('archive-duplicate', `two members are called ${quoted(entry.name)}`)
    names.add(entry.name)
    try {
      const { dataStart, problems } = readLocal(source, entry)
      for (const problem of problems) context.report('archive-mismatch', problem, `offset ${entry.start}`)
      if (dataStart + entry.compressedBytes > source.size)
        throw new MalformedError(`zip: ${quoted(entry.name)} is cut off`)
      const readable = judgeEntry(context, entry)
      members.push({
        entry,
        dataStart,
        content: readable ? openMember(context, source, entry, dataStart) : undefined,
      })
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      context.report('archive-damaged', error.message, `offset ${entry.start}`)
    }
  }
  judgeLayout(context, source, members, directory)
  return members
}

/** Without a directory: local headers one after another, as a repairing reader would find them. */
export const recoverZipMembers = (context: ScanContext, source: ByteSource): readonly ZipMember[] => {
  const members: ZipMember[] = []
  for (let at = 0; at + 30 <= source.size && members.length < context.limits.maxMembers; ) {
    const header = Buffer.from(source.read(at, 30))
    if (header.readUInt32LE(0) !== LOCAL) break
    const nameEnd = at + 30 + header.readUInt16LE(26)
    const dataStart = nameEnd + header.readUInt16LE(28)
    const rawName = Buffer.from(source.read(at + 30, nameEnd - at - 30))
    const known = header.readUInt32LE(18)
    const compressedBytes =
      known === 0 || known === 0xffff_ffff ? Math.max(0, source.size - dataStart) : known
    const entry: ZipEntry = {
      name: rawName.toString('utf8'),
      rawName,
      flags: header.readUInt16LE(6),
      method: header.readUInt16LE(8),
      crc: header.readUInt32LE(14),
      compressedBytes,
      bytes: header.readUInt32LE(22),
      start: at,
      mode: 0,
      hasUnicodeName: false,
    }
    const data = sliceSource(source, dataStart, compressedBytes)
    if (judgeEntry(context, entry))
      members.push({
        entry,
        dataStart,
        content: streamContent(() =>
          guarded(openMethod(entry, data) as ByteStream, compressedBytes, context.budget),
        ),
      })
    at = dataStart + compressedBytes
  }
  return members
}
