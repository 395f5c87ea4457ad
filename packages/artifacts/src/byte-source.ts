/** Random access to bytes of a file, of memory, or of a part of either. Nothing here holds more than one window. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface ByteSource {
  readonly size: number
  /** Up to `length` bytes from `offset`; fewer at the end. The view is valid until the next read. */
  read(offset: number, length: number): Buffer
}

const WINDOW_BYTES = 1 << 20
const EMPTY = Buffer.alloc(0)

/** Bytes in memory; views of it stay valid. */
export const memorySource = (bytes: Uint8Array): ByteSource => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    size: buffer.length,
    read: (offset, length) =>
      offset >= buffer.length ? EMPTY : buffer.subarray(offset, Math.min(buffer.length, offset + length)),
  }
}

/** A part of another source; reads outside of it come back empty. */
export const sliceSource = (source: ByteSource, start: number, size: number): ByteSource => {
  const from = Math.min(Math.max(0, start), source.size)
  const bounded = Math.max(0, Math.min(size, source.size - from))
  return {
    size: bounded,
    read: (offset, length) =>
      offset < 0 || offset >= bounded
        ? EMPTY
        : source.read(from + offset, Math.max(0, Math.min(length, bounded - offset))),
  }
}

const readFully = (fd: number, into: Buffer, length: number, position: number): number => {
  let done = 0
  while (done < length) {
    const got = readSync(fd, into, done, length - done, position + done)
    if (got === 0) break
    done += got
  }
  return done
}

/** A source over an open descriptor; one window of 1 MiB is kept. Larger reads get a buffer of their own. */
export const descriptorSource = (fd: number, size: number): ByteSource => {
  let window = EMPTY
  let windowStart = 0
  let held = 0
  return {
    size,
    read: (offset, length) => {
      if (offset < 0 || offset >= size || length <= 0) return EMPTY
      const wanted = Math.min(length, size - offset)
      if (offset >= windowStart && offset + wanted <= windowStart + held)
        return window.subarray(offset - windowStart, offset - windowStart + wanted)
      if (wanted > WINDOW_BYTES) {
        const own = Buffer.allocUnsafe(wanted)
        return own.subarray(0, readFully(fd, own, wanted, offset))
      }
      if (window.length === 0) window = Buffer.allocUnsafe(WINDOW_BYTES)
      held = readFully(fd, window, Math.min(WINDOW_BYTES, size - offset), offset)
      windowStart = offset
      return window.subarray(0, Math.min(wanted, held))
    },
  }
}

export type OpenFile = { readonly source: ByteSource; close(): void }

/** Opens a regular file for reading; throws the system error of open or stat. */
export const openFileSource = (path: string): OpenFile => {
  const fd = openSync(path, 'r')
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new Error('not a regular file')
    return { source: descriptorSource(fd, stat.size), close: () => closeSync(fd) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
