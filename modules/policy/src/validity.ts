/**
 * The time in which a pack of `response` may decide: `valid_from` and `valid_until` (RFC 3339) in its settings. Outside of it
 * nothing is done on its word: what it would have done is observed only.
 */
import type { DecisionResult } from '@rampart/domain'
import { type PolicyFault, regoErrors } from '@rampart/rego'
import type { PackName } from './pack-files.ts'

/** Milliseconds of the epoch. */
export type Validity = { readonly from?: number; readonly until?: number }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const momentOf = (settings: Record<string, unknown>, key: string): number | undefined => {
  const value = settings[key]
  if (value === undefined || value === '') return undefined
  const found = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(found)) return found
  const fault: PolicyFault = { file: 'data.json', line: 1, column: 1, message: `${key} is no RFC 3339 time` }
  throw regoErrors.REGO_COMPILE_FAILED(`the policy was refused: data.json: ${fault.message}`, {
    details: [fault],
  })
}

/** Throws REGO_COMPILE_FAILED when a time cannot be read: a bundle that never ends must say so by naming none. */
export const validityOf = (pack: PackName, data: Readonly<Record<string, unknown>>): Validity => {
  if (pack !== 'response' || !isRecord(data.rampart)) return {}
  const settings = data.rampart[`${pack}_config`]
  if (!isRecord(settings)) return {}
  const from = momentOf(settings, 'valid_from')
  const until = momentOf(settings, 'valid_until')
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }
}

/** Why it may not decide now; undefined when it may. */
export const invalidNow = ({ from, until }: Validity, now: number): string | undefined => {
  if (until !== undefined && until <= now)
    return `the bundle was valid until ${new Date(until).toISOString()}`
  if (from !== undefined && now < from) return `the bundle is valid from ${new Date(from).toISOString()} on`
  return undefined
}

/** The same answer with nothing left to do but to write it down. */
export const observed = (result: DecisionResult, why: string): DecisionResult => {
  const { actions } = result.obligations
  return {
    allow: false,
    reasons: [`${why}: nothing is done on its word`, ...result.reasons],
    obligations: Array.isArray(actions)
      ? {
          ...result.obligations,
          actions: actions.map((one) => (isRecord(one) ? { ...one, mode: 'observe' } : one)),
        }
      : {},
  }
}
