/** AMQP 0-9-1 with publisher confirms (the RabbitMQ extension): a record counts when the broker has confirmed it. */
import { type ConfirmChannel, connect } from 'amqplib'
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

export type Amqp091Target = SinkTarget & {
  readonly username?: string
  readonly password?: string
  /** Empty: the default exchange, which routes by queue name. */
  readonly exchange?: string
  readonly routingKey: string
}

type Connection = Awaited<ReturnType<typeof connect>>
type Open = {
  readonly connection: Connection
  readonly channel: ConfirmChannel
  readonly lost: Promise<never>
  dead: boolean
}

const HEARTBEAT_S = 10

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const createAmqp091 = (target: Amqp091Target): SinkTransport => {
  const url = parseServerUrl(target.url, ['amqp:', 'amqps:'])
  const timeoutMs = target.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const guard = createAddressGuard(target.addresses)
  guard.check(url)
  const secure = url.protocol === 'amqps:'
  const unreachable = (cause: unknown) =>
    sinkErrors.SINK_UNREACHABLE(`${url.host}: ${messageOf(cause)}`, { cause })
  let open: Open | undefined
  let returned = new Map<string, string>()

  const connectNow = async (): Promise<Open> => {
    const { ca, cert, key, serverName } = target.tls ?? {}
    const vhost = decodeURIComponent(url.pathname.replace(/^\//, ''))
    const connection = await connect(
      {
        protocol: secure ? 'amqps' : 'amqp',
        hostname: hostOf(url),
        port: Number(url.port || (secure ? 5671 : 5672)),
        username: target.username ?? 'guest',
        password: target.password ?? 'guest',
        vhost: vhost === '' ? '/' : vhost,
        heartbeat: HEARTBEAT_S,
      },
      {
        lookup: guard.lookupFor(url),
        timeout: timeoutMs,
        ...(serverName === undefined ? {} : { servername: serverName }),
        ...(ca === undefined ? {} : { ca: [ca] }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
    ).catch((cause: unknown) => {
      throw /ACCESS_REFUSED|403/.test(messageOf(cause))
        ? sinkErrors.SINK_DENIED(`${url.host}: ${messageOf(cause)}`, { cause })
        : unreachable(cause)
    })
    connection.on('error', () => undefined)
    const channel = await connection.createConfirmChannel()
    let lose: (cause: unknown) => void = () => undefined
    const lost = new Promise<never>((_resolve, reject) => {
      lose = (cause) => reject(unreachable(cause))
    })
    lost.catch(() => undefined)
    const fresh: Open = { connection, channel, lost, dead: false }
    const end = (cause: unknown): void => {
      fresh.dead = true
      lose(cause)
    }
    // An unknown exchange closes the channel with the reason.
    channel.on('error', end)
    channel.on('close', () => end(new Error('the channel was closed')))
    connection.on('close', () => end(new Error('the connection was closed')))
    channel.on('return', ({ properties, fields }) => {
      returned.set(
        String(properties.messageId),
        `unroutable: ${String((fields as { replyText?: string }).replyText)}`,
      )
    })
    return fresh
  }

  const drop = async (): Promise<void> => {
    const last = open
    open = undefined
    // A broker that hangs does not answer a close either.
    if (last !== undefined && !last.dead)
      await within(last.connection.close(), 2_000, () => new Error('late')).catch(() => undefined)
  }

  const publish = ({ channel }: Open, record: OutgoingRecord): Promise<SendResult> =>
    new Promise((resolve) => {
      const { eventId, payload } = record
      const options = {
        persistent: true,
        mandatory: true,
        messageId: eventId,
        type: record.type,
        timestamp: Math.floor(Date.parse(record.time) / 1000),
        contentType: record.isJson ? 'application/json' : 'text/plain',
        contentEncoding: 'utf-8',
        headers: { severity: record.severity, entity: record.entity },
      }
      channel.publish(target.exchange ?? '', target.routingKey, Buffer.from(payload), options, (error) => {
        const unroutable = returned.get(eventId)
        returned.delete(eventId)
        if (unroutable !== undefined) resolve({ kind: 'again', reason: unroutable })
        else if (error !== null && error !== undefined)
          resolve({ kind: 'again', reason: `not confirmed: ${messageOf(error)}` })
        else resolve(ACCEPTED)
      })
    })

  return {
    assurance: 'acknowledged',
    send: async (batch) => {
      if (open === undefined || open.dead)
        open = await within(connectNow(), timeoutMs * 2, () => unreachable('no connection in time'))
      const now = open
      returned = new Map()
      const results: SendResult[] = []
      try {
        for (const wave of wavesOf(batch)) {
          const work = Promise.all(wave.map((record) => publish(now, record)))
          const answers = await within(Promise.race([work, now.lost]), timeoutMs, () =>
            sinkErrors.SINK_STALLED(`${url.host} confirmed nothing for ${timeoutMs} ms`),
          )
          results.push(...answers)
          if (answers.some(({ kind }) => kind !== 'accepted')) break
        }
      } catch (error) {
        await drop()
        if (results.length === 0) throw error
      }
      // What was not tried keeps its place behind what failed.
      return batch.map(
        (_record, at) => results[at] ?? { kind: 'again', reason: 'waits for an earlier record' },
      )
    },
    onBreak: () => undefined,
    close: drop,
  }
}
