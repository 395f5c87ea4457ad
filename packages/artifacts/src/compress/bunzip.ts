/** bzip2 as a pull stream: Huffman, move-to-front, Burrows-Wheeler and run lengths, one block of at most 900 kB at a time. */
import { type ByteCursor, type ByteStream, MalformedError } from '../byte-stream.ts'

const GROUP = 50
const BLOCK_MAGIC = 0x314159265359
const END_MAGIC = 0x177245385090

type Group = {
  readonly limits: Int32Array
  readonly bases: Int32Array
  readonly order: Uint16Array
  readonly shortest: number
  readonly longest: number
}

const buildGroup = (lengths: Uint8Array): Group => {
  const shortest = Math.min(...lengths)
  const longest = Math.max(...lengths)
  const order = new Uint16Array(lengths.length)
  const limits = new Int32Array(22).fill(-1)
  const bases = new Int32Array(22)
  let at = 0
  let code = 0
  for (let length = shortest; length <= longest; length += 1) {
    const first = code
    const firstAt = at
    for (let symbol = 0; symbol < lengths.length; symbol += 1)
      if (lengths[symbol] === length) order[at++] = symbol
    code += at - firstAt
    limits[length] = at === firstAt ? -1 : code - 1
    bases[length] = firstAt - first
    code <<= 1
  }
  return { limits, bases, order, shortest, longest }
}

export class Bunzip implements ByteStream {
  readonly #in: ByteCursor
  #bits = 0
  #count = 0
  #blockBytes = 0
  #chain = new Uint32Array(0)
  #length = 0
  #produced = 0
  #position = 0
  #last = -1
  #run = 0
  #done = false
  readonly #out = Buffer.allocUnsafe(1 << 16)

  constructor(input: ByteCursor) {
    this.#in = input
    this.#start()
  }

  #start(): void {
    const header = this.#in.take(4)
    const level = (header[3] ?? 0) - 0x30
    if (header.toString('latin1', 0, 3) !== 'BZh' || level < 1 || level > 9)
      throw new MalformedError('bzip2: no header')
    this.#blockBytes = level * 100_000
    if (this.#chain.length < this.#blockBytes) this.#chain = new Uint32Array(this.#blockBytes)
  }

  next(): Buffer | undefined {
    while (!this.#done) {
      if (this.#produced < this.#length || this.#run > 0) return this.#emit()
      this.#readBlock()
    }
    return undefined
  }

  #take(count: number): number {
    let value = 0
    let left = count
    while (left > 0) {
      if (this.#count === 0) {
        this.#bits = this.#in.take(1)[0] as number
        this.#count = 8
      }
      const step = Math.min(left, this.#count)
      value = value * 2 ** step + ((this.#bits >> (this.#count - step)) & ((1 << step) - 1))
      this.#count -= step
      left -= step
    }
    return value
  }

  #readBlock(): void {
    const magic = this.#take(48)
    this.#take(32)
    if (magic === END_MAGIC) {
      this.#count = 0
      // Python's reader goes on with a second stream, if there is one.
      const more =
        this.#in.need(4) &&
        this.#in.buffer.toString('latin1', this.#in.position, this.#in.position + 3) === 'BZh'
      if (more) this.#start()
      else this.#done = true
      return
    }
    if (magic !== BLOCK_MAGIC) throw new MalformedError('bzip2: a block does not start where it must')
    if (this.#take(1) === 1) throw new MalformedError('bzip2: randomised blocks are not read')
    const origin = this.#take(24)
    this.#invert(this.#decode(), origin)
  }

  #symbolsUsed(): number[] {
    const rows = this.#take(16)
    const used: number[] = []
    for (let row = 0; row < 16; row += 1) {
      if ((rows & (0x8000 >> row)) === 0) continue
      const columns = this.#take(16)
      for (let column = 0; column < 16; column += 1)
        if ((columns & (0x8000 >> column)) !== 0) used.push(row * 16 + column)
    }
    if (used.length === 0) throw new MalformedError('bzip2: a block uses no bytes')
    return used
  }

  #selectors(groups: number): Uint8Array {
    const count = this.#take(15)
    const order = Array.from({ length: groups }, (_, index) => index)
    const selectors = new Uint8Array(count)
    for (let index = 0; index < count; index += 1) {
      let at = 0
      while (this.#take(1) === 1) {
        at += 1
        if (at >= groups) throw new MalformedError('bzip2: a selector is out of range')
      }
      const [chosen = 0] = order.splice(at, 1)
      order.unshift(chosen)
      selectors[index] = chosen
    }
    return selectors
  }

  #group(symbols: number): Group {
    const lengths = new Uint8Array(symbols)
    let length = this.#take(5)
    for (let symbol = 0; symbol < symbols; symbol += 1) {
      while (this.#take(1) === 1) length += this.#take(1) === 1 ? -1 : 1
      if (length < 1 || length > 20) throw new MalformedError('bzip2: a code length is out of range')
      lengths[symbol] = length
    }
    return buildGroup(lengths)
  }

  #symbol(group: Group): number {
    let length = group.shortest
    let code = this.#take(length)
    while (length <= group.longest) {
      if (code <= (group.limits[length] as number)) {
        const symbol = group.order[code + (group.bases[length] as number)]
        if (symbol === undefined) break
        return symbol
      }
      code = code * 2 + this.#take(1)
      length += 1
    }
    throw new MalformedError('bzip2: a code is not in its table')
  }

