/**
 * Notification by webhook: written with the change, sent after the commit, signed, repeated until it is taken. At least
 * once, in no promised order: the receiver tells repetitions by the delivery's id.
 */
import { createHmac } from 'node:crypto'
import {
  ALL_TENANTS,
  type Clock,
  type Database,
  type Logger,
  newId,
  type Random,
  type Tx,
} from '@rampart/kit'
import { type ChangeAction, type OnChange, refOf } from './changes.ts'
import * as store from './notice-store.ts'

/** Sends one request and answers its status; throws when it could not be sent. */
export type PostNotice = (notice: {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}) => Promise<number>

export type NoticesDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Absent when no webhook is configured: nothing is written then. */
  readonly webhook?: { readonly post: PostNotice; readonly secret: () => Promise<string> }
  /** First pause between two attempts, ms; doubled every time. */
  readonly baseMs?: number
}

const TOLD: ReadonlySet<ChangeAction> = new Set(['opened', 'approved', 'rejected', 'expired'])
const MAX_ATTEMPTS = 24
const MAX_PAUSE_MS = 3_600_000
const SEND_MS = 10_000
const LEASE_MS = 30_000
const LOOK_MS = 5_000
const KEEP_MS = 7 * 86_400_000

/** `v1=` and the HMAC-SHA-256, in hex, of `TIMESTAMP.DELIVERY.BODY` with the shared secret. */
export const signNotice = (
  secret: string,
  {
    timestamp,
    delivery,
    body,
  }: { readonly timestamp: string; readonly delivery: string; readonly body: string },
): string => `v1=${createHmac('sha256', secret).update(`${timestamp}.${delivery}.${body}`).digest('hex')}`

export const createNotices = (deps: NoticesDeps) => {
  const { database, clock, random, logger, webhook } = deps
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> = Promise.resolve()
  let stopped = false
  const abort = new AbortController()

  const onChange: OnChange = async (tx: Tx, request, { action, principal, text, missing }) => {
    if (webhook === undefined || !TOLD.has(action)) return
    const body = {
      schema: 'approval-notice/1',
      action,
      request: request.id,
      tenant: request.tenant,
      version: refOf(request),
      digest: request.digest,
      state: request.state,
      by: principal,
      reason: text,
      approvers: request.approvers,
      expiresAt: request.expiresAt.toISOString(),
      at: clock.iso(),
      ...(missing === undefined ? {} : { missing }),
    }
    await store.insertNotice(tx, { id: newId(clock, random), body, time: clock.iso() })
    soon()
  }

  const attempt = async (
    notice: store.Notice,
    { post, secret }: NonNullable<typeof webhook>,
  ): Promise<string | undefined> => {
    try {
      const body = JSON.stringify(notice.body)
      const signed = { timestamp: String(clock.now()), delivery: notice.id, body }
      const status = await post({
        body,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'rampart',
          'x-rampart-delivery': notice.id,
          'x-rampart-timestamp': signed.timestamp,
          'x-rampart-signature': signNotice(await secret(), signed),
        },
        signal: AbortSignal.any([abort.signal, AbortSignal.timeout(SEND_MS)]),
      })
      return status >= 200 && status < 300 ? undefined : `the receiver answered ${status}`
    } catch (error) {
      return error instanceof Error ? error.message : 'it could not be sent'
    }
  }

  /** One that is due; false when there is none. */
  const sendOne = async (): Promise<boolean> => {
    if (webhook === undefined || stopped) return false
    const at = (ms: number) => new Date(clock.now() + ms).toISOString()
    const notice = await database.tx(ALL_TENANTS, (tx) =>
      store.takeDue(tx, { now: clock.iso(), until: at(LEASE_MS) }),
    )
    if (notice === undefined) return false
    const note = await attempt(notice, webhook)
    const pause = Math.min((deps.baseMs ?? 5_000) * 2 ** (notice.attempts - 1), MAX_PAUSE_MS)
    const isLast = notice.attempts >= MAX_ATTEMPTS
    if (note !== undefined)
      logger.warn({ notice: notice.id, attempts: notice.attempts, note, isLast }, 'approval.notice-failed')
    const state = note === undefined ? 'delivered' : isLast ? 'given-up' : 'waiting'
    await database.tx(notice.tenant, (tx) =>
      store.finishNotice(tx, notice.id, {
        state,
        nextAt: at(pause),
        ...(note === undefined ? {} : { note }),
      }),
    )
    return true
  }

  const run = async (): Promise<void> => {
    while (await sendOne());
    await database.tx(ALL_TENANTS, (tx) => store.dropEnded(tx, new Date(clock.now() - KEEP_MS).toISOString()))
  }
  const soon = (): void => {
    if (stopped || webhook === undefined) return
    // After the commit that this was called in: what is written in it cannot be seen before.
    setTimeout(() => {
      sending = sending
        .then(run)
        .catch((error: unknown) => logger.warn({ err: error }, 'approval.notices-failed'))
    }, 50).unref()
  }

  return {
    onChange,
    /** Sends soon what is due. */
    look: soon,
    start: (): void => {
      if (webhook === undefined) return
      timer = setInterval(soon, LOOK_MS)
      timer.unref()
      soon()
    },
    stop: async (): Promise<void> => {
      stopped = true
      clearInterval(timer)
      abort.abort()
      await sending
    },
  }
}
