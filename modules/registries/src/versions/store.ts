/** SQL over versions, aliases, files and names of registries. */
import type { Digest, RegistryLineage, RegistryVersion } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type VersionState = 'pending' | 'downloading' | 'registered' | 'refused'
export const VERSION_STATES = ['pending', 'downloading', 'registered', 'refused'] as const

/** One version of a registry, in its own names, and what became of it here. */
export type StoredRegistryVersion = {
  readonly registry: string
  readonly model: string
  readonly version: string
  readonly source: string
  readonly revision: string
  /** The revision whose bytes were looked at to the end. */
  readonly doneRevision?: string
  readonly state: VersionState
  /** Why it is refused, or why it waits. */
  readonly reason?: { readonly code: string; readonly message: string }
  readonly attempts: number
  /** NAME:VERSION here, once registered. */
  readonly ref?: string
  readonly digest?: Digest
  /** What the registry gives now; another one than `digest` was never registered. */
  readonly observedDigest?: Digest
  readonly aliases: readonly string[]
  readonly stage?: string
  readonly tags: Readonly<Record<string, string>>
  readonly description?: string
  readonly author?: string
  readonly lineage?: RegistryLineage
  readonly firstSeenAt: string
  readonly updatedAt: string
  readonly deletedAt?: string
}

type Row = {
  registry: string
  model: string
  version: string
  source: string
  revision: string
  done_revision: string | null
  state: VersionState
  reason_code: string | null
  reason: string | null
  attempts: number
  ref_name: string | null
  ref_version: string | null
  digest: Digest | null
  observed_digest: Digest | null
  aliases: string[] | null
  stage: string | null
  tags: Record<string, string>
  description: string | null
  author: string | null
  lineage: RegistryLineage | null
  first_seen_at: Date
  updated_at: Date
  deleted_at: Date | null
}

const given = <K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> =>
  value === null ? {} : ({ [key]: value } as Record<K, V>)

const toVersion = (row: Row): StoredRegistryVersion => ({
  registry: row.registry,
  model: row.model,
  version: row.version,
  source: row.source,
  revision: row.revision,
  ...given('doneRevision', row.done_revision),
  state: row.state,
  ...(row.reason_code === null ? {} : { reason: { code: row.reason_code, message: row.reason ?? '' } }),
  attempts: row.attempts,
  ...(row.ref_name === null || row.digest === null ? {} : { ref: `${row.ref_name}:${row.ref_version}` }),
  ...given('digest', row.digest),
  ...given('observedDigest', row.observed_digest),
  aliases: row.aliases ?? [],
  ...given('stage', row.stage),
  tags: row.tags,
  ...given('description', row.description),
  ...given('author', row.author),
  ...given('lineage', row.lineage),
  firstSeenAt: row.first_seen_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at.toISOString() }),
})

const SELECT = `
  SELECT v.*, (SELECT array_agg(a.alias ORDER BY a.alias) FROM registry_alias a
    WHERE a.tenant = v.tenant AND a.registry = v.registry AND a.model = v.model AND a.version = v.version) AS aliases
  FROM registry_version v`

/** What the registry said of where a version comes from; undefined when it said nothing. In the caller's transaction. */
export const findLineage = async (
  tx: Tx,
  key: { readonly registry: string; readonly model: string; readonly version: string },
): Promise<RegistryLineage | undefined> => {
  const rows = await tx.query<{ lineage: RegistryLineage | null }>(
    'SELECT lineage FROM registry_version WHERE registry = $1 AND model = $2 AND version = $3',
    [key.registry, key.model, key.version],
  )
  return rows[0]?.lineage ?? undefined
}

export type VersionFilter = {
  readonly registry?: string
  readonly model?: string
  readonly state?: VersionState
  readonly digest?: Digest
  readonly after?: { readonly registry: string; readonly model: string; readonly version: string }
  readonly limit: number
}

