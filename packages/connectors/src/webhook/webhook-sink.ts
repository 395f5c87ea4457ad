/**
 * Records as JSON to any HTTP receiver, signed: `x-rampart-signature: v1=` and the HMAC-SHA256, in hex, over
 * `TIMESTAMP.BODY` with the timestamp of `x-rampart-timestamp` (Unix seconds). A 2xx answer counts for the whole batch.
 */
import { createHmac } from 'node:crypto'
import { createOutboundHttp, errorOf, parseServerUrl } from '../outbound/index.ts'
import { sendSplitting } from '../sink/split.ts'
import {
  DEFAULT_TIMEOUT_MS,
  type OutgoingRecord,
  type SinkTarget,
  type SinkTransport,
} from '../sink/transport.ts'

export type WebhookTarget = SinkTarget & { readonly secret: string; readonly now: () => number }

const MAX_ANSWER_BYTES = 64 * 1024
const REFUSALS: readonly number[] = [400, 413, 415, 422]

export const signWebhook = (secret: string, timestamp: number, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`

export const createWebhook = (target: WebhookTarget): SinkTransport => {
  const url = parseServerUrl(target.url, ['http:', 'https:'], { query: true })
  const timeoutMs = target.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const { ca, cert, key } = target.tls ?? {}
  const http = createOutboundHttp({
    addresses: target.addresses,
    connections: 1,
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  })
  const closing = new AbortController()

  const post = async (batch: readonly OutgoingRecord[]): Promise<string | undefined> => {
    const events = batch.map(({ eventId, type, time, severity, payload, isJson }) => ({
      event_id: eventId,
      type,
      time,
      severity,
      payload: isJson ? JSON.parse(payload) : payload,
    }))
    const body = JSON.stringify({ events })
    const timestamp = Math.floor(target.now() / 1000)
    const answer = await http.bytes({
      url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'rampart',
        'x-rampart-timestamp': String(timestamp),
        'x-rampart-signature': signWebhook(target.secret, timestamp, body),
      },
      body,
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal]),
      maxBytes: MAX_ANSWER_BYTES,
    })
    if (answer.status >= 200 && answer.status < 300) return undefined
    if (REFUSALS.includes(answer.status)) return `HTTP ${answer.status}`
    throw errorOf(answer)
  }

  return {
    assurance: 'acknowledged',
    send: (batch) => sendSplitting(batch, post),
    onBreak: () => undefined,
    close: () => {
      closing.abort()
      return http.close()
    },
  }
}
