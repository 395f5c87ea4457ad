/**
 * Messages to systems elsewhere, signed with a shared secret: `webhook-id`, `webhook-timestamp` and `webhook-signature`
 * (HMAC-SHA256 over `id.timestamp.body`, base64, prefix `v1,`: the layout of Standard Webhooks). The id is the same in
 * every attempt, so that a receiver can tell repeats; only one that is said to do so is ever sent to twice.
 */
import { createHmac } from 'node:crypto'
import { entity } from '@rampart/domain'
import { Type } from 'typebox'
import type { Action, ActionCall, Json } from '../action.ts'
import { responseErrors } from '../errors.ts'
import type { WebhookPort } from '../ports.ts'
import { closed, Line } from './schemas.ts'

const common = {
  url: Line(2048),
  secretRef: Line(128),
  receiverDeduplicates: Type.Optional(
    Type.Boolean({
      description: 'It takes one webhook-id once: after a crash the message may be sent again',
    }),
  ),
}

export const signWebhook = (secret: string, id: string, timestamp: number, body: string): string =>
  `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`

type Message = Pick<Action, 'name' | 'title' | 'schema'> & {
  readonly body: (call: ActionCall) => Json
  /** What of the answer is worth keeping. */
  readonly kept?: (body: string) => Json
}

/** Reads what the receiver calls it; anything else is no reference. */
const referenceOf = (body: string): Json => {
  try {
    const found = JSON.parse(body) as Record<string, unknown>
    const reference = found.key ?? found.id ?? found.number ?? found.url
    return typeof reference === 'string' || typeof reference === 'number'
      ? { reference: String(reference).slice(0, 256) }
      : {}
  } catch {
    return {}
  }
}

const createMessage = (webhooks: WebhookPort, clock: () => number, message: Message): Action => ({
  ...message,
  permission: 'response:write',
  idempotent: ({ receiverDeduplicates }) => receiverDeduplicates === true,
  probeMs: 0,
  blastRadius: async ({ parameters }) => ({
    entities: [entity('system', new URL(String(parameters.url)).host)],
    summary: 'one message',
  }),
  precheck: async ({ parameters }) => {
    await webhooks.secret(String(parameters.secretRef))
    return {}
  },
  apply: async (call) => {
    const { parameters, key, signal } = call
    const body = JSON.stringify(message.body(call))
    const timestamp = Math.floor(clock() / 1000)
    const secret = await webhooks.secret(String(parameters.secretRef))
    const answer = await webhooks.post({
      url: String(parameters.url),
      body,
      signal,
      headers: {
        'content-type': 'application/json',
        'webhook-id': key,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signWebhook(secret, key, timestamp, body),
        'idempotency-key': key,
      },
    })
    if (answer.status >= 200 && answer.status < 300)
      return { status: answer.status, ...(message.kept?.(answer.body) ?? {}) }
    // 4xx says that it was not taken; of anything else nobody can know.
    if (answer.status >= 400 && answer.status < 500)
      throw responseErrors.RESPONSE_NOT_POSSIBLE(`The receiver answered ${answer.status}.`)
    throw responseErrors.RESPONSE_RECEIVER_FAILED(`The receiver answered ${answer.status}.`)
  },
  probe: async (_call, _memento, result) =>
    result === undefined
      ? { took: 'unknown', detail: 'whether the receiver took it is not known' }
      : { took: 'yes', detail: `the receiver answered ${String(result.status)}` },
})

const about = ({ runId, tenant, reason, key }: ActionCall): Json => ({ id: key, run: runId, tenant, reason })

export const webhookPost = (webhooks: WebhookPort, clock: () => number): Action =>
  createMessage(webhooks, clock, {
    name: 'webhook.post',
    title: 'send a signed message',
    schema: closed({ ...common, data: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }),
    body: (call) => ({ ...about(call), type: 'rampart.response', data: call.parameters.data ?? {} }),
  })

export const ticketOpen = (webhooks: WebhookPort, clock: () => number): Action =>
  createMessage(webhooks, clock, {
    name: 'ticket.open',
    title: 'open a ticket',
    schema: closed({
      ...common,
      title: Line(256),
      text: Type.Optional(Line(16_384)),
      priority: Type.Optional(Type.Enum(['low', 'medium', 'high', 'critical'])),
    }),
    body: (call) => {
      const { title, text = call.reason, priority = 'medium' } = call.parameters
      return { ...about(call), type: 'rampart.ticket', title, text, priority }
    },
    kept: referenceOf,
  })