/** By registry, model and version. */
export const listVersions = async (tx: Tx, filter: VersionFilter): Promise<StoredRegistryVersion[]> =>
  (
    await tx.query<Row>(
      `${SELECT} WHERE ($1::text IS NULL OR v.registry = $1) AND ($2::text IS NULL OR v.model = $2)
         AND ($3::text IS NULL OR v.state = $3) AND ($4::text IS NULL OR v.digest = $4 OR v.observed_digest = $4)
         AND ($5::text IS NULL OR (v.registry, v.model, v.version) > ($5, $6, $7))
       ORDER BY v.registry, v.model, v.version LIMIT $8`,
      [
        filter.registry ?? null,
        filter.model ?? null,
        filter.state ?? null,
        filter.digest ?? null,
        filter.after?.registry ?? null,
        filter.after?.model ?? null,
        filter.after?.version ?? null,
        filter.limit,
      ],
    )
  ).map(toVersion)

export const findVersion = async (
  tx: Tx,
  registry: string,
  model: string,
  version: string,
): Promise<StoredRegistryVersion | undefined> => {
  const [row] = await tx.query<Row>(`${SELECT} WHERE v.registry = $1 AND v.model = $2 AND v.version = $3`, [
    registry,
    model,
    version,
  ])
  return row === undefined ? undefined : toVersion(row)
}

/** Where an alias of a registry points, and what is known of that version. */
export type StoredAlias = {
  readonly registry: string
  readonly model: string
  readonly alias: string
  readonly version: string
  readonly since: string
  readonly ref?: string
  readonly digest?: Digest
  readonly observedDigest?: Digest
  /** Absent when the alias names a version that was never listed. */
  readonly state?: VersionState
}

type AliasRow = {
  registry: string
  model: string
  alias: string
  version: string
  since: Date
  ref_name: string | null
  ref_version: string | null
  digest: Digest | null
  observed_digest: Digest | null
  state: VersionState | null
}

/** At most `limit`, by registry, model and alias. */
export const listAliases = async (
  tx: Tx,
  filter: { readonly registry?: string; readonly model?: string; readonly limit: number },
): Promise<StoredAlias[]> =>
  (
    await tx.query<AliasRow>(
      `SELECT a.registry, a.model, a.alias, a.version, a.since, v.ref_name, v.ref_version, v.digest,
         v.observed_digest, v.state
       FROM registry_alias a LEFT JOIN registry_version v ON v.tenant = a.tenant AND v.registry = a.registry
         AND v.model = a.model AND v.version = a.version
       WHERE ($1::text IS NULL OR a.registry = $1) AND ($2::text IS NULL OR a.model = $2)
       ORDER BY a.registry, a.model, a.alias LIMIT $3`,
      [filter.registry ?? null, filter.model ?? null, filter.limit],
    )
  ).map((row) => ({
    registry: row.registry,
    model: row.model,
    alias: row.alias,
    version: row.version,
    since: row.since.toISOString(),
    ...(row.ref_name === null || row.digest === null ? {} : { ref: `${row.ref_name}:${row.ref_version}` }),
    ...given('digest', row.digest),
    ...given('observedDigest', row.observed_digest),
    ...given('state', row.state),
  }))

/** What a walk or a look saw of one version, already checked. */
export type Sighting = RegistryVersion

type Known = {
  model: string
  version: string
  source: string
  revision: string
  stage: string | null
  ref_name: string | null
  ref_version: string | null
  digest: Digest | null
  state: VersionState
  done_revision: string | null
  deleted: boolean
  stale: boolean
}

const keysOf = (rows: readonly { readonly model: string; readonly version: string }[]): string =>
  JSON.stringify(rows.map(({ model, version }) => ({ model, version })))

