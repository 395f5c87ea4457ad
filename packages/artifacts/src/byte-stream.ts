/** Bytes that can only be read forward: decompressors and sources behind one pull interface, and a cursor over it. */
import type { ByteSource } from './byte-source.ts'

export interface ByteStream {
  /** The next bytes, never empty; undefined at the end. The view is valid until the next call. Throws on damage. */
  next(): Buffer | undefined
  /** Passes over bytes without reading them; false when the stream cannot, or would end before. */
  skip?(count: number): boolean
}

/** Thrown by readers for bytes that do not follow their format; the scan turns it into a finding. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
}

const CHUNK_BYTES = 1 << 18
const HISTORY_BYTES = 8
const EMPTY = Buffer.alloc(0)
/** A literal larger than this is skipped, never gathered. */
export const MAX_GATHER_BYTES = 8 << 20

export const streamOf = (source: ByteSource, start = 0): ByteStream => {
  let offset = start
  return {
    next: () => {
      const chunk = source.read(offset, CHUNK_BYTES)
      if (chunk.length === 0) return undefined
      offset += chunk.length
      return chunk
    },
    skip: (count) => {
      if (offset + count > source.size) return false
      offset += count
      return true
    },
  }
}

/** A forward reader with fields that hot loops may use directly: `buffer[position]` while `position < limit`. */
export class ByteCursor {
  buffer: Buffer = EMPTY
  position = 0
  limit = 0
  readonly #stream: ByteStream
  /** Absolute offset of buffer[0]. */
  #base: number

  constructor(stream: ByteStream, start = 0) {
    this.#stream = stream
    this.#base = start
  }

  /** Absolute offset of the next byte. */
  get offset(): number {
    return this.#base + this.position
  }

  /** Makes `count` bytes available at `position`; false when the stream ends before. `count` <= MAX_GATHER_BYTES. */
  need(count: number): boolean {
    return this.limit - this.position >= count || this.#fill(count)
  }

  #fill(count: number): boolean {
    // A bit reader may have taken a few bytes too many and steps back over them.
    const history = Math.min(this.position, HISTORY_BYTES)
    const kept = this.limit - this.position + history
    this.#reserve(kept, history + count + CHUNK_BYTES)
    this.#base += this.position - history
    this.position = history
    this.limit = kept
    while (this.limit - history < count) {
      const chunk = this.#stream.next()
      if (chunk === undefined) return false
      this.#reserve(this.limit, this.limit + chunk.length)
      chunk.copy(this.buffer, this.limit)
      this.limit += chunk.length
    }
    return true
  }

  /** Moves the `kept` bytes that end at `limit` to the front of a buffer of at least `capacity` bytes. */
  #reserve(kept: number, capacity: number): void {
    const from = this.limit - kept
    if (this.buffer.length >= capacity) {
      if (from > 0) this.buffer.copyWithin(0, from, this.limit)
      return
    }
    const larger = Buffer.allocUnsafeSlow(Math.max(capacity, this.buffer.length * 2))
    this.buffer.copy(larger, 0, from, this.limit)
    this.buffer = larger
  }

  atEnd(): boolean {
    return !this.need(1)
  }

  /** The next `count` bytes as a view; throws when the stream ends before. */
  take(count: number): Buffer {
    if (count > MAX_GATHER_BYTES) throw new MalformedError(`a part of ${count} bytes is too large to gather`)
    if (!this.need(count)) throw new MalformedError('the data ends in the middle')
    const view = this.buffer.subarray(this.position, this.position + count)
    this.position += count
    return view
  }

  /** Passes over `count` bytes; throws when the stream ends before. */
  skip(count: number): void {
    const held = Math.min(count, this.limit - this.position)
    this.position += held
    let left = count - held
    if (left > 0 && this.#stream.skip?.(left) === true) {
      this.#base += this.position + left
      this.position = 0
      this.limit = 0
      return
    }
    while (left > 0) {
      if (!this.need(1)) throw new MalformedError('the data ends in the middle')
      const step = Math.min(left, this.limit - this.position)
      this.position += step
      left -= step
    }
  }

  /** A line of any length; undefined when it was longer than `maxBytes` and passed over without being kept. */
  longLine(maxBytes: number): Buffer | undefined {
    for (;;) {
      const at = this.buffer.indexOf(10, this.position)
      if (at >= 0 && at < this.limit) {
        const view = at - this.position > maxBytes ? undefined : this.buffer.subarray(this.position, at)
        this.position = at + 1
        return view
      }
      if (this.limit - this.position <= maxBytes) {
        if (!this.need(this.limit - this.position + 1)) throw new MalformedError('a line does not end')
        continue
      }
      this.#passLine()
      return undefined
    }
  }

  #passLine(): void {
    for (;;) {
      const at = this.buffer.indexOf(10, this.position)
      if (at >= 0 && at < this.limit) {
        this.position = at + 1
        return
      }
      this.position = this.limit
      if (!this.need(1)) throw new MalformedError('a line does not end')
    }
  }

  /** Bytes up to the newline, which is passed over too; throws beyond `maxBytes`. */
  line(maxBytes: number): Buffer {
    let scanned = 0
    for (;;) {
      const at = this.buffer.indexOf(10, this.position + scanned)
      if (at >= 0 && at < this.limit) {
        if (at - this.position > maxBytes) throw new MalformedError('a line is too long')
        const view = this.buffer.subarray(this.position, at)
        this.position = at + 1
        return view
      }
      scanned = this.limit - this.position
      if (scanned > maxBytes) throw new MalformedError('a line is too long')
      if (!this.need(scanned + 1)) throw new MalformedError('the data ends in the middle of a line')
    }
  }
}

/** Reads a stream to its end; throws beyond `maxBytes`. */
export const gather = (stream: ByteStream, maxBytes: number): Buffer => {
  const parts: Buffer[] = []
  let total = 0
  for (let chunk = stream.next(); chunk !== undefined; chunk = stream.next()) {
    total += chunk.length
    if (total > maxBytes) throw new MalformedError(`more than ${maxBytes} bytes`)
    parts.push(Buffer.from(chunk))
  }
  return Buffer.concat(parts)
}
