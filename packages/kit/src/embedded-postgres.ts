/** The embedded default database: a real PostgreSQL server in our process tree, supervised. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { writeFileDurably } from './durable-file.ts'
import { kitErrors } from './errors.ts'
import type { Logger } from './logger.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { mapPostgresError } from './postgres-errors.ts'
import { choosePostgresPlace, type PostgresPlace } from './postgres-place.ts'
import {
  freePort,
  initialise,
  isAccepting,
  launch,
  logTail,
  SUPERUSER,
  shutDown,
  stopLeftover,
} from './postgres-server.ts'
import { cryptoRandom, type Random } from './random.ts'
import { acquireStateLock } from './state-lock.ts'

export type EmbeddedPostgres = {
  /** Superuser URL of database `rampart`; openDatabase drops to the application role by itself. */
  readonly url: string
  readonly dataDir: string
  /** Process id of the running postmaster; changes when it was restarted. */
  pid(): number | undefined
  /** Times the server was found dead and started again. */
  restarts(): number
  stop(): Promise<void>
}

export type EmbeddedPostgresOptions = {
  /** State folder; created when missing. */
  readonly home: string
  readonly logger: Logger
  readonly random?: Pick<Random, 'bytes'>
  /** Longest wait for the server to accept connections, crash recovery included; default 120 000. */
  readonly startTimeoutMs?: number
  /** False only for throw-away test databases. */
  readonly fsync?: boolean
}

const DATABASE = 'rampart'
const CONNECTION_FILE = 'postgres.json'
type Connection = { readonly password: string; readonly port: number }

const readConnection = (home: string): Connection | undefined => {
  const path = join(home, CONNECTION_FILE)
  if (!existsSync(path)) return undefined
  return JSON.parse(readFileSync(path, 'utf8')) as Connection
}

const writeConnection = (home: string, connection: Connection): void =>
  writeFileDurably(join(home, CONNECTION_FILE), JSON.stringify(connection), 0o600)

const urlOf = (connection: Connection, database: string): string =>
  `postgres://${SUPERUSER}:${connection.password}@127.0.0.1:${connection.port}/${database}`

/** URL of the server that runs (or ran last) on `home`, for tools that read beside a running control plane. */
export const embeddedPostgresUrl = (home: string): string | undefined => {
  const connection = readConnection(resolve(home))
  return connection === undefined ? undefined : urlOf(connection, DATABASE)
}

const waitReady = async (place: PostgresPlace, child: ChildProcess, timeoutMs: number): Promise<void> => {
  let failure: Error | undefined
  child.on('error', (error) => {
    failure = error
  })
  for (const end = performance.now() + timeoutMs; performance.now() < end; await delay(15)) {
    if (child.pid !== undefined && isAccepting(place, child.pid)) return
    if (failure !== undefined || child.exitCode !== null || child.signalCode !== null) {
      throw kitErrors.KIT_POSTGRES_FAILED(`PostgreSQL exited at start: ${failure?.message ?? logTail(place)}`)
    }
  }
  throw kitErrors.KIT_POSTGRES_FAILED(`PostgreSQL did not accept connections within ${timeoutMs} ms`)
}

const ensureDatabase = async (connection: Connection): Promise<void> => {
  const client = new pg.Client({
    connectionString: urlOf(connection, 'postgres'),
    connectionTimeoutMillis: 20_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw mapPostgresError(error)
    throw kitErrors.KIT_POSTGRES_FAILED(
      `the password in ${CONNECTION_FILE} is not the one of the database beside it`,
      {
        cause: error,
      },
    )
  } finally {
    await client.end().catch(() => undefined)
  }
}

const RESTART_DELAY_MS = [0, 100, 200, 500, 1_000, 2_000, 5_000]

/** Starts, and keeps running until `stop`. Throws KIT_STATE_LOCKED, KIT_POSTGRES_UNSUPPORTED, KIT_POSTGRES_FAILED. */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const home = resolve(options.home)
  const logger = options.logger
  const fsync = options.fsync ?? true
  const startTimeoutMs = options.startTimeoutMs ?? 120_000
  mkdirSync(home, { recursive: true, mode: 0o755 })
  const lock = acquireStateLock({ home, name: 'postgres' })
  const supervisor = createSupervisor({ logger, fsync, startTimeoutMs })
  try {
    const place = await choosePostgresPlace(home, await findPostgresBinaries(), logger)
    const leftover = await stopLeftover(place)
    if (leftover !== 'none') logger.warn({ leftover }, 'postgres.leftover')
    const password =
      readConnection(home)?.password ??
      Buffer.from((options.random ?? cryptoRandom).bytes(24)).toString('hex')
    // Written before initdb: a kill in between must not lose the password of a finished cluster.
    writeConnection(home, { password, port: readConnection(home)?.port ?? 0 })
    await initialise(place, password, fsync)
    const port = await supervisor.startFirst(place)
    writeConnection(home, { password, port })
    await ensureDatabase({ password, port })
    return {
      url: urlOf({ password, port }, DATABASE),
      dataDir: join(place.dir, 'data'),
      pid: supervisor.pid,
      restarts: supervisor.restarts,
      stop: async () => {
        await supervisor.stop()
        lock.release()
      },
    }
  } catch (error) {
    await supervisor.stop()
    lock.release()
    throw error
  }
}

type Supervisor = {
  startFirst(place: PostgresPlace): Promise<number>
  pid(): number | undefined
  restarts(): number
  stop(): Promise<void>
}

const createSupervisor = (deps: { logger: Logger; fsync: boolean; startTimeoutMs: number }): Supervisor => {
  const stopping = new AbortController()
  let child: ChildProcess | undefined
  let restarts = 0
  let restarting: Promise<void> | undefined

  const start = async (place: PostgresPlace, port: number): Promise<void> => {
    const started = launch(place, port, deps.fsync)
    child = started
    await waitReady(place, started, deps.startTimeoutMs)
    started.once('exit', (code, signal) => {
      if (stopping.signal.aborted) return
      deps.logger.error({ code, signal }, 'postgres.died')
      restarting = restart(place, port)
    })
    // It may have died between being ready and our listening.
    if (started.exitCode !== null || started.signalCode !== null)
      throw kitErrors.KIT_POSTGRES_FAILED('PostgreSQL died')
  }

  const restart = async (place: PostgresPlace, port: number): Promise<void> => {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      const waitMs = RESTART_DELAY_MS[Math.min(attempt, RESTART_DELAY_MS.length - 1)]
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      try {
        // Backends of a killed postmaster may still hold the shared memory for a moment: then this fails and repeats.
        await stopLeftover(place)
        await start(place, port)
        restarts += 1
        deps.logger.warn({ restarts }, 'postgres.restarted')
        return
      } catch (error) {
        deps.logger.warn({ err: error, attempt }, 'postgres.restart-failed')
      }
    }
  }

  return {
    startFirst: async (place) => {
      for (let attempt = 1; ; attempt += 1) {
        const port = await freePort()
        try {
          await start(place, port)
          return port
        } catch (error) {
          // Someone may have taken the port in between, or old backends may still be leaving.
          if (attempt >= 5) throw error
          await delay(100 * attempt)
        }
      }
    },
    pid: () => child?.pid,
    restarts: () => restarts,
    stop: async () => {
      stopping.abort()
      if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
        await shutDown(child.pid)
      await restarting
      if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
        await shutDown(child.pid)
    },
  }
}
