/** SQL of the watch: what registries say, sources as they were at registration, and conditions that are open. */
import type { Digest } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { PointerFact } from './judge.ts'

const MAX_POINTERS = 20_000

type Row = {
  registry: string
  model: string
  alias: string | null
  version: string
  since: Date
  name: string | null
  ref: string | null
  digest: Digest | null
  observed_digest: Digest | null
  known: boolean
  deleted: boolean
  source: string | null
  registered_source: string | null
}

const given = <K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> =>
  value === null ? {} : ({ [key]: value } as Record<K, V>)

const toFact = (row: Row): PointerFact => ({
  registry: row.registry,
  model: row.model,
  ...given('alias', row.alias),
  version: row.version,
  since: row.since.toISOString(),
  ...given('name', row.name),
  ...given('ref', row.ref),
  ...given('digest', row.digest),
  ...given('observedDigest', row.observed_digest),
  known: row.known,
  deleted: row.deleted,
  ...given('source', row.source),
  ...(row.registered_source === null || row.registered_source === row.source
    ? {}
    : { registeredSource: row.registered_source }),
})

const COLUMNS = `n.name, v.ref_name || ':' || v.ref_version AS ref, v.digest, v.observed_digest,
  v.model IS NOT NULL AS known, v.deleted_at IS NOT NULL AS deleted, v.source, s.source AS registered_source`

const JOINS = `
  LEFT JOIN registry_name n ON n.tenant = p.tenant AND n.registry = p.registry AND n.model = p.model
  LEFT JOIN registry_watch_source s ON s.tenant = p.tenant AND s.registry = p.registry AND s.model = p.model
    AND s.version = p.version`

/** Every alias, and every registered version that is not as it was; by registry, model, alias, version. */
export const selectPointers = async (tx: Tx): Promise<PointerFact[]> => {
  const rows = await tx.query<Row>(
    `SELECT p.registry, p.model, p.alias, p.version, p.since, ${COLUMNS}
     FROM registry_alias p
     LEFT JOIN registry_version v ON v.tenant = p.tenant AND v.registry = p.registry AND v.model = p.model
       AND v.version = p.version ${JOINS}
     UNION ALL
     SELECT p.registry, p.model, NULL, p.version, p.updated_at, ${COLUMNS}
     FROM registry_version p JOIN registry_version v ON v.tenant = p.tenant AND v.registry = p.registry
       AND v.model = p.model AND v.version = p.version ${JOINS}
     WHERE p.digest IS NOT NULL
       AND (p.deleted_at IS NOT NULL OR p.observed_digest <> p.digest OR s.source <> p.source)
       AND NOT EXISTS (SELECT 1 FROM registry_alias a WHERE a.tenant = p.tenant AND a.registry = p.registry
         AND a.model = p.model AND a.version = p.version)
     ORDER BY 1, 2, 3 NULLS LAST, 4 LIMIT ${MAX_POINTERS}`,
  )
  return rows.map(toFact)
}

/** The first source that is told of a version counts as the registered one. */
export const keepSource = async (
  tx: Tx,
  at: { readonly registry: string; readonly model: string; readonly version: string },
  source: string,
): Promise<void> => {
  await tx.query(
    `INSERT INTO registry_watch_source (registry, model, version, source)
     SELECT registry, model, version, $4 FROM registry_version WHERE registry = $1 AND model = $2 AND version = $3
     ON CONFLICT DO NOTHING`,
    [at.registry, at.model, at.version, source],
  )
}

export type OpenCondition = { readonly key: string; readonly content: string }

export const selectOpen = (tx: Tx): Promise<OpenCondition[]> =>
  tx.query<OpenCondition>('SELECT key, content FROM registry_watch_condition ORDER BY key')

export const putOpen = async (tx: Tx, { key, content }: OpenCondition, now: string): Promise<void> => {
  await tx.query(
    `INSERT INTO registry_watch_condition (key, content, since) VALUES ($1, $2, $3)
     ON CONFLICT (tenant, key) DO UPDATE SET content = $2`,
    [key, content, now],
  )
}

export const deleteOpen = async (tx: Tx, key: string): Promise<void> => {
  await tx.query('DELETE FROM registry_watch_condition WHERE key = $1', [key])
}

export const selectTenants = async (tx: Tx): Promise<string[]> =>
  (
    await tx.query<{ tenant: string }>(
      'SELECT tenant FROM registry_resource UNION SELECT tenant FROM registry_watch_condition ORDER BY tenant',
    )
  ).map(({ tenant }) => tenant)

/**
 * Makes the bytes of registered versions be looked at again though their revision is the same: in MLflow and its kin other
 * bytes can lie behind a version of which nothing else changes. True when there is something to look at.
 */
export const recheckBytes = async (
  tx: Tx,
  registry: string,
  what: { readonly digests: readonly Digest[]; readonly before: string },
): Promise<boolean> =>
  (
    await tx.query(
      `UPDATE registry_version v SET state = 'pending', done_revision = NULL
       WHERE v.registry = $1 AND v.state = 'registered' AND v.deleted_at IS NULL AND v.digest = ANY($2)
         AND v.updated_at < $3 RETURNING 1 AS one`,
      [registry, what.digests, what.before],
    )
  ).length > 0
