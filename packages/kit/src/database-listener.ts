/** LISTEN on a connection of its own that comes back after every loss. */

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from './logger.ts'
import type { Random } from './random.ts'
import { backoffMs } from './retry.ts'

export type ListenOptions = {
  readonly url: string
  readonly logger: Logger
  readonly random: Pick<Random, 'float'>
  readonly channel: string
  readonly onNotify: (payload: string) => void
}

const CHANNEL = /^[a-z_][a-z0-9_]{0,62}$/

type Listener = {
  /** Calls back once, when the connection is over; at once when it already is. */
  onEnd(lost: () => void): void
  close(): Promise<void>
}

const connect = async (options: ListenOptions): Promise<Listener> => {
  const client = new pg.Client({
    connectionString: options.url,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'rampart-listen',
  })
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  // Every error is followed by 'end'; unheard, it would end the process.
  client.on('error', () => undefined)
  client.on('notification', (message) => options.onNotify(message.payload ?? ''))
  const close = (): Promise<void> => client.end().catch(() => undefined)
  try {
    await client.connect()
    await client.query(`LISTEN ${options.channel}`)
  } catch (error) {
    void close()
    throw error
  }
  return { onEnd: (lost) => void ended.then(lost), close }
}

/** Resolves once listening; the returned function stops. Rejects when the first connection fails. */
export const listenTo = async (options: ListenOptions): Promise<() => Promise<void>> => {
  if (!CHANNEL.test(options.channel)) throw new TypeError(`illegal channel name: ${options.channel}`)
  const stopped = new AbortController()
  const { signal } = stopped
  let current: Listener

  const adopt = (listener: Listener): void => {
    current = listener
    listener.onEnd(() => void reconnect())
  }

  const reconnect = async (): Promise<void> => {
    if (signal.aborted) return
    options.logger.warn({ channel: options.channel }, 'database.listen-lost')
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const waitMs = backoffMs(attempt, { baseMs: 50, maxMs: 2_000, random: options.random })
      await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined)
      const listener = signal.aborted ? undefined : await connect(options).catch(() => undefined)
      if (listener === undefined) continue
      if (signal.aborted) return listener.close()
      adopt(listener)
      options.onNotify('')
      return
    }
  }

  adopt(await connect(options))
  return () => {
    stopped.abort()
    return current.close()
  }
}