/** Rows of these versions, locked. `stale` tells that a younger answer of the registry was applied already. */
export const lockKnown = (
  tx: Tx,
  registry: string,
  sightings: readonly Sighting[],
  askedAt: string,
): Promise<Known[]> =>
  tx.query<Known>(
    `SELECT v.model, v.version, v.source, v.revision, v.stage, v.ref_name, v.ref_version, v.digest, v.state,
       v.done_revision, v.deleted_at IS NOT NULL AS deleted, v.observed_at > $3 AS stale
     FROM jsonb_to_recordset($2::jsonb) AS k(model text, version text)
     JOIN registry_version v ON v.registry = $1 AND v.model = k.model AND v.version = k.version
     FOR UPDATE OF v`,
    [registry, keysOf(sightings), askedAt],
  )

/** Writes what was seen; a version that is new, or whose revision is another, waits to be looked at. */
export const upsertSightings = async (
  tx: Tx,
  registry: string,
  sightings: readonly Sighting[],
  at: { readonly walk: number; readonly askedAt: string; readonly now: string },
): Promise<void> => {
  if (sightings.length === 0) return
  await tx.query(
    `INSERT INTO registry_version AS v (registry, model, version, source, revision, state, stage, tags, description,
       author, registry_created_at, seen_walk, observed_at, first_seen_at, updated_at)
     SELECT $1, s.model, s.version, s.source, s.revision, 'pending', s.stage, s.tags, s.description, s."createdBy",
       s."createdAt", $3, $4, $5, $5
     FROM jsonb_to_recordset($2::jsonb) AS s(model text, version text, source text, revision text, stage text,
       tags jsonb, description text, "createdBy" text, "createdAt" text)
     ON CONFLICT (tenant, registry, model, version) DO UPDATE SET
       source = EXCLUDED.source, stage = EXCLUDED.stage, tags = EXCLUDED.tags, description = EXCLUDED.description,
       seen_walk = GREATEST(v.seen_walk, EXCLUDED.seen_walk), observed_at = EXCLUDED.observed_at, deleted_at = NULL,
       revision = EXCLUDED.revision,
       state = CASE WHEN v.done_revision IS DISTINCT FROM EXCLUDED.revision THEN 'pending' ELSE v.state END,
       attempts = CASE WHEN v.revision = EXCLUDED.revision THEN v.attempts ELSE 0 END,
       retry_at = CASE WHEN v.revision = EXCLUDED.revision THEN v.retry_at END,
       updated_at = CASE WHEN v.revision = EXCLUDED.revision AND v.deleted_at IS NULL THEN v.updated_at
         ELSE EXCLUDED.updated_at END`,
    [registry, JSON.stringify(sightings), at.walk, at.askedAt, at.now],
  )
}

/** Marks as seen what has not changed at all: the common case, and cheap. */
export const touchSeen = async (
  tx: Tx,
  registry: string,
  sightings: readonly Sighting[],
  at: { readonly walk: number; readonly askedAt: string },
): Promise<void> => {
  if (sightings.length === 0) return
  await tx.query(
    `UPDATE registry_version v SET seen_walk = GREATEST(v.seen_walk, $3), observed_at = GREATEST(v.observed_at, $4)
     FROM jsonb_to_recordset($2::jsonb) AS k(model text, version text)
     WHERE v.registry = $1 AND v.model = k.model AND v.version = k.version`,
    [registry, keysOf(sightings), at.walk, at.askedAt],
  )
}

/** A name that cannot be kept as it is: shown by its stand-in, with the reason. */
export const upsertRefused = async (
  tx: Tx,
  registry: string,
  entry: { readonly model: string; readonly version: string; readonly code: string; readonly reason: string },
  at: { readonly walk: number; readonly askedAt: string; readonly now: string },
): Promise<boolean> => {
  const rows = await tx.query<{ fresh: boolean }>(
    `INSERT INTO registry_version AS v (registry, model, version, source, revision, done_revision, state, reason_code,
       reason, seen_walk, observed_at, first_seen_at, updated_at)
     VALUES ($1, $2, $3, '', '', '', 'refused', $4, $5, $6, $7, $8, $8)
     ON CONFLICT (tenant, registry, model, version) DO UPDATE SET seen_walk = $6, observed_at = $7, deleted_at = NULL
     RETURNING xmax = 0 AS fresh`,
    [registry, entry.model, entry.version, entry.code, entry.reason, at.walk, at.askedAt, at.now],
  )
  return rows[0]?.fresh === true
}

