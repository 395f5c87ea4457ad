/** .lzma ("alone") and .xz (The .xz File Format 1.2.1, LZMA2 filter only) as pull streams. */
import { type ByteCursor, type ByteStream, MalformedError } from '../byte-stream.ts'
import { LzmaDecoder } from './lzma-decoder.ts'

const OUT = 1 << 16

export const lzmaAlone = (input: ByteCursor): ByteStream => {
  const header = Buffer.from(input.take(13))
  const decoder = new LzmaDecoder(input, header.readUInt32LE(1))
  decoder.setProperties(header[0] ?? 255)
  const stated = header.readBigUInt64LE(5)
  let left = stated === 0xffff_ffff_ffff_ffffn ? Number.POSITIVE_INFINITY : Number(stated)
  decoder.range.start()
  const out = Buffer.allocUnsafe(OUT)
  return {
    next: () => {
      if (left === 0 || decoder.ended) return undefined
      const count = decoder.decode(out.subarray(0, Math.min(OUT, left)))
      left -= count
      if (decoder.ended && Number.isFinite(left) && left > 0)
        throw new MalformedError('lzma: the data ends too early')
      return count === 0 ? undefined : out.subarray(0, count)
    },
  }
}

const XZ_MAGIC = Buffer.from('fd377a585a00', 'hex')
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]

/** LZMA2 chunks of one block after another; `next` gives undefined behind the last stream. */
class XzStream implements ByteStream {
  readonly #in: ByteCursor
  readonly #out = Buffer.allocUnsafe(OUT)
  #decoder: LzmaDecoder | undefined
  #checkBytes = 0
  #blockStart = 0
  #left = 0
  #compressed = false
  #needsDictionary = true
  #needsProperties = true
  #done = false

  constructor(input: ByteCursor) {
    this.#in = input
    this.#streamHeader()
  }

  #streamHeader(): void {
    const header = this.#in.take(12)
    if (!XZ_MAGIC.equals(header.subarray(0, 6)) || header[6] !== 0)
      throw new MalformedError('xz: no stream header')
    this.#checkBytes = CHECK_BYTES[header[7] ?? 255] ?? -1
    if (this.#checkBytes < 0) throw new MalformedError('xz: an unknown checksum')
  }

  next(): Buffer | undefined {
    while (!this.#done) {
      if (this.#left > 0) return this.#part()
      if (this.#decoder === undefined) this.#blockHeader()
      else this.#chunkHeader(this.#decoder)
    }
    return undefined
  }

  #part(): Buffer {
    const count = Math.min(OUT, this.#left)
    const decoder = this.#decoder as LzmaDecoder
    if (this.#compressed) {
      if (decoder.decode(this.#out.subarray(0, count)) < count)
        throw new MalformedError('xz: a chunk ends too early')
    } else {
      this.#in.take(count).copy(this.#out)
      decoder.copy(this.#out.subarray(0, count))
    }
    this.#left -= count
    if (this.#left === 0 && this.#compressed && (decoder.midMatch || !decoder.range.finished))
      throw new MalformedError('xz: a chunk does not end where it says')
    return this.#out.subarray(0, count)
  }

  #blockHeader(): void {
    this.#blockStart = this.#in.offset
    const size = this.#in.take(1)[0] as number
    if (size === 0) {
      this.#index()
      return
    }
    const header = Buffer.from(this.#in.take(size * 4 + 3))
    let at = 1
    const flags = header[0] as number
    const variable = (): number => {
      let value = 0
      for (let shift = 1; ; shift *= 128) {
        const byte = header[at++] ?? 0
        value += (byte & 127) * shift
        if (byte < 128) return value
        if (shift > 2 ** 49) throw new MalformedError('xz: a number is too long')
      }
    }
    if ((flags & 0x3f) !== 0) throw new MalformedError('xz: more than one filter is not read')
    if ((flags & 0x40) !== 0) variable()
    if ((flags & 0x80) !== 0) variable()
    if (variable() !== 0x21 || variable() !== 1)
      throw new MalformedError('xz: a filter other than LZMA2 is not read')
    const bits = header[at] ?? 255
    if (bits > 40) throw new MalformedError('xz: a dictionary size is out of range')
    this.#decoder = new LzmaDecoder(this.#in, (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11))
    this.#needsDictionary = true
    this.#needsProperties = true
  }

  #chunkHeader(decoder: LzmaDecoder): void {
    const control = this.#in.take(1)[0] as number
    if (control === 0) {
      this.#endBlock()
      return
    }
    if (control >= 0xe0 || control === 1) {
      this.#needsDictionary = false
      decoder.resetDictionary()
    } else if (this.#needsDictionary)
      throw new MalformedError('xz: the first chunk does not reset the dictionary')
    if (control < 0x80) {
      if (control > 2) throw new MalformedError('xz: an unknown chunk')
      this.#compressed = false
      this.#left = this.#in.take(2).readUInt16BE(0) + 1
      return
    }
    const sizes = this.#in.take(4)
    this.#left = (control & 0x1f) * 65536 + sizes.readUInt16BE(0) + 1
    this.#compressed = true
    if (control >= 0xc0) {
      this.#needsProperties = false
      decoder.setProperties(this.#in.take(1)[0] as number)
    } else if (this.#needsProperties) throw new MalformedError('xz: the first chunk has no properties')
    else if (control >= 0xa0) decoder.resetState()
    decoder.range.start()
  }

  #endBlock(): void {
    const used = this.#in.offset - this.#blockStart
    this.#in.skip(((4 - (used % 4)) % 4) + this.#checkBytes)
    this.#decoder = undefined
  }

  /** The index and footer repeat sizes; they are passed over. Further streams and zero padding may follow. */
  #index(): void {
    const start = this.#in.offset - 1
    const number = (): number => {
      let value = 0
      for (let shift = 1; ; shift *= 128) {
        const byte = this.#in.take(1)[0] as number
        value += (byte & 127) * shift
        if (byte < 128) return value
        if (shift > 2 ** 49) throw new MalformedError('xz: a number is too long')
      }
    }
    const records = number()
    for (let index = 0; index < records * 2; index += 1) number()
    this.#in.skip(((4 - ((this.#in.offset - start) % 4)) % 4) + 4)
    if (this.#in.take(12).toString('latin1', 10) !== 'YZ') throw new MalformedError('xz: no stream footer')
    while (this.#in.need(4) && this.#in.buffer.readUInt32LE(this.#in.position) === 0) this.#in.skip(4)
    if (this.#in.need(6) && this.#in.buffer[this.#in.position] === 0xfd) this.#streamHeader()
    else this.#done = true
  }
}

export const xzStream = (input: ByteCursor): ByteStream => new XzStream(input)
