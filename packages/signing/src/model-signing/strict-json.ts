/**
 * JSON from strangers: bounded depth and number of values, no duplicate member names (RFC 8259 section 4 leaves their meaning open, so two
 * readers could see two documents), no `__proto__`; the grammar itself is JSON.parse's.
 */
const MAX_DEPTH = 32
/** A few bytes of text become a hundred of memory: what counts is how many values there are. */
const MAX_VALUES = 1_000_000

type Frame = { readonly names: Set<string> | undefined; expectsName: boolean }

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Index after the closing quote of the string that starts at `from`. */
const endOfString = (text: string, from: number): number => {
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    at += code === BACKSLASH ? 2 : 1
  }
  return text.length
}

const takeName = (frame: Frame, raw: string): string | undefined => {
  frame.expectsName = false
  let name: unknown
  try {
    name = raw.includes('\\') ? JSON.parse(raw) : raw.slice(1, -1)
  } catch {
    return 'malformed member name'
  }
  if (name === '__proto__') return 'a member is named __proto__'
  if (frame.names?.has(String(name))) return `the member ${JSON.stringify(name).slice(0, 80)} occurs twice`
  frame.names?.add(String(name))
  return undefined
}

/** What is wrong before the grammar is looked at. For text that is not JSON the answer does not matter. */
const structuralFault = (text: string): string | undefined => {
  const stack: Frame[] = []
  let at = 0
  let values = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    const frame = stack.at(-1)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      if (frame?.expectsName === true) {
        const fault = takeName(frame, text.slice(at, end))
        if (fault !== undefined) return fault
      }
      at = end
      continue
    }
    if (code === 0x7b || code === 0x5b || code === 0x2c) {
      values += 1
      if (values > MAX_VALUES) return `more than ${MAX_VALUES} values`
    }
    if (code === 0x7b || code === 0x5b) {
      if (stack.length === MAX_DEPTH) return `nested deeper than ${MAX_DEPTH}`
      stack.push({ names: code === 0x7b ? new Set() : undefined, expectsName: code === 0x7b })
    } else if (code === 0x7d || code === 0x5d) stack.pop()
    else if (code === 0x2c && frame?.names !== undefined) frame.expectsName = true
    at += 1
  }
  return undefined
}

export type StrictJson = { readonly value: unknown } | { readonly fault: string }

/** Parses UTF-8 JSON of at most `maxBytes`; the answer names what is wrong. */
export const parseStrictJson = (bytes: Uint8Array, maxBytes: number): StrictJson => {
  if (bytes.length > maxBytes) return { fault: `larger than ${maxBytes} bytes` }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { fault: 'not UTF-8' }
  }
  const fault = structuralFault(text)
  if (fault !== undefined) return { fault }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { fault: 'not JSON' }
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
