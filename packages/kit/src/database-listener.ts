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

const connect = async (options: ListenOptions, onLost: () => void): Promise<pg.Client> => {
  const client = new pg.Client({
    connectionString: options.url,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'rampart-listen',
  })
  client.on('error', onLost)
  client.on('end', onLost)
  client.on('notification', (message) => options.onNotify(message.payload ?? ''))
  try {
    await client.connect()
    await client.query(`LISTEN ${options.channel}`)
    return client
  } catch (error) {
    client.end().catch(() => undefined)
    throw error
  }
}

/** Resolves once listening; the returned function stops. Rejects when the first connection fails. */
export const listenTo = async (options: ListenOptions): Promise<() => Promise<void>> => {
  if (!CHANNEL.test(options.channel)) throw new TypeError(`illegal channel name: ${options.channel}`)
  const stopped = new AbortController()
  let current: pg.Client | undefined
  let reconnecting = false

  const open = async (): Promise<pg.Client> => {
    const client: pg.Client = await connect(options, () => {
      if (current === client) void reconnect()
    })
    return client
  }

  const reconnect = async (): Promise<void> => {
    if (reconnecting || stopped.signal.aborted) return
    reconnecting = true
    current = undefined
    options.logger.warn({ channel: options.channel }, 'database.listen-lost')
    for (let attempt = 1; !stopped.signal.aborted && current === undefined; attempt += 1) {
      try {
        await delay(backoffMs(attempt, { baseMs: 50, maxMs: 2_000, random: options.random }), undefined, {
          signal: stopped.signal,
        })
        current = await open()
      } catch {}
    }
    reconnecting = false
    if (stopped.signal.aborted) return void (current as pg.Client | undefined)?.end().catch(() => undefined)
    options.onNotify('')
  }

  current = await open()
  return async () => {
    stopped.abort()
    await current?.end().catch(() => undefined)
  }
}
