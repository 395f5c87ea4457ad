/** JSON text: bounded in size and depth, and with keys told that stand twice, since readers disagree on which one counts. */
import { MalformedError } from './byte-stream.ts'

const MAX_DEPTH = 200
export const MAX_JSON_BYTES = 64 << 20

export type JsonDocument = { readonly value: unknown; readonly duplicates: readonly string[] }

/** One pass over the tokens: depth and duplicate keys. The text was accepted by JSON.parse before. */
const inspect = (text: string): { depth: number; duplicates: string[] } => {
  const duplicates: string[] = []
  const scopes: (Set<string> | undefined)[] = []
  let depth = 0
  let expectsKey = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === 0x22) {
      let end = at + 1
      while (text.charCodeAt(end) !== 0x22) end += text.charCodeAt(end) === 0x5c ? 2 : 1
      const scope = scopes[scopes.length - 1]
      if (expectsKey && scope !== undefined) {
        const written = text.slice(at + 1, end)
        const key = written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written
        if (scope.has(key)) duplicates.push(key)
        else scope.add(key)
        expectsKey = false
      }
      at = end
    } else if (character === 0x7b || character === 0x5b) {
      scopes.push(character === 0x7b ? new Set() : undefined)
      depth = Math.max(depth, scopes.length)
      if (depth > MAX_DEPTH) throw new MalformedError(`json: nested deeper than ${MAX_DEPTH}`)
      expectsKey = character === 0x7b
    } else if (character === 0x7d || character === 0x5d) {
      scopes.pop()
      expectsKey = false
    } else if (character === 0x2c) expectsKey = scopes[scopes.length - 1] !== undefined
  }
  return { depth, duplicates }
}

/** Python writes NaN and Infinity outside of strings; they become null. */
const withoutPythonNumbers = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs, (token) =>
    token.startsWith('"') ? token : 'null',
  )

const tooDeep = (text: string): boolean => {
  let depth = 0
  for (let at = 0; at < text.length && depth <= 50_000; at += 1) {
    const character = text.charCodeAt(at)
    if (character === 0x7b || character === 0x5b) depth += 1
    else if (character === 0x7d || character === 0x5d) depth -= 1
  }
  return depth > 50_000
}

/** Throws MalformedError for text that is not JSON, too large or too deep. */
export const parseJsonDocument = (bytes: Buffer): JsonDocument => {
  if (bytes.length > MAX_JSON_BYTES) throw new MalformedError(`json: more than ${MAX_JSON_BYTES} bytes`)
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  if (tooDeep(text)) throw new MalformedError(`json: nested deeper than ${MAX_DEPTH}`)
  let value: unknown
  let accepted = text
  try {
    value = JSON.parse(text)
  } catch {
    accepted = /NaN|Infinity/.test(text) ? withoutPythonNumbers(text) : ''
    try {
      value = JSON.parse(accepted)
    } catch (error) {
      throw new MalformedError(`json: ${(error as Error).message.slice(0, 120)}`)
    }
  }
  const { duplicates } = inspect(accepted)
  return { value, duplicates }
}
