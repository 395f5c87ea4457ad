/**
 * What a call's record may keep of its payload. The route says what it wants, the policy may ask for less (or, where the
 * route says nothing, for more); the sum is made once per decision, so a call that keeps nothing pays nothing.
 */
import type { DecisionResult } from '@rampart/domain'

/** The part of a route that says what its records keep; see `log` of the route's spec. */
export type RouteLog = {
  /** `digest`: SHA-256 of the body. `sampled`: the payload of a share of the calls. `full`: of every call. */
  readonly mode?: 'digest' | 'sampled' | 'full'
  /** Share of the calls whose payload is kept in mode `sampled`, 0 to 1. */
  readonly sampleRate?: number
  /** Names of inputs, or of features of a table, whose values are left out. */
  readonly redact?: readonly string[]
  /** Longest payload kept, in characters of JSON; longer ones are recorded by digest. */
  readonly maxBytes?: number
  /** Days that the route's records are kept; the tenant's when absent. */
  readonly retentionDays?: number
}

export type PayloadLog = 'none' | 'digest' | 'full'

export type PayloadRule = {
  readonly log: PayloadLog
  /** Names whose values a full record leaves out. */
  readonly redact: readonly string[]
  /** Share of calls whose payload is kept; the others are recorded by digest. */
  readonly sampleRate: number
  readonly maxBytes: number
  /** JSON fragment about the decision that every record of it carries: `"reasons":…` or `"obligations":…`, or empty. */
  readonly note: string
}

export const DEFAULT_PAYLOAD_BYTES = 16_384
const SAMPLED_RATE = 0.01
const RANKS: readonly PayloadLog[] = ['none', 'digest', 'full']

const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1

const noteOf = ({ allow, reasons, obligations }: DecisionResult): string => {
  if (!allow) return `"reasons":${JSON.stringify(reasons)}`
  const { log: _log, ...others } = obligations
  return Object.keys(others).length === 0 ? '' : `"obligations":${JSON.stringify(obligations)}`
}

/** What route and policy say together: the stricter of the two where both speak, `digest` where neither does. */
export const payloadRule = (result: DecisionResult, route: RouteLog | undefined): PayloadRule => {
  const { log: asked, redact, sample_rate: rate } = result.obligations
  const byPolicy = RANKS.find((rank) => rank === asked)
  const mode = route?.mode
  const byRoute: PayloadLog | undefined = mode === 'sampled' ? 'full' : mode
  const log =
    byPolicy === undefined || byRoute === undefined
      ? (byPolicy ?? byRoute ?? 'digest')
      : lower(byPolicy, byRoute)
  const names = Array.isArray(redact) ? redact.filter((name) => typeof name === 'string') : []
  return {
    log,
    redact: [...new Set([...(route?.redact ?? []), ...names])],
    sampleRate: (isShare(rate) ? rate : 1) * (mode === 'sampled' ? (route?.sampleRate ?? SAMPLED_RATE) : 1),
    maxBytes: route?.maxBytes ?? DEFAULT_PAYLOAD_BYTES,
    note: noteOf(result),
  }
}

const lower = (a: PayloadLog, b: PayloadLog): PayloadLog => (RANKS.indexOf(a) < RANKS.indexOf(b) ? a : b)
