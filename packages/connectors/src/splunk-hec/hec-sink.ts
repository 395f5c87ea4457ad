/**
 * Splunk HTTP Event Collector with indexer acknowledgement: a batch counts when the collector says that it is indexed.
 * Events of a batch are taken or refused together.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createOutboundHttp, errorOf, parseServerUrl } from '../outbound/index.ts'
import { sinkErrors } from '../sink/errors.ts'
import { sendSplitting } from '../sink/split.ts'
import {
  DEFAULT_TIMEOUT_MS,
  type OutgoingRecord,
  type SinkTarget,
  type SinkTransport,
} from '../sink/transport.ts'

export type HecTarget = SinkTarget & {
  readonly token: string
  /** A UUID that stays with the sink: acknowledgements belong to it. */
  readonly channel: string
  readonly index?: string
  readonly source?: string
  readonly sourceType?: string
  readonly host?: string
  /** False for collectors without acknowledgement: then a 200 counts. */
  readonly acknowledge?: boolean
}

const MAX_ANSWER_BYTES = 64 * 1024
const FIRST_POLL_MS = 20
const MAX_POLL_MS = 1_000

/** The event itself is at fault (HEC: no data 5, invalid format 6, event missing 12, blank 13), or it is too large. */
const isRefusal = (status: number, code: unknown): boolean =>
  status === 413 || (status === 400 && [5, 6, 12, 13, 15].includes(Number(code)))

type Answer = {
  readonly code?: unknown
  readonly text?: unknown
  readonly ackId?: unknown
  readonly acks?: unknown
}

const readAnswer = (body: Uint8Array): Answer => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

export const createHec = (target: HecTarget): SinkTransport => {
  const base = parseServerUrl(target.url, ['http:', 'https:'])
  const timeoutMs = target.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const { ca, cert, key } = target.tls ?? {}
  const http = createOutboundHttp({
    addresses: target.addresses,
    connections: 2,
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  })
  const closing = new AbortController()
  const at = (path: string): URL => {
    const url = new URL(base)
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/services/collector/${path}`
    url.searchParams.set('channel', target.channel)
    return url
  }
  const headers = {
    authorization: `Splunk ${target.token}`,
    'content-type': 'application/json',
    'x-splunk-request-channel': target.channel,
  }
  const post = (path: string, body: string, signal: AbortSignal) =>
    http.bytes({ url: at(path), method: 'POST', headers, body, signal, maxBytes: MAX_ANSWER_BYTES })

  const eventOf = (record: OutgoingRecord): string =>
    JSON.stringify({
      time: Date.parse(record.time) / 1000,
      ...(target.host === undefined ? {} : { host: target.host }),
      source: target.source ?? 'rampart',
      sourcetype: target.sourceType ?? (record.isJson ? '_json' : 'rampart'),
      ...(target.index === undefined ? {} : { index: target.index }),
      event: record.isJson ? JSON.parse(record.payload) : record.payload,
      fields: { event_id: record.eventId, type: record.type, severity: record.severity },
    })

  const acknowledged = async (id: number, signal: AbortSignal): Promise<void> => {
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 2, MAX_POLL_MS)) {
      const answer = await post('ack', JSON.stringify({ acks: [id] }), signal)
      if (answer.status !== 200) throw errorOf(answer)
      const acks = readAnswer(answer.body).acks as Readonly<Record<string, unknown>> | undefined
      if (acks?.[String(id)] === true) return
      await delay(wait, undefined, { signal }).catch(() => {
        throw sinkErrors.SINK_STALLED(`${base.host} did not acknowledge within ${timeoutMs} ms`)
      })
    }
  }

  const postBatch = async (batch: readonly OutgoingRecord[]): Promise<string | undefined> => {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal])
    const answer = await post('event', batch.map(eventOf).join('\n'), signal)
    const { code, text, ackId } = readAnswer(answer.body)
    if (isRefusal(answer.status, code))
      return `HTTP ${answer.status}, code ${String(code)}: ${String(text)}`.slice(0, 300)
    if (answer.status !== 200) throw errorOf(answer)
    if (target.acknowledge === false) return undefined
    if (typeof ackId !== 'number')
      throw sinkErrors.SINK_DENIED(
        `${base.host} gives no acknowledgement: switch it on for the token, or set hec.acknowledge: false`,
      )
    await acknowledged(ackId, signal)
    return undefined
  }

  return {
    assurance: 'acknowledged',
    send: (batch) => sendSplitting(batch, postBatch),
    onBreak: () => undefined,
    close: () => {
      closing.abort()
      return http.close()
    },
  }
}
