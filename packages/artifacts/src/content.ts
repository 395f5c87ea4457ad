/** The bytes of one file or member, readable from the start any number of times, and at random through a bounded spool. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ByteSource, descriptorSource, memorySource } from './byte-source.ts'
import { type ByteStream, streamOf } from './byte-stream.ts'
import { type Budget, LimitError } from './scan-context.ts'

export interface Content {
  /** Undefined where only decompressing tells. */
  readonly size: number | undefined
  open(): ByteStream
  source(): ByteSource
}

const SPOOL_IN_MEMORY = 16 << 20
/** Disk that one member may take while it is read at random. */
const SPOOL_ON_DISK = 8 * 2 ** 30
/** Expansion beyond both is what bombs do and weights do not. */
const BOMB_BYTES = 512 << 20
const BOMB_RATIO = 200

export const sourceContent = (source: ByteSource): Content => ({
  size: source.size,
  open: () => streamOf(source),
  source: () => source,
})

/** Counts what comes out of a decompressor against the budget, and stops bombs. */
export const guarded = (stream: ByteStream, compressedBytes: number, budget: Budget): ByteStream => {
  let total = 0
  return {
    next: () => {
      const chunk = stream.next()
      if (chunk === undefined) return undefined
      total += chunk.length
      budget.expand(chunk.length)
      if (total > BOMB_BYTES && total > compressedBytes * BOMB_RATIO)
        throw new LimitError('archive-bomb', `${compressedBytes} bytes expand to more than ${total}`)
      return chunk
    },
  }
}

const spoolToFile = (parts: readonly Buffer[], rest: ByteStream): ByteSource => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-scan-'))
  const path = join(folder, 'spool')
  const fd = openSync(path, 'wx+', 0o600)
  // Unlinked while open: nothing is left behind even when this process is killed.
  rmSync(folder, { recursive: true, force: true })
  try {
    let size = 0
    const write = (part: Buffer): void => {
      for (let done = 0; done < part.length; ) done += writeSync(fd, part, done, part.length - done)
      size += part.length
      if (size > SPOOL_ON_DISK)
        throw new LimitError('scan-limit', `a member has more than ${SPOOL_ON_DISK} bytes`)
    }
    for (const part of parts) write(part)
    for (let chunk = rest.next(); chunk !== undefined; chunk = rest.next()) write(chunk)
    const source = descriptorSource(fd, size)
    spools.register(source, fd)
    return source
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Descriptors of spools close when nothing reads them any more. */
const spools = new FinalizationRegistry<number>((fd) => closeSync(fd))

/** All of a stream with random access: in memory while small, else in an unlinked temporary file. */
export const spool = (stream: ByteStream): ByteSource => {
  const parts: Buffer[] = []
  let held = 0
  for (let chunk = stream.next(); chunk !== undefined; chunk = stream.next()) {
    parts.push(Buffer.from(chunk))
    held += chunk.length
    if (held > SPOOL_IN_MEMORY) return spoolToFile(parts, stream)
  }
  return memorySource(Buffer.concat(parts))
}

export const streamContent = (open: () => ByteStream, size?: number): Content => {
  let spooled: ByteSource | undefined
  return {
    size,
    open: () => (spooled === undefined ? open() : streamOf(spooled)),
    source: () => {
      spooled ??= spool(open())
      return spooled
    },
  }
}

/** A copy of the first bytes; never more memory than there is content. */
export const headOf = (content: Content, bytes: number): Buffer => {
  const stream = content.open()
  const parts: Buffer[] = []
  let have = 0
  while (have < bytes) {
    const chunk = stream.next()
    if (chunk === undefined) break
    parts.push(Buffer.from(chunk.subarray(0, bytes - have)))
    have += Math.min(chunk.length, bytes - have)
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
}

/** Reads to the end, so that checksums behind the data are compared. */
export const drain = (stream: ByteStream): void => {
  while (stream.next() !== undefined);
}
