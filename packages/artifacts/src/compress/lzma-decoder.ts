/** LZMA (LZMA SDK, lzma.txt): one decoder for .lzma files and for the chunks of .xz. The window is at most 64 MiB. */
import { type ByteCursor, MalformedError } from '../byte-stream.ts'
import { probabilities, RangeDecoder } from './range-decoder.ts'

const MAX_WINDOW = 64 << 20
const MIN_WINDOW = 4096

class LengthDecoder {
  readonly #choice = probabilities(2)
  readonly #low = probabilities(16 << 3)
  readonly #mid = probabilities(16 << 3)
  readonly #high = probabilities(256)

  decode(range: RangeDecoder, state: number): number {
    if (range.bit(this.#choice, 0) === 0) return 2 + range.tree(this.#low, state << 3, 3)
    if (range.bit(this.#choice, 1) === 0) return 10 + range.tree(this.#mid, state << 3, 3)
    return 18 + range.tree(this.#high, 0, 8)
  }
}

export class LzmaDecoder {
  readonly range: RangeDecoder
  readonly #window: Buffer
  #position = 0
  #total = 0
  #lc = 0
  #lpMask = 0
  #pbMask = 0
  #state = 0
  readonly #reps: [number, number, number, number] = [0, 0, 0, 0]
  #literals = probabilities(0)
  #match = probabilities(192)
  #rep = probabilities(12)
  #rep0 = probabilities(12)
  #rep1 = probabilities(12)
  #rep2 = probabilities(12)
  #rep0long = probabilities(192)
  #slots = probabilities(64 * 4)
  #special = probabilities(128)
  #align = probabilities(16)
  #matchLength = new LengthDecoder()
  #repLength = new LengthDecoder()
  /** Bytes of a match that did not fit into the part asked for. */
  #pending = 0
  ended = false

  constructor(input: ByteCursor, dictionaryBytes: number) {
    if (dictionaryBytes > MAX_WINDOW)
      throw new MalformedError('lzma: a dictionary of more than 64 MiB is not read')
    this.range = new RangeDecoder(input)
    this.#window = Buffer.allocUnsafe(Math.max(MIN_WINDOW, dictionaryBytes))
  }

  setProperties(properties: number): void {
    const pb = Math.floor(properties / 45)
    const lp = Math.floor((properties % 45) / 9)
    this.#lc = properties % 9
    if (pb > 4 || this.#lc + lp > 12) throw new MalformedError('lzma: the properties are out of range')
    this.#lpMask = (1 << lp) - 1
    this.#pbMask = (1 << pb) - 1
    this.resetState()
    this.#literals = probabilities(0x300 << (this.#lc + lp))
  }

  resetState(): void {
    this.#state = 0
    this.#reps.fill(0)
    this.#literals.fill(1024)
    this.#match = probabilities(192)
    this.#rep = probabilities(12)
    this.#rep0 = probabilities(12)
    this.#rep1 = probabilities(12)
    this.#rep2 = probabilities(12)
    this.#rep0long = probabilities(192)
    this.#slots = probabilities(64 * 4)
    this.#special = probabilities(128)
    this.#align = probabilities(16)
    this.#matchLength = new LengthDecoder()
    this.#repLength = new LengthDecoder()
    this.#pending = 0
  }

  resetDictionary(): void {
    this.#total = 0
    this.#position = 0
  }

  #put(byte: number, out: Buffer, at: number): void {
    out[at] = byte
    this.#window[this.#position] = byte
    this.#position = this.#position + 1 === this.#window.length ? 0 : this.#position + 1
    this.#total += 1
  }

  #back(distance: number): number {
    const at = this.#position - distance - 1
    return this.#window[at < 0 ? at + this.#window.length : at] as number
  }

  /** Bytes that were not compressed enter the window too. */
  copy(bytes: Buffer): void {
    for (let index = 0; index < bytes.length; index += 1) {
      this.#window[this.#position] = bytes[index] as number
      this.#position = this.#position + 1 === this.#window.length ? 0 : this.#position + 1
    }
    this.#total += bytes.length
  }

  /** Fills `out` up to its length or to the end marker; gives how many bytes it wrote. */
  decode(out: Buffer): number {
    let at = 0
    while (at < out.length) {
      if (this.#pending > 0) {
        this.#put(this.#back(this.#reps[0]), out, at++)
        this.#pending -= 1
        continue
      }
      const posState = this.#total & this.#pbMask
      if (this.range.bit(this.#match, (this.#state << 4) + posState) === 0) this.#literal(out, at++)
      else if (!this.#matchLengthFor(posState)) {
        this.ended = true
        break
      }
    }
    return at
  }

  get midMatch(): boolean {
    return this.#pending > 0
  }

  #literal(out: Buffer, at: number): void {
    const previous = this.#total > 0 ? this.#back(0) : 0
    const context = ((this.#total & this.#lpMask) << this.#lc) + (previous >> (8 - this.#lc))
    const offset = 0x300 * context
    let symbol = 1
    if (this.#state >= 7) {
      let matched = this.#back(this.#reps[0])
      while (symbol < 0x100) {
        const matchBit = (matched >> 7) & 1
        matched <<= 1
        const bit = this.range.bit(this.#literals, offset + ((1 + matchBit) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (matchBit !== bit) break
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.range.bit(this.#literals, offset + symbol)
    this.#put(symbol & 255, out, at)
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6
  }

  /** Sets the pending match; false at the end marker. */
  #matchLengthFor(posState: number): boolean {
    const { range } = this
    const reps = this.#reps
    const state = this.#state
    if (range.bit(this.#rep, state) === 0) {
      reps[3] = reps[2]
      reps[2] = reps[1]
      reps[1] = reps[0]
      const length = this.#matchLength.decode(range, posState)
      this.#state = state < 7 ? 7 : 10
      reps[0] = this.#distance(length)
      if (reps[0] === 0xffff_ffff) return false
      this.#pending = length
    } else if (range.bit(this.#rep0, state) === 0) {
      if (range.bit(this.#rep0long, (state << 4) + posState) === 0) {
        this.#state = state < 7 ? 9 : 11
        this.#pending = 1
      } else this.#repeat(posState)
    } else {
      this.#rotate(state)
      this.#repeat(posState)
    }
    if (reps[0] >= this.#total || reps[0] >= this.#window.length)
      throw new MalformedError('lzma: a distance reaches before the data')
    return true
  }

  #repeat(posState: number): void {
    this.#pending = this.#repLength.decode(this.range, posState)
    this.#state = this.#state < 7 ? 8 : 11
  }

  #rotate(state: number): void {
    const reps = this.#reps
    if (this.range.bit(this.#rep1, state) === 0) {
      ;[reps[0], reps[1]] = [reps[1], reps[0]]
    } else if (this.range.bit(this.#rep2, state) === 0) {
      ;[reps[0], reps[1], reps[2]] = [reps[2], reps[0], reps[1]]
    } else {
      ;[reps[0], reps[1], reps[2], reps[3]] = [reps[3], reps[0], reps[1], reps[2]]
    }
  }

  #distance(length: number): number {
    const slot = this.range.tree(this.#slots, Math.min(length - 2, 3) << 6, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = ((2 | (slot & 1)) << bits) >>> 0
    if (slot < 14) return base + this.range.reverseTree(this.#special, base - slot, bits)
    const high = this.range.direct(bits - 4) * 16
    return (base + high + this.range.reverseTree(this.#align, 0, 4)) >>> 0
  }
}
