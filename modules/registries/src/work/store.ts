/** SQL of the work on versions: which wait, what arrived, what became of them. */
import type { Digest, ModelVersionRef, RegistryLineage, RegistryVersion } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

/** A version that waits for its bytes, with what was registered of it before. */
export type OpenVersion = {
  readonly version: RegistryVersion
  readonly attempts: number
  readonly registered?: Digest
  /** NAME:VERSION here, once registered. */
  readonly ref?: string
  readonly observed?: Digest
}

type Row = {
  model: string
  version: string
  source: string
  revision: string
  stage: string | null
  tags: Record<string, string>
  description: string | null
  author: string | null
  registry_created_at: string | null
  attempts: number
  digest: Digest | null
  observed_digest: Digest | null
  ref_name: string | null
  ref_version: string | null
  aliases: string[] | null
}

const toOpen = (row: Row): OpenVersion => ({
  version: {
    model: row.model,
    version: row.version,
    source: row.source,
    revision: row.revision,
    aliases: row.aliases ?? [],
    ...(row.stage === null ? {} : { stage: row.stage }),
    tags: row.tags,
    ...(row.description === null ? {} : { description: row.description }),
    ...(row.author === null ? {} : { createdBy: row.author }),
    ...(row.registry_created_at === null ? {} : { createdAt: row.registry_created_at }),
  },
  attempts: row.attempts,
  ...(row.digest === null ? {} : { registered: row.digest, ref: `${row.ref_name}:${row.ref_version}` }),
  ...(row.observed_digest === null ? {} : { observed: row.observed_digest }),
})

/** Versions that may be worked on now, the longest waiting first. */
export const listOpen = async (
  tx: Tx,
  registry: string,
  now: string,
  limit: number,
): Promise<OpenVersion[]> =>
  (
    await tx.query<Row>(
      `SELECT v.*, (SELECT array_agg(a.alias) FROM registry_alias a WHERE a.tenant = v.tenant
         AND a.registry = v.registry AND a.model = v.model AND a.version = v.version) AS aliases
       FROM registry_version v
       WHERE v.registry = $1 AND v.state IN ('pending', 'downloading') AND v.deleted_at IS NULL
         AND (v.retry_at IS NULL OR v.retry_at <= $2)
       ORDER BY v.retry_at NULLS FIRST, v.first_seen_at, v.model, v.version LIMIT $3`,
      [registry, now, limit],
    )
  ).map(toOpen)

type Key = { readonly registry: string; readonly model: string; readonly version: string }
const keyOf = ({ registry, model, version }: Key): unknown[] => [registry, model, version]
const BY_KEY = 'WHERE registry = $1 AND model = $2 AND version = $3'

export const markDownloading = async (tx: Tx, key: Key): Promise<void> => {
  await tx.query(
    `UPDATE registry_version SET state = 'downloading' ${BY_KEY} AND state = 'pending'`,
    keyOf(key),
  )
}

/** Waits until `retryAt`, with the reason in sight. */
export const postpone = async (
  tx: Tx,
  key: Key,
  why: { readonly code: string; readonly reason: string; readonly retryAt: string; readonly now: string },
): Promise<void> => {
  await tx.query(
    `UPDATE registry_version SET state = 'pending', attempts = attempts + 1, reason_code = $4, reason = $5,
       retry_at = $6, updated_at = $7 ${BY_KEY}`,
    [...keyOf(key), why.code, why.reason, why.retryAt, why.now],
  )
}

/** Done with `revision`: if the registry has another one by now, it waits again. */
const FINISHED = `done_revision = $4, state = CASE WHEN revision = $4 THEN $5 ELSE 'pending' END, retry_at = NULL,
  attempts = 0`

export const refuse = async (
  tx: Tx,
  key: Key,
  why: {
    readonly revision: string
    /** What was registered before stays so, whatever its newest bytes are. */
    readonly state: 'refused' | 'registered'
    readonly code: string
    readonly reason: string
    readonly now: string
  },
): Promise<void> => {
  await tx.query(
    `UPDATE registry_version SET ${FINISHED}, reason_code = $6, reason = $7, updated_at = $8 ${BY_KEY}`,
    [...keyOf(key), why.revision, why.state, why.code, why.reason, why.now],
  )
}

export type ArrivedFile = { readonly path: string; readonly digest: Digest; readonly sizeBytes: number }

/** False when it was registered already. */
export const finishRegistered = async (
  tx: Tx,
  key: Key,
  done: {
    readonly revision: string
    readonly ref: ModelVersionRef
    readonly digest: Digest
    readonly lineage: RegistryLineage | undefined
    readonly files: readonly ArrivedFile[]
    readonly now: string
  },
): Promise<boolean> => {
  const fresh = await tx.query(
    `UPDATE registry_version SET ${FINISHED}, ref_name = $6, ref_version = $7, digest = $8, observed_digest = $8,
       lineage = COALESCE($9::jsonb, lineage), reason_code = NULL, reason = NULL, updated_at = $10
     ${BY_KEY} AND digest IS NULL RETURNING 1 AS ok`,
    [
      ...keyOf(key),
      done.revision,
      'registered',
      done.ref.name,
      done.ref.version,
      done.digest,
      done.lineage === undefined ? null : JSON.stringify(done.lineage),
      done.now,
    ],
  )
  await tx.query(
    `INSERT INTO registry_file (registry, model, version, path, digest, size_bytes)
     SELECT $1, $2, $3, f.path, f.digest, f."sizeBytes"
     FROM jsonb_to_recordset($4::jsonb) AS f(path text, digest text, "sizeBytes" bigint)
     ON CONFLICT DO NOTHING`,
    [...keyOf(key), JSON.stringify(done.files)],
  )
  return fresh.length > 0
}

