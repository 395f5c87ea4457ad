/** Forward-only numbered SQL migrations, one folder per module, each file once and in its own transaction. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { assetPath } from './assets.ts'
import { kitErrors } from './errors.ts'
import type { Logger } from './logger.ts'
import { mapPostgresError } from './postgres-errors.ts'

/** `dir` holds files named `0001_topic.sql`, `0002_…` without gaps. */
export type MigrationSource = { readonly module: string; readonly dir: string }

type Migration = {
  readonly module: string
  readonly name: string
  readonly sql: string
  readonly digest: string
}

export type MigrateOptions = {
  readonly url: string
  /** Applied in this order; kit's own migrations always come first. */
  readonly sources: readonly MigrationSource[]
  readonly logger: Logger
}

const FILE = /^(\d{4})_[a-z0-9-]+\.sql$/
// Any fixed number; two starters on one database wait for each other here.
const ADVISORY_LOCK = '7238201651127'
const LOCK_WAIT_MS = 120_000
const INSUFFICIENT_PRIVILEGE = '42501'
const GRANT_HELP =
  'As an administrator: GRANT rampart_app TO the login of the database URL; it must own the schema.'

const kitSource = (): MigrationSource => ({ module: 'kit', dir: assetPath('packages/kit/migrations') })

const loadSource = async (source: MigrationSource): Promise<Migration[]> => {
  const names = (await readdir(source.dir)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name, index) => {
      const number = FILE.exec(name)?.[1]
      if (number === undefined || Number(number) !== index + 1) {
        throw kitErrors.KIT_MIGRATION_FAILED(
          `${source.module}: ${name} is not number ${index + 1} in the sequence`,
        )
      }
      const sql = await readFile(join(source.dir, name), 'utf8')
      return { module: source.module, name, sql, digest: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

const ledger = async (client: pg.Client): Promise<Map<string, string>> => {
  await client.query(`CREATE TABLE IF NOT EXISTS kit_migration (
    module text NOT NULL, name text NOT NULL, digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (module, name))`)
  const { rows } = await client.query<{ module: string; name: string; digest: string }>(
    'SELECT module, name, digest FROM kit_migration',
  )
  return new Map(rows.map((row) => [`${row.module}/${row.name}`, row.digest]))
}

const refuseChanges = (applied: Map<string, string>, all: readonly Migration[]): void => {
  const known = new Map(all.map((migration) => [`${migration.module}/${migration.name}`, migration.digest]))
  const modules = new Set(all.map((migration) => migration.module))
  for (const [key, digest] of applied) {
    if (!modules.has(key.slice(0, key.indexOf('/')))) continue
    if (known.get(key) === digest) continue
    throw kitErrors.KIT_MIGRATION_CHANGED(
      known.has(key)
        ? `migration ${key} differs from what was applied`
        : `applied migration ${key} is missing`,
    )
  }
}

const apply = async (client: pg.Client, migration: Migration): Promise<void> => {
  try {
    await client.query('BEGIN')
    await client.query(migration.sql)
    await client.query('INSERT INTO kit_migration (module, name, digest) VALUES ($1, $2, $3)', [
      migration.module,
      migration.name,
      migration.digest,
    ])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    const mapped = mapPostgresError(error)
    const { code, hint } = error as { code?: string; hint?: string }
    const help = hint ?? (code === INSUFFICIENT_PRIVILEGE ? GRANT_HELP : undefined)
    throw kitErrors.KIT_MIGRATION_FAILED(`${migration.module}/${migration.name}: ${mapped.message}`, {
      cause: error,
      ...(help === undefined ? {} : { help }),
    })
  }
}

/** The newest transaction id in every table that orders its rows by `kit_xid()`: the event log, and other rooms' queues. */
const newestTransactionId = async (client: pg.Client): Promise<string> => {
  const { rows } = await client.query<{ newest: string }>(`
    SELECT format('SELECT max(%I)::text::bigint AS newest FROM %I', column_name, table_name) AS newest
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND column_default LIKE '%kit_xid()%'`)
  return rows.map((row) => row.newest).join(' UNION ALL ')
}

/**
 * After a restore on another server the tables hold ids that this server has not reached: see 0002_restore.sql.
 * Runs under the advisory lock; on the server that wrote them it changes nothing.
 */
const liftTransactionIds = async (client: pg.Client, logger: Logger): Promise<void> => {
  await client.query("SET rampart.tenant = '*'")
  const { rows } = await client.query<{ value: string }>(`
    WITH log AS (SELECT max(newest) AS newest FROM (${await newestTransactionId(client)}) tables),
      server AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next)
    UPDATE kit_xid_offset SET value = newest - next + 1 FROM log, server
    WHERE newest >= next + value RETURNING value`)
  if (rows[0] !== undefined) logger.warn({ offset: rows[0].value }, 'database.transaction-ids-lifted')
}

/** Applies what is missing; refuses when an applied file changed. Returns the names applied now. */
export const migrate = async (options: MigrateOptions): Promise<string[]> => {
  const all = (await Promise.all([kitSource(), ...options.sources].map(loadSource))).flat()
  const client = new pg.Client({
    connectionString: options.url,
    application_name: 'rampart-migrate',
    connectionTimeoutMillis: 10_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(`SET lock_timeout = ${LOCK_WAIT_MS}`)
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK])
    const applied = await ledger(client)
    refuseChanges(applied, all)
    const missing = all.filter((migration) => !applied.has(`${migration.module}/${migration.name}`))
    for (const migration of missing) {
      await apply(client, migration)
      options.logger.info({ module: migration.module, migration: migration.name }, 'database.migrated')
    }
    await liftTransactionIds(client, options.logger)
    return missing.map((migration) => `${migration.module}/${migration.name}`)
  } catch (error) {
    throw mapPostgresError(error)
  } finally {
    // Ending the session frees the advisory lock, also when the server side is half dead.
    await client.end().catch(() => undefined)
  }
}