  /** Fills the chain with the transformed bytes; returns how many. */
  #decode(): number {
    const order = this.#symbolsUsed()
    const groupCount = this.#take(3)
    if (groupCount < 2 || groupCount > 6)
      throw new MalformedError('bzip2: a number of tables is out of range')
    const selectors = this.#selectors(groupCount)
    const end = order.length + 1
    const groups = Array.from({ length: groupCount }, () => this.#group(end + 1))
    let filled = 0
    let run = 0
    let power = 1
    for (let count = 0; ; count += 1) {
      const group = groups[selectors[Math.floor(count / GROUP)] ?? 255]
      if (group === undefined) throw new MalformedError('bzip2: too few selectors')
      const symbol = this.#symbol(group)
      if (symbol <= 1) {
        run += power * (symbol + 1)
        power *= 2
        if (run > this.#blockBytes) throw new MalformedError('bzip2: a run is longer than the block')
        continue
      }
      if (run > 0) {
        if (filled + run > this.#blockBytes) throw new MalformedError('bzip2: a block overflows')
        this.#chain.fill(order[0] ?? 0, filled, filled + run)
        filled += run
        run = 0
        power = 1
      }
      if (symbol === end) return filled
      if (filled >= this.#blockBytes) throw new MalformedError('bzip2: a block overflows')
      const [byte = 0] = order.splice(symbol - 1, 1)
      order.unshift(byte)
      this.#chain[filled++] = byte
    }
  }

  /** Inverse Burrows-Wheeler: the upper bits of each entry become the place of the next byte. */
  #invert(length: number, origin: number): void {
    if (origin >= length) throw new MalformedError('bzip2: the origin is out of range')
    const starts = new Uint32Array(257)
    const chain = this.#chain
    for (let at = 0; at < length; at += 1) {
      const slot = ((chain[at] as number) & 255) + 1
      starts[slot] = (starts[slot] as number) + 1
    }
    for (let byte = 1; byte < 257; byte += 1)
      starts[byte] = (starts[byte] as number) + (starts[byte - 1] as number)
    for (let at = 0; at < length; at += 1) {
      const byte = (chain[at] as number) & 255
      const to = starts[byte] as number
      starts[byte] = to + 1
      chain[to] = ((chain[to] as number) & 255) | (at << 8)
    }
    this.#length = length
    this.#produced = 0
    this.#position = (chain[origin] as number) >>> 8
    this.#last = -1
    this.#run = 0
    this.#repeat = 0
  }

  #repeat = 0

  #emit(): Buffer {
    const out = this.#out
    let filled = 0
    while (filled < out.length) {
      if (this.#run > 0) {
        out[filled++] = this.#last
        this.#run -= 1
        continue
      }
      if (this.#produced >= this.#length) break
      const entry = this.#chain[this.#position] as number
      this.#position = entry >>> 8
      this.#produced += 1
      const byte = entry & 255
      if (this.#repeat === 4) {
        this.#run = byte
        this.#repeat = 0
        continue
      }
      this.#repeat = byte === this.#last && this.#repeat > 0 ? this.#repeat + 1 : 1
      this.#last = byte
      out[filled++] = byte
    }
    return out.subarray(0, filled)
  }
}