/** Looked at again: `observed` is what the registry gives now; the registered digest stays. */
export const finishObserved = async (
  tx: Tx,
  key: Key,
  done: {
    readonly revision: string
    readonly observed: Digest
    readonly fault: { readonly code: string; readonly reason: string } | undefined
    readonly now: string
  },
): Promise<void> => {
  await tx.query(
    `UPDATE registry_version SET ${FINISHED}, observed_digest = $6, reason_code = $7, reason = $8, updated_at = $9
     ${BY_KEY}`,
    [
      ...keyOf(key),
      done.revision,
      'registered',
      done.observed,
      done.fault?.code ?? null,
      done.fault?.reason ?? null,
      done.now,
    ],
  )
}

/** Files as they were when the version was registered. */
export const registeredFiles = (tx: Tx, key: Key): Promise<{ path: string; digest: Digest }[]> =>
  tx.query(`SELECT path, digest FROM registry_file ${BY_KEY}`, keyOf(key))

export const findBlob = async (
  tx: Tx,
  registry: string,
  identity: string,
): Promise<{ readonly digest: Digest; readonly sizeBytes: number } | undefined> => {
  const [row] = await tx.query<{ digest: Digest; size_bytes: string }>(
    'SELECT digest, size_bytes FROM registry_blob WHERE registry = $1 AND identity = $2',
    [registry, identity],
  )
  return row === undefined ? undefined : { digest: row.digest, sizeBytes: Number(row.size_bytes) }
}

export const putBlob = async (
  tx: Tx,
  registry: string,
  identity: string,
  blob: { readonly digest: Digest; readonly sizeBytes: number },
): Promise<void> => {
  await tx.query(
    `INSERT INTO registry_blob (registry, identity, digest, size_bytes) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant, registry, identity) DO UPDATE SET digest = $3, size_bytes = $4`,
    [registry, identity, blob.digest, blob.sizeBytes],
  )
}

/** Whether a name here was given to this model before. */
export const hasName = async (
  tx: Tx,
  name: string,
  owner: { readonly registry: string; readonly model: string },
): Promise<boolean> =>
  (
    await tx.query('SELECT 1 AS ok FROM registry_name WHERE name = $1 AND registry = $2 AND model = $3', [
      name,
      owner.registry,
      owner.model,
    ])
  ).length > 0

/** Gives a name here to a model of a registry, unless another has it: then that other one. */
export const claimName = async (
  tx: Tx,
  name: string,
  owner: { readonly registry: string; readonly model: string },
): Promise<{ readonly registry: string; readonly model: string } | undefined> => {
  await tx.query(
    'INSERT INTO registry_name (name, registry, model) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [name, owner.registry, owner.model],
  )
  const [row] = await tx.query<{ registry: string; model: string }>(
    'SELECT registry, model FROM registry_name WHERE name = $1',
    [name],
  )
  return row === undefined || (row.registry === owner.registry && row.model === owner.model) ? undefined : row
}

/** Takes NAME:VERSION for a version; the version that has it already, if another. */
export const claimRef = async (tx: Tx, key: Key, ref: ModelVersionRef): Promise<string | undefined> => {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7711))', [`${ref.name}:${ref.version}`])
  const [other] = await tx.query<{ version: string }>(
    `SELECT version FROM registry_version WHERE ref_name = $1 AND ref_version = $2
       AND NOT (registry = $3 AND model = $4 AND version = $5)`,
    [ref.name, ref.version, ...keyOf(key)],
  )
  if (other !== undefined) return other.version
  await tx.query(`UPDATE registry_version SET ref_name = $4, ref_version = $5 ${BY_KEY}`, [
    ...keyOf(key),
    ref.name,
    ref.version,
  ])
  return undefined
}

/** When the next postponed version is due; undefined when none is. */
export const nextRetryAt = async (tx: Tx, registry: string): Promise<string | undefined> => {
  const [row] = await tx.query<{ at: Date | null }>(
    `SELECT min(retry_at) AS at FROM registry_version
     WHERE registry = $1 AND state IN ('pending', 'downloading') AND deleted_at IS NULL`,
    [registry],
  )
  return row?.at?.toISOString()
}

/** Takes or renews the right to fetch a digest; false while another process has it. */
export const holdFetch = async (
  tx: Tx,
  digest: Digest,
  owner: string,
  now: string,
  until: string,
): Promise<boolean> =>
  (
    await tx.query(
      `INSERT INTO registry_fetch AS f (digest, owner, until) VALUES ($1, $2, $4)
       ON CONFLICT (digest) DO UPDATE SET owner = $2, until = $4 WHERE f.owner = $2 OR f.until < $3
       RETURNING 1 AS ok`,
      [digest, owner, now, until],
    )
  ).length > 0

export const freeFetch = async (tx: Tx, digest: Digest, owner: string): Promise<void> => {
  await tx.query('DELETE FROM registry_fetch WHERE digest = $1 AND owner = $2', [digest, owner])
}
