/** Real PostgreSQL for tests: one throw-away server per test process, one fresh database per call. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { systemClock } from './clock.ts'
import { type Database, openDatabase } from './database.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import { createEventLog, type EventLog } from './event-log.ts'
import type { EventSchemas } from './event-schemas.ts'
import { createLogger, type Logger } from './logger.ts'
import { type MigrationSource, migrate } from './migrate.ts'
import { cryptoRandom } from './random.ts'

export const silentLogger: Logger = createLogger({ level: 'silent', name: 'test' })

export type TestDatabase = {
  readonly database: Database
  readonly url: string
  readonly eventLog: EventLog
  /** Closes connections and drops the database. */
  stop(): Promise<void>
}

export type TestDatabaseOptions = {
  /** Migrations beside kit's own. */
  readonly sources?: readonly MigrationSource[]
  readonly logger?: Logger
  readonly schemas?: EventSchemas
  readonly poolSize?: number
}

let server: Promise<string> | undefined

const stopServer = (embedded: EmbeddedPostgres, home: string): void => {
  const pid = embedded.pid()
  try {
    if (pid !== undefined) process.kill(pid, 'SIGQUIT')
  } catch {
    // Already gone.
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
}

/** A shell that outlives us by one line: when our end of the pipe closes, however we died, it cleans up. */
const watchOver = (embedded: EmbeddedPostgres, home: string): void => {
  const script = 'read -r _; kill -QUIT "$1" 2>/dev/null; sleep 1; rm -rf -- "$2"'
  const args = ['-c', script, 'sh', String(embedded.pid()), home]
  const guard = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  guard.on('error', () => undefined)
  guard.unref()
  ;(guard.stdin as unknown as { unref?: () => void }).unref?.()
}

const startServer = async (): Promise<string> => {
  const home = mkdtempSync(join(tmpdir(), 'rampart-test-'))
  // As root the server runs as another user, which must be able to pass through.
  chmodSync(home, 0o711)
  const embedded = await startEmbeddedPostgres({ home, logger: silentLogger, fsync: false })
  watchOver(embedded, home)
  process.once('exit', () => stopServer(embedded, home))
  return embedded.url
}

const adminUrl = (): Promise<string> => {
  const given = process.env.RAMPART_TEST_DATABASE_URL
  if (given !== undefined && given !== '') return Promise.resolve(given)
  server ??= startServer()
  return server
}

const administer = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Uses RAMPART_TEST_DATABASE_URL (a login that may create databases and roles) when set. */
export const testDatabase = async (options: TestDatabaseOptions = {}): Promise<TestDatabase> => {
  const admin = await adminUrl()
  const name = `rampart_test_${Buffer.from(cryptoRandom.bytes(8)).toString('hex')}`
  await administer(admin, `CREATE DATABASE ${name}`)
  const target = new URL(admin)
  target.pathname = `/${name}`
  const url = target.href
  const logger = options.logger ?? silentLogger
  await migrate({ url, sources: options.sources ?? [], logger })
  const deps = { logger, clock: systemClock, random: cryptoRandom }
  const database = openDatabase({ ...deps, url, poolSize: options.poolSize ?? 8 })
  const eventLog = createEventLog({
    ...deps,
    database,
    ...(options.schemas === undefined ? {} : { schemas: options.schemas }),
  })
  return {
    database,
    url,
    eventLog,
    stop: async () => {
      await eventLog.stop()
      await database.close()
      await administer(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}
