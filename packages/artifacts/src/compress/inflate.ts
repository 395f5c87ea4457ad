/** DEFLATE (RFC 1951) as a pull stream: 32 KiB of history, output in parts, damage is an error. Node's own has no pull form. */
import { type ByteCursor, type ByteStream, MalformedError } from '../byte-stream.ts'

const WINDOW = 1 << 15
const OUT = 1 << 18
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
]
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

type Table = { readonly entries: Uint16Array; readonly bits: number }

const reverse = (code: number, length: number): number => {
  let from = code
  let to = 0
  for (let index = 0; index < length; index += 1) {
    to = (to << 1) | (from & 1)
    from >>= 1
  }
  return to
}

/** One look-up of `bits` bits gives `symbol << 4 | length`; 0 is no code. */
const buildTable = (lengths: Uint8Array): Table => {
  const counts = new Uint16Array(16)
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1
  counts[0] = 0
  let bits = 15
  while (bits > 1 && counts[bits] === 0) bits -= 1
  const next = new Uint32Array(17)
  let code = 0
  let left = 1
  for (let length = 1; length <= 15; length += 1) {
    left = left * 2 - (counts[length] ?? 0)
    if (left < 0) throw new MalformedError('deflate: a code is over-subscribed')
    code = (code + (counts[length - 1] ?? 0)) << 1
    next[length] = code
  }
  const entries = new Uint16Array(1 << bits)
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol] ?? 0
    if (length === 0) continue
    const code = next[length] as number
    next[length] = code + 1
    const start = reverse(code, length)
    for (let at = start; at < entries.length; at += 1 << length) entries[at] = (symbol << 4) | length
  }
  return { entries, bits }
}

const FIXED_LENGTHS = buildTable(
  Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
)
const FIXED_DISTANCES = buildTable(new Uint8Array(30).fill(5))

/** Reads one deflate stream from a cursor; after the end the cursor stands behind its last byte. */
export class Inflate implements ByteStream {
  readonly #in: ByteCursor
  readonly #out = Buffer.allocUnsafe(WINDOW + OUT + 300)
  #filled = 0
  #total = 0
  #bits = 0
  #count = 0
  #state: 'header' | 'stored' | 'codes' | 'done' = 'header'
  #last = false
  #stored = 0
  #lengths = FIXED_LENGTHS
  #distances = FIXED_DISTANCES

  constructor(input: ByteCursor) {
    this.#in = input
  }

  next(): Buffer | undefined {
    if (this.#filled > WINDOW) {
      this.#out.copyWithin(0, this.#filled - WINDOW, this.#filled)
      this.#filled = WINDOW
    }
    const start = this.#filled
    while (this.#state !== 'done' && this.#filled < WINDOW + OUT) this.#step()
    this.#total += this.#filled - start
    return this.#filled === start ? undefined : this.#out.subarray(start, this.#filled)
  }

  #step(): void {
    if (this.#state === 'header') this.#header()
    else if (this.#state === 'stored') this.#copyStored()
    else this.#decode()
  }

  #pull(): boolean {
    const input = this.#in
    if (input.position >= input.limit && !input.need(1)) return false
    this.#bits |= (input.buffer[input.position++] as number) << this.#count
    this.#count += 8
    return true
  }

  #take(count: number): number {
    while (this.#count < count)
      if (!this.#pull()) throw new MalformedError('deflate: the data ends in the middle')
    const value = this.#bits & ((1 << count) - 1)
    this.#bits >>>= count
    this.#count -= count
    return value
  }

  #symbol(table: Table): number {
    while (this.#count < table.bits) if (!this.#pull()) break
    const entry = table.entries[this.#bits & (table.entries.length - 1)] as number
    const length = entry & 15
    if (length === 0 || length > this.#count) throw new MalformedError('deflate: a code is not in its table')
    this.#bits >>>= length
    this.#count -= length
    return entry >> 4
  }

  #endBlock(): void {
    this.#state = this.#last ? 'done' : 'header'
    if (this.#last) this.#align()
  }

  /** Gives whole bytes that were read ahead back to the cursor. */
  #align(): void {
    this.#in.position -= this.#count >> 3
    this.#bits = 0
    this.#count = 0
  }

  #header(): void {
    this.#last = this.#take(1) === 1
    const kind = this.#take(2)
    if (kind === 0) {
      this.#align()
      const header = this.#in.take(4)
      this.#stored = header.readUInt16LE(0)
      if ((header.readUInt16LE(2) ^ 0xffff) !== this.#stored)
        throw new MalformedError('deflate: a stored length is wrong')
      this.#state = 'stored'
    } else if (kind === 1) {
      this.#lengths = FIXED_LENGTHS
      this.#distances = FIXED_DISTANCES
      this.#state = 'codes'
    } else if (kind === 2) {
      this.#dynamic()
      this.#state = 'codes'
    } else throw new MalformedError('deflate: a block of no known kind')
  }

  #dynamic(): void {
    const literals = this.#take(5) + 257
    const distances = this.#take(5) + 1
    const codes = this.#take(4) + 4
    if (literals > 286 || distances > 30) throw new MalformedError('deflate: too many codes')
    const codeLengths = new Uint8Array(19)
    for (let index = 0; index < codes; index += 1) codeLengths[CODE_ORDER[index] as number] = this.#take(3)
    const table = buildTable(codeLengths)
    const lengths = new Uint8Array(literals + distances)
    for (let index = 0; index < lengths.length; ) {
      const symbol = this.#symbol(table)
      if (symbol < 16) {
        lengths[index++] = symbol
        continue
      }
      const value = symbol === 16 ? lengths[index - 1] : 0
      const repeat =
        symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7)
      if (value === undefined || index + repeat > lengths.length)
        throw new MalformedError('deflate: a repeat is out of place')
      lengths.fill(value, index, index + repeat)
      index += repeat
    }
    if (lengths[256] === 0) throw new MalformedError('deflate: a block cannot end')
    this.#lengths = buildTable(lengths.subarray(0, literals))
    this.#distances = buildTable(lengths.subarray(literals))
  }

  #copyStored(): void {
    const step = Math.min(this.#stored, WINDOW + OUT - this.#filled, 1 << 16)
    if (step > 0) {
      this.#in.take(step).copy(this.#out, this.#filled)
      this.#filled += step
      this.#stored -= step
    }
    if (this.#stored === 0) this.#endBlock()
  }

  #decode(): void {
    const out = this.#out
    while (this.#filled < WINDOW + OUT) {
      const symbol = this.#symbol(this.#lengths)
      if (symbol < 256) {
        out[this.#filled++] = symbol
        continue
      }
      if (symbol === 256) {
        this.#endBlock()
        return
      }
      const at = symbol - 257
      if (at > 28) throw new MalformedError('deflate: a length is out of range')
      const length = (LENGTH_BASE[at] as number) + this.#take(LENGTH_EXTRA[at] as number)
      const code = this.#symbol(this.#distances)
      if (code > 29) throw new MalformedError('deflate: a distance is out of range')
      this.#copy((DISTANCE_BASE[code] as number) + this.#take(DISTANCE_EXTRA[code] as number), length)
    }
  }

  #copy(distance: number, length: number): void {
    const out = this.#out
    let from = this.#filled - distance
    if (from < 0) throw new MalformedError('deflate: a distance reaches before the data')
    const end = this.#filled + length
    if (distance >= length) {
      out.copyWithin(this.#filled, from, from + length)
      this.#filled = end
      return
    }
    while (this.#filled < end) out[this.#filled++] = out[from++] as number
  }
}
