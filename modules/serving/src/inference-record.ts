/** One line of the inference log: what was asked by whom, what was decided and answered; never the payload unless asked. */
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
  /** JSON fragments `"input_digest":…`, `"input":…,"output":…` and what the decision adds, or empty. */
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
