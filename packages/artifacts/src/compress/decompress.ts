/** Compressed streams by format, with the wrappers of zlib (RFC 1950) and gzip (RFC 1952). */
import { crc32 } from 'node:zlib'
import { type ByteCursor, type ByteStream, MalformedError } from '../byte-stream.ts'
import { Bunzip } from './bunzip.ts'
import { Inflate } from './inflate.ts'
import { Lz4 } from './lz4.ts'
import { lzmaAlone, xzStream } from './lzma-stream.ts'

export type Compression = 'gzip' | 'zlib' | 'bzip2' | 'xz' | 'lzma' | 'lz4'

const zlibStream = (input: ByteCursor): ByteStream => {
  input.skip(2)
  const inflate = new Inflate(input)
  let low = 1
  let high = 0
  let ended = false
  return {
    next: () => {
      if (ended) return undefined
      const chunk = inflate.next()
      if (chunk !== undefined) {
        for (let start = 0; start < chunk.length; start += 3800) {
          const end = Math.min(chunk.length, start + 3800)
          for (let at = start; at < end; at += 1) {
            low += chunk[at] as number
            high += low
          }
          low %= 65521
          high %= 65521
        }
        return chunk
      }
      ended = true
      if (input.take(4).readUInt32BE(0) !== high * 65536 + low)
        throw new MalformedError('zlib: the checksum is wrong')
      return undefined
    },
  }
}

const zeroTerminated = (input: ByteCursor): void => {
  for (let count = 0; input.take(1)[0] !== 0; count += 1)
    if (count > 1 << 16) throw new MalformedError('gzip: a name is too long')
}

const gzipHeader = (input: ByteCursor): void => {
  const header = input.take(10)
  const flags = header[3] ?? 0
  if (header[0] !== 0x1f || header[1] !== 0x8b || header[2] !== 8 || (flags & 0xe0) !== 0)
    throw new MalformedError('gzip: no header')
  if ((flags & 4) !== 0) input.skip(input.take(2).readUInt16LE(0))
  if ((flags & 8) !== 0) zeroTerminated(input)
  if ((flags & 16) !== 0) zeroTerminated(input)
  if ((flags & 2) !== 0) input.skip(2)
}

const gzipStream = (input: ByteCursor): ByteStream => {
  gzipHeader(input)
  let inflate: Inflate | undefined = new Inflate(input)
  let sum = 0
  return {
    next: () => {
      while (inflate !== undefined) {
        const chunk = inflate.next()
        if (chunk !== undefined) {
          sum = crc32(chunk, sum)
          return chunk
        }
        if (input.take(8).readUInt32LE(0) !== sum) throw new MalformedError('gzip: the checksum is wrong')
        sum = 0
        // Readers join the members of a file.
        const more =
          input.need(2) && input.buffer[input.position] === 0x1f && input.buffer[input.position + 1] === 0x8b
        if (more) gzipHeader(input)
        inflate = more ? new Inflate(input) : undefined
      }
      return undefined
    },
  }
}

/** Opens a stream of decompressed bytes; throws MalformedError on damage, here or while it is read. */
export const decompress = (kind: Compression, input: ByteCursor): ByteStream => {
  switch (kind) {
    case 'gzip':
      return gzipStream(input)
    case 'zlib':
      return zlibStream(input)
    case 'bzip2':
      return new Bunzip(input)
    case 'xz':
      return xzStream(input)
    case 'lzma':
      return lzmaAlone(input)
    case 'lz4':
      return new Lz4(input)
  }
}
