/**
 * Messages out of a byte stream: octet counting (RFC 6587 3.4.1) and lines (3.4.2), told apart per frame by the first
 * byte: a digit begins a length, anything else a line. Memory is bounded by `maxBytes`.
 */
import { codecErrors } from '../errors.ts'

export type SyslogFramer = {
  /** The messages that are complete now; throws CODECS_EVENT_INVALID, after which the stream cannot be read on. */
  push(chunk: Buffer): Buffer[]
  /** Bytes of a message that has not ended. */
  pending(): number
}

const SPACE = 0x20
const LF = 0x0a
const ZERO = 0x30
const NINE = 0x39
const MAX_DIGITS = 8

const fail = (message: string) => codecErrors.CODECS_EVENT_INVALID(`syslog frame: ${message}`)

type Frame = { readonly from: number; readonly to: number; readonly next: number }

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE

/** Where the next whole message is; undefined when more bytes are needed. */
const findFrame = (buffer: Buffer, at: number, maxBytes: number): Frame | undefined => {
  if (isDigit(buffer[at])) {
    const space = buffer.subarray(at, at + MAX_DIGITS + 1).indexOf(SPACE)
    if (space < 0 && buffer.length - at > MAX_DIGITS) throw fail('the length has no end')
    if (space < 0) return undefined
    const digits = buffer.toString('latin1', at, at + space)
    if (!/^[1-9]\d*$/.test(digits)) throw fail('the length is not a number')
    const length = Number(digits)
    if (length > maxBytes) throw fail(`${length} bytes announced, ${maxBytes} are allowed`)
    const from = at + space + 1
    return buffer.length < from + length ? undefined : { from, to: from + length, next: from + length }
  }
  const end = buffer.indexOf(LF, at)
  if (end < 0) {
    if (buffer.length - at > maxBytes) throw fail(`a line is longer than ${maxBytes} bytes`)
    return undefined
  }
  if (end - at > maxBytes) throw fail(`a line is longer than ${maxBytes} bytes`)
  return { from: at, to: end, next: end + 1 }
}

export const createSyslogFramer = ({ maxBytes }: { readonly maxBytes: number }): SyslogFramer => {
  let parts: Buffer[] = []
  let size = 0
  /** No frame can be complete before this many bytes are there: joining at every chunk would be quadratic. */
  let wanted = 0
  return {
    push: (chunk) => {
      parts.push(chunk)
      size += chunk.length
      if (size < wanted) return []
      const buffer = parts.length === 1 ? chunk : Buffer.concat(parts)
      const messages: Buffer[] = []
      let at = 0
      for (let frame = findFrame(buffer, at, maxBytes); frame !== undefined && at < buffer.length; ) {
        if (frame.to > frame.from) messages.push(buffer.subarray(frame.from, frame.to))
        at = frame.next
        frame = at < buffer.length ? findFrame(buffer, at, maxBytes) : undefined
      }
      const rest = buffer.subarray(at)
      parts = rest.length === 0 ? [] : [Buffer.from(rest)]
      size = rest.length
      wanted = isDigit(rest[0]) ? neededFor(rest) : 0
      return messages
    },
    pending: () => size,
  }
}

/** Bytes until the announced message is whole. */
const neededFor = (rest: Buffer): number => {
  const space = rest.indexOf(SPACE)
  return space < 0 ? 0 : space + 1 + Number(rest.toString('latin1', 0, space))
}