export type AliasPointer = { readonly model: string; readonly alias: string; readonly version: string }

/** Aliases of these models as last observed, locked. */
export const lockAliases = (
  tx: Tx,
  registry: string,
  models: readonly string[],
  askedAt: string,
): Promise<(AliasPointer & { readonly stale: boolean })[]> =>
  tx.query(
    `SELECT model, alias, version, observed_at > $3 AS stale FROM registry_alias
     WHERE registry = $1 AND model = ANY($2) FOR UPDATE`,
    [registry, models, askedAt],
  )

export const upsertAliases = async (
  tx: Tx,
  registry: string,
  pointers: readonly AliasPointer[],
  at: { readonly walk: number; readonly askedAt: string; readonly now: string },
): Promise<void> => {
  if (pointers.length === 0) return
  await tx.query(
    `INSERT INTO registry_alias AS a (registry, model, alias, version, since, seen_walk, observed_at)
     SELECT $1, p.model, p.alias, p.version, $5, $3, $4
     FROM jsonb_to_recordset($2::jsonb) AS p(model text, alias text, version text)
     ON CONFLICT (tenant, registry, model, alias) DO UPDATE SET version = EXCLUDED.version,
       since = CASE WHEN a.version = EXCLUDED.version THEN a.since ELSE EXCLUDED.since END,
       seen_walk = GREATEST(a.seen_walk, EXCLUDED.seen_walk), observed_at = EXCLUDED.observed_at`,
    [registry, JSON.stringify(pointers), at.walk, at.askedAt, at.now],
  )
}

export const deleteAlias = async (tx: Tx, registry: string, model: string, alias: string): Promise<void> => {
  await tx.query('DELETE FROM registry_alias WHERE registry = $1 AND model = $2 AND alias = $3', [
    registry,
    model,
    alias,
  ])
}

/** Models with aliases that a complete walk did not see again. */
export const modelsWithUnseenAliases = async (
  tx: Tx,
  registry: string,
  walk: number,
  startedAt: string,
): Promise<string[]> =>
  (
    await tx.query<{ model: string }>(
      `SELECT DISTINCT model FROM registry_alias WHERE registry = $1 AND seen_walk < $2 AND observed_at < $3
       ORDER BY model LIMIT 1000`,
      [registry, walk, startedAt],
    )
  ).map(({ model }) => model)

/** Versions that a complete walk did not see. */
export const unseenVersions = (
  tx: Tx,
  registry: string,
  walk: number,
  startedAt: string,
): Promise<{ model: string; version: string }[]> =>
  tx.query(
    `SELECT model, version FROM registry_version
     WHERE registry = $1 AND seen_walk < $2 AND observed_at < $3 AND deleted_at IS NULL
     ORDER BY model, version LIMIT 10000`,
    [registry, walk, startedAt],
  )

/** Undefined when it was not there, or was gone already. */
export const markDeleted = async (
  tx: Tx,
  registry: string,
  model: string,
  version: string,
  now: string,
): Promise<{ readonly ref?: string; readonly digest?: Digest } | undefined> => {
  const [row] = await tx.query<{ ref: string | null; digest: Digest | null }>(
    `UPDATE registry_version SET deleted_at = $4, updated_at = $4, observed_at = $4
     WHERE registry = $1 AND model = $2 AND version = $3 AND deleted_at IS NULL
     RETURNING ref_name || ':' || ref_version AS ref, digest`,
    [registry, model, version, now],
  )
  return row === undefined ? undefined : { ...given('ref', row.ref), ...given('digest', row.digest) }
}

export const countByState = (
  tx: Tx,
): Promise<{ registry: string; state: VersionState; deleted: boolean; n: number }[]> =>
  tx.query(
    `SELECT registry, state, deleted_at IS NOT NULL AS deleted, count(*)::int AS n FROM registry_version
     GROUP BY 1, 2, 3`,
  )
