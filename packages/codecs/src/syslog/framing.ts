/**
 * Messages out of a byte stream: octet counting (RFC 6587 3.4.1) and lines (3.4.2), told apart per frame by the first
 * byte: a digit begins a length (but not a date, which relays write first), anything else a line. Memory is bounded by `maxBytes`.
 */
import { codecErrors } from '../errors.ts'

export type SyslogFramer = {
  /**
   * The messages that are complete now; throws CODECS_EVENT_INVALID, after which the stream cannot be read on. Messages
   * before the fault in the same chunk are given first: `isBroken` is then true, and the next push throws.
   */
  push(chunk: Buffer): Buffer[]
  isBroken(): boolean
  /** Bytes of a message that has not ended. */
  pending(): number
  /** What is left when the stream ends: a last line without its end; undefined for a counted message that is not whole. */
  rest(): Buffer | undefined
}

const SPACE = 0x20
const LF = 0x0a
const ZERO = 0x30
const NINE = 0x39
const MAX_DIGITS = 8

const fail = (message: string) => codecErrors.CODECS_EVENT_INVALID(`syslog frame: ${message}`)

type Frame = { readonly from: number; readonly to: number; readonly next: number }

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE

const DATE = /^\d{4}-\d\d-/

/** No length has a dash: `2026-11-24T01:02:03Z host CEF:0|` is a line of a sender that leaves the priority out. */
const isCounted = (buffer: Buffer, at: number): boolean =>
  isDigit(buffer[at]) && !DATE.test(buffer.toString('latin1', at, at + 8))

/** Where the next whole message is; undefined when more bytes are needed. */
const findFrame = (buffer: Buffer, at: number, maxBytes: number): Frame | undefined => {
  if (isCounted(buffer, at)) {
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
  let fault: unknown
  /** Throws when nothing was read before the fault, else keeps it for the next push. */
  const findNext = (buffer: Buffer, at: number, hasMessages: boolean): Frame | undefined => {
    try {
      return findFrame(buffer, at, maxBytes)
    } catch (error) {
      fault = error
      if (!hasMessages) throw error
      return undefined
    }
  }
  return {
    push: (chunk) => {
      if (fault !== undefined) throw fault
      parts.push(chunk)
      size += chunk.length
      if (size < wanted) return []
      const buffer = parts.length === 1 ? chunk : Buffer.concat(parts)
      const messages: Buffer[] = []
      let at = 0
      while (at < buffer.length) {
        const frame = findNext(buffer, at, messages.length > 0)
        if (frame === undefined) break
        if (frame.to > frame.from) messages.push(buffer.subarray(frame.from, frame.to))
        at = frame.next
      }
      const rest = buffer.subarray(at)
      parts = rest.length === 0 ? [] : [Buffer.from(rest)]
      size = rest.length
      wanted = isCounted(rest, 0) ? neededFor(rest) : 0
      return messages
    },
    isBroken: () => fault !== undefined,
    pending: () => size,
    rest: () => {
      if (size === 0 || fault !== undefined) return undefined
      const buffer = Buffer.concat(parts)
      return isCounted(buffer, 0) ? undefined : buffer
    },
  }
}

/** Bytes until the announced message is whole. */
const neededFor = (rest: Buffer): number => {
  const space = rest.indexOf(SPACE)
  return space < 0 ? 0 : space + 1 + Number(rest.toString('latin1', 0, space))
}
