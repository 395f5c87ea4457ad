/** AMQP 1.0 (ISO/IEC 19464): a record counts when the receiver settled it as accepted. */
import rhea, { type Connection, type EventContext, type Sender } from 'rhea'
import { createAddressGuard, hostOf, parseServerUrl } from '../outbound/index.ts'
import { sinkErrors } from '../sink/errors.ts'
import {
  ACCEPTED,
  DEFAULT_TIMEOUT_MS,
  type OutgoingRecord,
  type SendResult,
  type SinkTarget,
  type SinkTransport,
  wavesOf,
  within,
} from '../sink/transport.ts'

export type Amqp10Target = SinkTarget & {
  readonly username?: string
  readonly password?: string
  /** Of the target node, such as `/queue/rampart`. */
  readonly address: string
}

type Open = {
  readonly connection: Connection
  readonly sender: Sender
  readonly lost: Promise<never>
  dead: boolean
}

const describe = (error: unknown): string => {
  if (error instanceof Error) return error.message
  const { condition, description } = (error ?? {}) as { condition?: unknown; description?: unknown }
  return (
    [condition, description]
      .filter((part) => part !== undefined)
      .map(String)
      .join(': ') || 'broken off'
  )
}

export const createAmqp10 = (target: Amqp10Target): SinkTransport => {
  const url = parseServerUrl(target.url, ['amqp:', 'amqps:'])
  const timeoutMs = target.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const guard = createAddressGuard(target.addresses)
  guard.check(url)
  const secure = url.protocol === 'amqps:'
  const pending = new Map<unknown, (result: SendResult) => void>()
  let open: Open | undefined

  const options = () => {
    const { ca, cert, key, serverName } = target.tls ?? {}
    return {
      host: hostOf(url),
      port: Number(url.port || (secure ? 5671 : 5672)),
      reconnect: false,
      idle_time_out: 20_000,
      lookup: guard.lookupFor(url),
      ...(target.username === undefined ? {} : { username: target.username }),
      ...(target.password === undefined ? {} : { password: target.password }),
      ...(secure ? { transport: 'tls', rejectUnauthorized: true } : {}),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }
  }

  const settle = ({ delivery }: EventContext, result: SendResult): void => {
    const resolve = pending.get(delivery)
    pending.delete(delivery)
    resolve?.(result)
  }

  const connectNow = (): Promise<Open> =>
    new Promise((resolve, reject) => {
      const container = rhea.create_container()
      let fresh: Open | undefined
      let lose: (error: Error) => void = () => undefined
      const lost = new Promise<never>((_resolve, refuse) => {
        lose = refuse
      })
      lost.catch(() => undefined)
      const end = (error: Error): void => {
        if (fresh !== undefined) fresh.dead = true
        lose(error)
        reject(error)
      }
      const broken = (cause: unknown) =>
        end(sinkErrors.SINK_UNREACHABLE(`${url.host}: ${describe(cause)}`, { cause }))
      const denied = (cause: unknown) =>
        end(sinkErrors.SINK_DENIED(`${url.host}: ${describe(cause)}`, { cause }))
      container.on('accepted', (context: EventContext) => settle(context, ACCEPTED))
      for (const outcome of ['released', 'modified', 'rejected'])
        container.on(outcome, (context: EventContext) => {
          const error = (context.delivery?.remote_state as { error?: unknown } | undefined)?.error
          settle(context, {
            kind: 'again',
            reason: `${outcome}${error === undefined ? '' : `: ${describe(error)}`}`,
          })
        })
      container.on('disconnected', (context: EventContext) =>
        broken(context.error ?? new Error('disconnected')),
      )
      container.on('connection_error', (context: EventContext) => denied(context.connection.error))
      container.on('connection_close', () => broken(new Error('closed by the receiver')))
      container.on('sender_error', (context: EventContext) => denied(context.sender?.error))
      container.on('sender_close', () => broken(new Error('the link was closed')))
      container.on('error', broken)
      container.on('sender_open', (context: EventContext) => {
        if (context.sender === undefined) return
        fresh = { connection: context.connection, sender: context.sender, lost, dead: false }
        resolve(fresh)
      })
      const connection = container.connect(options() as never)
      connection.open_sender({ target: { address: target.address, durable: 2 }, snd_settle_mode: 0 })
    })

  const drop = (): void => {
    const last = open
    open = undefined
    pending.clear()
    if (last === undefined) return
    last.dead = true
    // The answer to a polite close may never come; the socket is ended with it.
    last.connection.close()
    setTimeout(
      () => (last.connection as unknown as { socket?: { destroy(): void } }).socket?.destroy(),
      500,
    ).unref()
  }

  const hasCredit = async ({ sender, lost }: Open): Promise<void> => {
    if (sender.sendable()) return
    const credit = new Promise<void>((resolve) => sender.once('sendable', () => resolve()))
    await within(Promise.race([credit, lost]), timeoutMs, () =>
      sinkErrors.SINK_STALLED(`${url.host} gave no credit for ${timeoutMs} ms`),
    )
  }

  const transfer = (to: Open, record: OutgoingRecord): Promise<SendResult> => {
    const delivery = to.sender.send({
      message_id: record.eventId,
      subject: record.type,
      durable: true,
      content_type: record.isJson ? 'application/json' : 'text/plain',
      creation_time: new Date(record.time),
      application_properties: { severity: record.severity, entity: record.entity },
      body: record.payload,
    })
    return new Promise((resolve) => pending.set(delivery, resolve))
  }

  const sendWave = async (to: Open, wave: readonly OutgoingRecord[]): Promise<SendResult[]> => {
    const answers: Promise<SendResult>[] = []
    for (const record of wave) {
      await hasCredit(to)
      answers.push(transfer(to, record))
    }
    return Promise.all(answers)
  }

  return {
    assurance: 'acknowledged',
    send: async (batch) => {
      if (open === undefined || open.dead)
        open = await within(connectNow(), timeoutMs, () =>
          sinkErrors.SINK_UNREACHABLE(`${url.host}: no connection in time`),
        )
      const now = open
      const results: SendResult[] = []
      try {
        for (const wave of wavesOf(batch)) {
          const answers = await within(Promise.race([sendWave(now, wave), now.lost]), timeoutMs, () =>
            sinkErrors.SINK_STALLED(`${url.host} settled nothing for ${timeoutMs} ms`),
          )
          results.push(...answers)
          if (answers.some(({ kind }) => kind !== 'accepted')) break
        }
      } catch (error) {
        drop()
        if (results.length === 0) throw error
      }
      return batch.map(
        (_record, at) => results[at] ?? { kind: 'again', reason: 'waits for an earlier record' },
      )
    },
    onBreak: () => undefined,
    close: async () => drop(),
  }
}
