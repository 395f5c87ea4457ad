/**
 * PostgreSQL behind two verbs: `tx` (read-write) and `read`, each for one tenant.
 * Every connection runs as role rampart_app, so row-level security binds even when the login is a superuser.
 */

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Clock } from './clock.ts'
import { listenTo } from './database-listener.ts'
import { kitErrors } from './errors.ts'
import type { Logger } from './logger.ts'
import {
  isConnectionLoss,
  isReadTimeout,
  isTransactionConflict,
  mapPostgresError,
} from './postgres-errors.ts'
import { cryptoRandom, type Random } from './random.ts'
import { backoffMs } from './retry.ts'

export interface Tx {
  /** Rows of one statement; `$1` parameters only, never text pasted into SQL. */
  query<R extends Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<R[]>
}

export interface Database {
  /**
   * Commits when `work` resolves, rolls back when it throws. `work` runs again after a serialization failure or
   * deadlock, so it must have no effects outside the transaction. A lost commit throws KIT_COMMIT_UNKNOWN.
   */
  tx<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T>
  /** READ ONLY transaction over one snapshot (repeatable read). */
  read<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T>
  /** Calls `onNotify` per notification, and with '' after every reconnect (something may have been missed). */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>
  ready(): Promise<boolean>
  close(): Promise<void>
}

/** Sees every tenant; for the product's own jobs only. */
export const ALL_TENANTS = '*'
export const APP_ROLE = 'rampart_app'

const TENANT = /^(\*|[a-z0-9][a-z0-9-]{0,62})$/
const MAX_ATTEMPTS = 6

export type DatabaseOptions = {
  readonly url: string
  readonly logger: Logger
  readonly clock: Clock
  readonly random?: Random
  /** Connections at most; default 12. */
  readonly poolSize?: number
  /** Longest single statement; default 30 000. */
  readonly statementTimeoutMs?: number
  /** Longest wait for an answer of a server that is silent; default: the statement timeout and 5 s. */
  readonly readTimeoutMs?: number
  /** Longest wait for a free connection; default 10 000. */
  readonly acquireTimeoutMs?: number
}

export const openDatabase = (options: DatabaseOptions): Database => {
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 12,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? 10_000,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    lock_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 60_000,
    // A server that hangs (not: refuses) must not hang us.
    query_timeout: options.readTimeoutMs ?? statementTimeoutMs + 5_000,
    application_name: 'rampart',
  })
  // Heard from the first moment: a server that dies while it greets says both in one packet, and an error of a
  // connection that was handed out, but not asked yet, would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  // An idle connection that dies must not become an uncaught error; the pool drops it by itself.
  pool.on('error', (error) => options.logger.warn({ err: error }, 'database.idle-connection-lost'))
  const random = options.random ?? cryptoRandom
  const prepared = new WeakSet<pg.PoolClient>()

  const acquire = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect()
    if (prepared.has(client)) return client
    try {
      await client.query(`SET ROLE ${APP_ROLE}`)
      prepared.add(client)
      return client
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  const run = async <T>(tenant: string, mode: Mode, work: (tx: Tx) => Promise<T>): Promise<T> => {
    if (!TENANT.test(tenant)) throw kitErrors.KIT_TENANT_INVALID('The tenant name is not legal.')
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await runOnce(await acquire(), tenant, mode, work)
      } catch (error) {
        if (!isTransactionConflict(error) || attempt >= MAX_ATTEMPTS) throw mapPostgresError(error)
        await delay(backoffMs(attempt, { baseMs: 5, maxMs: 200, random }))
      }
    }
  }

  return {
    tx: (tenant, work) => run(tenant, 'READ WRITE', work),
    read: (tenant, work) => run(tenant, 'REPEATABLE READ READ ONLY', work),
    listen: (channel, onNotify) =>
      listenTo({ url: options.url, logger: options.logger, random, channel, onNotify }),
    ready: async () => {
      try {
        await run(ALL_TENANTS, 'REPEATABLE READ READ ONLY', (tx) => tx.query('SELECT 1'))
        return true
      } catch {
        return false
      }
    },
    close: () => pool.end(),
  }
}

type Mode = 'READ WRITE' | 'REPEATABLE READ READ ONLY'

const begin = (tenant: string, mode: Mode): string =>
  // The tenant matched TENANT, so it needs no escaping; one round trip instead of two.
  `BEGIN ${mode === 'READ WRITE' ? mode : 'ISOLATION LEVEL REPEATABLE READ READ ONLY'}; SET LOCAL rampart.tenant = '${tenant}'`

const commit = async (client: pg.PoolClient, mode: Mode): Promise<void> => {
  let command: string
  try {
    command = (await client.query('COMMIT')).command
  } catch (error) {
    // ERROR is the server's word that nothing was committed; FATAL, silence or a cut line are not.
    const rolledBack = (error as { severity?: string }).severity === 'ERROR'
    if (mode === 'READ WRITE' && !rolledBack) {
      throw kitErrors.KIT_COMMIT_UNKNOWN('The connection was lost during commit.', { cause: error })
    }
    throw error
  }
  // PostgreSQL answers COMMIT of an aborted transaction with a silent ROLLBACK.
  if (command !== 'COMMIT')
    throw kitErrors.KIT_TRANSACTION_ABORTED('A statement failed and its error was ignored.')
}

const runOnce = async <T>(
  client: pg.PoolClient,
  tenant: string,
  mode: Mode,
  work: (tx: Tx) => Promise<T>,
): Promise<T> => {
  let open = true
  const tx: Tx = {
    query: async <R extends Record<string, unknown>>(sql: string, params?: readonly unknown[]) => {
      if (!open) throw kitErrors.KIT_TRANSACTION_ABORTED('The transaction is already over.')
      return (await client.query(sql, params as unknown[])).rows as R[]
    },
  }
  let broken = false
  try {
    await client.query(begin(tenant, mode))
    const result = await work(tx)
    open = false
    await commit(client, mode)
    return result
  } catch (error) {
    open = false
    broken = isUnusable(error) || !(await rollback(client))
    throw error
  } finally {
    client.release(broken)
  }
}

/** Asking such a connection for a rollback would only wait for one more timeout. */
const isUnusable = (error: unknown): boolean =>
  isConnectionLoss(error) ||
  isReadTimeout(error) ||
  (error as { code?: string }).code === 'KIT_COMMIT_UNKNOWN'

const rollback = async (client: pg.PoolClient): Promise<boolean> => {
  try {
    await client.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}
