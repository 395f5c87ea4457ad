/** One line of the inference log: what was asked by whom, what was decided and answered; never the payload unless asked. */
import { hash } from 'node:crypto'
import type { CachedDecision } from './decision-cache.ts'
import type { SnapshotRoute } from './snapshot.ts'

export type RecordedCall = {
  /** JSON fragment of the route, made once by `routeFragment`. */
  readonly route: string
  readonly timeMs: number
  readonly caller: string | undefined
  readonly decisionId: string | undefined
  readonly status: number
  readonly micros: number
  readonly rows: number
  readonly label: string | undefined
  readonly score: number | undefined
  readonly requestId: string | undefined
  readonly trace: string | undefined
  /** JSON fragment `"choice":…` of a route that chooses among versions, or empty. */
  readonly choice: string
  /** JSON fragment `"input_digest":…` or `"input":…`, or empty. */
  readonly payload: string
}

/** `"route":…,"model":…,"version":…,"digest":…` */
export const routeFragment = (route: SnapshotRoute): string => {
  const { tenant, name, model, version, digest, backend } = route
  return JSON.stringify({ tenant, route: name, model, version, digest, backend }).slice(1, -1)
}

/** Formats `Date.now()` values; many calls share a millisecond. */
export const createTimeFormatter = (): ((timeMs: number) => string) => {
  let last = Number.NaN
  let text = ''
  return (timeMs) => {
    if (timeMs === last) return text
    last = timeMs
    text = new Date(timeMs).toISOString()
    return text
  }
}

/** The line without its newline. JSON names are fixed: seq, epoch, time, …, latency_us. */
export const encodeRecord = (call: RecordedCall, sequence: number, epoch: string, time: string): string => {
  let line = `{"seq":${sequence},"epoch":"${epoch}","time":"${time}",${call.route},"status":${call.status},"latency_us":${Math.round(call.micros)},"rows":${call.rows}`
  if (call.caller !== undefined) line += `,"caller":${JSON.stringify(call.caller)}`
  if (call.decisionId !== undefined) line += `,"decision":"${call.decisionId}"`
  if (call.label !== undefined) line += `,"label":${JSON.stringify(call.label)}`
  if (call.score !== undefined) line += `,"score":${JSON.stringify(call.score)}`
  if (call.requestId !== undefined) line += `,"request":${JSON.stringify(call.requestId)}`
  if (call.trace !== undefined) line += `,"trace":${JSON.stringify(call.trace)}`
  if (call.choice !== '') line += `,${call.choice}`
  return call.payload === '' ? `${line}}` : `${line},${call.payload}}`
}

/** Inputs longer than this (characters of JSON) are recorded by digest even where policy asks for them whole. */
const MAX_PAYLOAD_LENGTH = 4096

/** The payload fragment that policy asked for; `roll` is uniform in [0, 1), `body` is asked only where it is kept. */
export const payloadFragment = (
  decision: Pick<CachedDecision, 'log' | 'redact' | 'sampleRate'>,
  bytes: Uint8Array,
  body: () => unknown,
  roll: number,
): string => {
  if (decision.log === 'none' || roll >= decision.sampleRate) return ''
  if (decision.log === 'full') {
    const inputs = JSON.stringify(redacted(body(), decision.redact))
    if (inputs.length <= MAX_PAYLOAD_LENGTH) return `"input":${inputs}`
  }
  return `"input_digest":"sha256:${hash('sha256', bytes, 'hex')}"`
}

const redacted = (body: unknown, names: readonly string[]): unknown => {
  const inputs = (body as { inputs?: unknown }).inputs
  if (!Array.isArray(inputs)) return null
  return inputs.map((input: { name?: string; data?: unknown }) =>
    names.includes(input.name ?? '') ? { ...input, data: null } : input,
  )
}
