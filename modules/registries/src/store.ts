/** SQL over registries as resources, and over how the sync of each stands. */
import type { RegistrySpec } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export const CHANNEL = 'rampart_registry'

export type RegistryResource = {
  readonly name: string
  readonly spec: RegistrySpec
  readonly revision: number
  readonly updatedBy: string
  readonly updatedAt: string
}

type Row = { name: string; spec: RegistrySpec; revision: number; updated_by: string; updated_at: Date }

const toResource = (row: Row): RegistryResource => ({
  name: row.name,
  spec: row.spec,
  revision: row.revision,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

export const listResources = async (tx: Tx): Promise<RegistryResource[]> =>
  (await tx.query<Row>('SELECT * FROM registry_resource ORDER BY name')).map(toResource)

/** Every tenant's. */
export const listAllResources = async (tx: Tx): Promise<(RegistryResource & { readonly tenant: string })[]> =>
  (await tx.query<Row & { tenant: string }>('SELECT * FROM registry_resource ORDER BY tenant, name')).map(
    (row) => ({ ...toResource(row), tenant: row.tenant }),
  )

/** With `lock` the row is held until the transaction ends. */
export const findResource = async (
  tx: Tx,
  name: string,
  lock = false,
): Promise<RegistryResource | undefined> => {
  const [row] = await tx.query<Row>(
    `SELECT * FROM registry_resource WHERE name = $1${lock ? ' FOR UPDATE' : ''}`,
    [name],
  )
  return row === undefined ? undefined : toResource(row)
}

/** Wakes the syncs of every process at commit. */
export const nudge = (tx: Tx): Promise<unknown> => tx.query('SELECT pg_notify($1, $2)', [CHANNEL, ''])

export const putResource = async (
  tx: Tx,
  resource: Omit<RegistryResource, 'revision'>,
): Promise<RegistryResource> => {
  const [row] = await tx.query<Row>(
    `INSERT INTO registry_resource AS r (name, spec, updated_by, updated_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant, name) DO UPDATE SET spec = $2, updated_by = $3, updated_at = $4,
       revision = r.revision + 1
     RETURNING *`,
    [resource.name, JSON.stringify(resource.spec), resource.updatedBy, resource.updatedAt],
  )
  if (row === undefined) throw new Error('the statement returns its row')
  await tx.query(
    `INSERT INTO registry_state (name) VALUES ($1) ON CONFLICT (tenant, name) DO UPDATE SET
       walking = false, walk_cursor = NULL, next_poll_at = NULL, failures = 0`,
    [resource.name],
  )
  await nudge(tx)
  return toResource(row)
}

export const deleteResource = async (tx: Tx, name: string): Promise<boolean> => {
  const gone = await tx.query('DELETE FROM registry_resource WHERE name = $1 RETURNING name', [name])
  await nudge(tx)
  return gone.length > 0
}

/** How the sync of one registry stands. */
export type SyncState = {
  readonly name: string
  readonly walk: number
  readonly walking: boolean
  readonly cursor?: string
  readonly walkPages: number
  readonly walkVersions: number
  readonly walkRequests: number
  readonly startedAt?: string
  readonly endedAt?: string
  readonly lastRequests: number
  readonly lastVersions: number
  readonly nextPollAt?: string
  readonly asked: boolean
  readonly failures: number
  readonly error?: { readonly code: string; readonly message: string; readonly at: string }
  readonly requests: number
  readonly downloads: number
  readonly bytes: number
}

type StateRow = {
  name: string
  walk: string
  walking: boolean
  walk_cursor: string | null
  walk_pages: number
  walk_versions: number
  walk_requests: string
  walk_started_at: Date | null
  walk_ended_at: Date | null
  last_walk_requests: string
  last_walk_versions: number
  next_poll_at: Date | null
  asked: boolean
  failures: number
  error_code: string | null
  error_message: string | null
  error_at: Date | null
  requests: string
  downloads: string
  bytes: string
}

const toState = (row: StateRow): SyncState => ({
  name: row.name,
  walk: Number(row.walk),
  walking: row.walking,
  ...(row.walk_cursor === null ? {} : { cursor: row.walk_cursor }),
  walkPages: row.walk_pages,
  walkVersions: row.walk_versions,
  walkRequests: Number(row.walk_requests),
  ...(row.walk_started_at === null ? {} : { startedAt: row.walk_started_at.toISOString() }),
  ...(row.walk_ended_at === null ? {} : { endedAt: row.walk_ended_at.toISOString() }),
  lastRequests: Number(row.last_walk_requests),
  lastVersions: row.last_walk_versions,
  ...(row.next_poll_at === null ? {} : { nextPollAt: row.next_poll_at.toISOString() }),
  asked: row.asked,
  failures: row.failures,
  ...(row.error_code === null || row.error_at === null
    ? {}
    : { error: { code: row.error_code, message: row.error_message ?? '', at: row.error_at.toISOString() } }),
  requests: Number(row.requests),
  downloads: Number(row.downloads),
  bytes: Number(row.bytes),
})

export const listStates = async (tx: Tx): Promise<SyncState[]> =>
  (await tx.query<StateRow>('SELECT * FROM registry_state ORDER BY name')).map(toState)

/** With `lock` every writer of observations of this registry waits for the others. */
export const readState = async (tx: Tx, name: string, lock = false): Promise<SyncState | undefined> => {
  const [row] = await tx.query<StateRow>(
    `SELECT * FROM registry_state WHERE name = $1${lock ? ' FOR UPDATE' : ''}`,
    [name],
  )
  return row === undefined ? undefined : toState(row)
}

/** Takes or renews the lease; false when another process holds it. */
export const holdLease = async (
  tx: Tx,
  name: string,
  owner: string,
  now: string,
  until: string,
): Promise<boolean> =>
  (
    await tx.query(
      `UPDATE registry_state SET lease_owner = $2, lease_until = $4
       WHERE name = $1 AND (lease_owner = $2 OR lease_owner IS NULL OR lease_until < $3) RETURNING 1 AS ok`,
      [name, owner, now, until],
    )
  ).length > 0

export const freeLease = async (tx: Tx, name: string, owner: string): Promise<void> => {
  await tx.query(
    'UPDATE registry_state SET lease_owner = NULL, lease_until = NULL WHERE name = $1 AND lease_owner = $2',
    [name, owner],
  )
}

/** For a process that is alone on its database: leases found at start are of a dead process. */
export const freeAllLeases = async (tx: Tx): Promise<void> => {
  await tx.query(
    'UPDATE registry_state SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL',
  )
}

/** Begins a walk, unless one was cut off: that one goes on. */
export const beginWalk = async (tx: Tx, name: string, now: string): Promise<void> => {
  await tx.query(
    `UPDATE registry_state SET walk = walk + 1, walking = true, walk_cursor = NULL, walk_pages = 0, walk_versions = 0,
       walk_requests = 0, walk_started_at = $2, asked = false, next_poll_at = NULL
     WHERE name = $1 AND NOT walking`,
    [name, now],
  )
}

export const moveCursor = async (
  tx: Tx,
  name: string,
  step: { readonly cursor: string | undefined; readonly versions: number; readonly requests: number },
): Promise<void> => {
  await tx.query(
    `UPDATE registry_state SET walk_cursor = $2, walk_pages = walk_pages + 1, walk_versions = walk_versions + $3,
       walk_requests = walk_requests + $4, requests = requests + $4 WHERE name = $1`,
    [name, step.cursor ?? null, step.versions, step.requests],
  )
}

export const addWalkRequests = async (tx: Tx, name: string, requests: number): Promise<void> => {
  await tx.query(
    'UPDATE registry_state SET walk_requests = walk_requests + $2, requests = requests + $2 WHERE name = $1',
    [name, requests],
  )
}

export const endWalk = async (tx: Tx, name: string, now: string, nextPollAt: string): Promise<void> => {
  await tx.query(
    `UPDATE registry_state SET walking = false, walk_cursor = NULL, walk_ended_at = $2, next_poll_at = $3,
       last_walk_requests = walk_requests, last_walk_versions = walk_versions, failures = 0, error_code = NULL,
       error_message = NULL, error_at = NULL WHERE name = $1`,
    [name, now, nextPollAt],
  )
}

/** `restart` gives up the walk that failed: its cursor may be what the registry no longer understands. */
export const failWalk = async (
  tx: Tx,
  name: string,
  failure: {
    readonly code: string
    readonly message: string
    readonly now: string
    readonly nextPollAt: string
    readonly restart: boolean
    readonly requests: number
  },
): Promise<void> => {
  await tx.query(
    `UPDATE registry_state SET failures = failures + 1, error_code = $2, error_message = $3, error_at = $4,
       next_poll_at = $5, walking = walking AND NOT $6, walk_cursor = CASE WHEN $6 THEN NULL ELSE walk_cursor END,
       requests = requests + $7, walk_requests = walk_requests + $7, asked = false
     WHERE name = $1`,
    [name, failure.code, failure.message, failure.now, failure.nextPollAt, failure.restart, failure.requests],
  )
}

export const addFigures = async (
  tx: Tx,
  name: string,
  figures: { readonly requests: number; readonly downloads: number; readonly bytes: number },
): Promise<void> => {
  await tx.query(
    'UPDATE registry_state SET requests = requests + $2, downloads = downloads + $3, bytes = bytes + $4 WHERE name = $1',
    [name, figures.requests, figures.downloads, figures.bytes],
  )
}

/** Something may have changed there: the next walk is due now. */
export const makeDue = async (tx: Tx, name: string): Promise<void> => {
  await tx.query('UPDATE registry_state SET asked = true WHERE name = $1', [name])
}

/** Makes the next walk due now; also what was given up on is tried again. */
export const askForSync = async (tx: Tx, name: string): Promise<boolean> => {
  const found = await tx.query(
    'UPDATE registry_state SET asked = true, next_poll_at = NULL WHERE name = $1 RETURNING name',
    [name],
  )
  await tx.query(
    `UPDATE registry_version SET attempts = 0, retry_at = NULL,
       state = 'pending'
     WHERE registry = $1 AND state IN ('pending', 'downloading', 'refused') AND revision <> ''`,
    [name],
  )
  await nudge(tx)
  return found.length > 0
}
