/** LZ4 frames as joblib writes them: blocks with up to 64 KiB of history. Checksums are passed over, lengths are not. */
import { type ByteCursor, type ByteStream, MalformedError } from '../byte-stream.ts'

const HISTORY = 1 << 16
const MAX_BLOCK = 4 << 20
const MAGIC = 0x184d2204

export class Lz4 implements ByteStream {
  readonly #in: ByteCursor
  #out = Buffer.alloc(0)
  #filled = 0
  #blockChecksum = false
  #contentChecksum = false
  #done = false

  constructor(input: ByteCursor) {
    this.#in = input
    this.#header()
  }

  #header(): void {
    const header = this.#in.take(7)
    const [flags = 0, descriptor = 0] = header.subarray(4)
    if (header.readUInt32LE(0) !== MAGIC || flags >> 6 !== 1) throw new MalformedError('lz4: no frame header')
    if ((flags & 0x01) !== 0) throw new MalformedError('lz4: dictionaries are not read')
    const blockBytes = 1 << (8 + 2 * ((descriptor >> 4) & 7))
    if (blockBytes > MAX_BLOCK || blockBytes < 1 << 16)
      throw new MalformedError('lz4: a block size is out of range')
    this.#blockChecksum = (flags & 0x10) !== 0
    this.#contentChecksum = (flags & 0x04) !== 0
    // Bytes 4, 5 are flags, byte 6 the header checksum, unless the content size stands between.
    if ((flags & 0x08) !== 0) this.#in.skip(8)
    this.#out = Buffer.allocUnsafe(HISTORY + blockBytes)
    this.#filled = 0
  }

  next(): Buffer | undefined {
    while (!this.#done) {
      const size = this.#in.take(4).readUInt32LE(0)
      if (size === 0) {
        this.#end()
        continue
      }
      const start = this.#keepHistory()
      this.#block(size)
      if (this.#blockChecksum) this.#in.skip(4)
      if (this.#filled > start) return this.#out.subarray(start, this.#filled)
    }
    return undefined
  }

  #end(): void {
    if (this.#contentChecksum) this.#in.skip(4)
    if (this.#in.need(4) && this.#in.buffer.readUInt32LE(this.#in.position) === MAGIC) this.#header()
    else this.#done = true
  }

  #keepHistory(): number {
    if (this.#filled > HISTORY) {
      this.#out.copyWithin(0, this.#filled - HISTORY, this.#filled)
      this.#filled = HISTORY
    }
    return this.#filled
  }

  #block(size: number): void {
    const length = size & 0x7fff_ffff
    if (length > MAX_BLOCK) throw new MalformedError('lz4: a block is too large')
    const block = this.#in.take(length)
    if (size >>> 31 === 1) {
      if (this.#filled + length > this.#out.length) throw new MalformedError('lz4: a block overflows')
      block.copy(this.#out, this.#filled)
      this.#filled += length
    } else this.#expand(block)
  }

  #expand(block: Buffer): void {
    let at = 0
    const byte = (): number => {
      const value = block[at++]
      if (value === undefined) throw new MalformedError('lz4: a block ends in the middle')
      return value
    }
    const extended = (start: number): number => {
      let total = start
      if (start !== 15) return total
      for (let more = 255; more === 255; ) {
        more = byte()
        total += more
      }
      return total
    }
    while (at < block.length) {
      const token = byte()
      const literals = extended(token >> 4)
      if (at + literals > block.length) throw new MalformedError('lz4: literals end in the middle')
      this.#append(block, at, literals)
      at += literals
      if (at >= block.length) return
      const distance = byte() | (byte() << 8)
      this.#repeat(distance, extended(token & 15) + 4)
    }
  }

  #append(block: Buffer, at: number, length: number): void {
    if (this.#filled + length > this.#out.length) throw new MalformedError('lz4: a block overflows')
    block.copy(this.#out, this.#filled, at, at + length)
    this.#filled += length
  }

  #repeat(distance: number, length: number): void {
    const out = this.#out
    let from = this.#filled - distance
    if (distance === 0 || from < 0 || this.#filled + length > out.length)
      throw new MalformedError('lz4: a match is out of range')
    for (const end = this.#filled + length; this.#filled < end; ) out[this.#filled++] = out[from++] as number
  }
}
