/** The text of a route's spec as it is being edited: read, weighed, and what the server said of it. */
import type { PolicyFault } from '../api/types.ts'

export type Draft = {
  /** What the text says; undefined while it is not JSON. */
  readonly spec: unknown
  /** Where the text breaks, as the editor marks it. */
  readonly fault: readonly PolicyFault[] | undefined
}

type Backend = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Engines name the place of most mistakes, but not of all: those are marked where the text ends. */
const placeOf = (text: string, message: string): { line: number; column: number } => {
  const offset = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

export const readDraft = (text: string): Draft => {
  try {
    return { spec: JSON.parse(text), fault: undefined }
  } catch (error) {
    const message = error instanceof Error ? error.message : 'not JSON'
    return { spec: undefined, fault: [{ file: '', ...placeOf(text, message), message }] }
  }
}

const backendsOf = ({ spec }: Draft): Backend[] =>
  isRecord(spec) && Array.isArray(spec['backends']) ? spec['backends'].filter(isRecord) : []

const word = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Of each backend; an absent weight is 1, as the server takes it. */
export const weightsOf = (draft: Draft): { label: string; weight: number }[] =>
  backendsOf(draft).map((one, at) => {
    const place = one['backend'] === undefined ? '' : ` @${word(one['backend'])}`
    const label = `${word(one['model']) || `#${at + 1}`}:${word(one['version'] ?? one['alias']) || 'latest'}${place}`
    return { label, weight: typeof one['weight'] === 'number' && one['weight'] >= 0 ? one['weight'] : 1 }
  })

/** The spec with one weight changed; the others keep theirs, so only their shares move. */
export const withWeight = (draft: Draft, at: number, weight: number): unknown => ({
  ...(draft.spec as object),
  backends: backendsOf(draft).map((one, index) => (index === at ? { ...one, weight } : one)),
})

/** What a refusal lists, place by place. */
export const faultsOf = (details: unknown): { pointer: string; message: string }[] => {
  const faults = isRecord(details) ? details['faults'] : undefined
  return (Array.isArray(faults) ? faults : [])
    .filter(isRecord)
    .map(({ pointer, message }) => ({ pointer: word(pointer), message: word(message) }))
}
