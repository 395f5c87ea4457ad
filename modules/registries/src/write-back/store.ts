/** SQL of what was written back. */
import type { Digest } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type Writing = {
  readonly value: string | null
  readonly conflict: string | null
  readonly writtenAt: string
}

/** A registered version that the registry still has, the tags it was last seen with, and what was written. */
export type WritableVersion = {
  readonly model: string
  readonly version: string
  readonly source: string
  readonly ref: string
  readonly digest: Digest
  readonly observedDigest: Digest | null
  readonly tags: Readonly<Record<string, string>>
  /** When the registry was last asked about it. */
  readonly observedAt: string
  readonly writings: Readonly<Record<string, Writing>>
}

export const selectWritable = (
  tx: Tx,
  registry: string,
  after: { readonly model: string; readonly version: string },
  limit: number,
): Promise<WritableVersion[]> =>
  tx.query<WritableVersion>(
    `SELECT v.model, v.version, v.source, v.ref_name || ':' || v.ref_version AS ref, v.digest,
       v.observed_digest AS "observedDigest", v.tags, to_json(v.observed_at) #>> '{}' AS "observedAt",
       COALESCE((SELECT jsonb_object_agg(w.key, jsonb_build_object('value', w.value, 'conflict', w.conflict,
         'writtenAt', w.written_at)) FROM registry_writing w WHERE w.tenant = v.tenant AND w.registry = v.registry
         AND w.model = v.model AND w.version = v.version), '{}') AS writings
     FROM registry_version v
     WHERE v.registry = $1 AND v.digest IS NOT NULL AND v.deleted_at IS NULL AND (v.model, v.version) > ($2, $3)
     ORDER BY v.model, v.version LIMIT $4`,
    [registry, after.model, after.version, limit],
  )

export type WritingKey = {
  readonly registry: string
  readonly model: string
  readonly version: string
  readonly key: string
}

/** `conflict` is what somebody else set; it is kept until they no longer say otherwise. */
export const putWriting = async (
  tx: Tx,
  at: WritingKey,
  written: { readonly value: string | undefined; readonly conflict?: string; readonly now: string },
): Promise<void> => {
  await tx.query(
    `INSERT INTO registry_writing (registry, model, version, key, value, conflict, written_at)
     SELECT name, $2, $3, $4, $5, $6, $7 FROM registry_resource WHERE name = $1
     ON CONFLICT (tenant, registry, model, version, key) DO UPDATE SET value = $5, conflict = $6, written_at = $7`,
    [at.registry, at.model, at.version, at.key, written.value ?? null, written.conflict ?? null, written.now],
  )
}

export type WriteConflict = WritingKey & {
  readonly ref: string | null
  readonly found: string
  readonly value: string | null
}

export const selectConflicts = (tx: Tx): Promise<WriteConflict[]> =>
  tx.query<WriteConflict>(
    `SELECT w.registry, w.model, w.version, w.key, w.value, w.conflict AS found,
       v.ref_name || ':' || v.ref_version AS ref
     FROM registry_writing w LEFT JOIN registry_version v ON v.tenant = w.tenant AND v.registry = w.registry
       AND v.model = w.model AND v.version = w.version
     WHERE w.conflict IS NOT NULL ORDER BY 1, 2, 3, 4 LIMIT 1000`,
  )

export type AliasRow = {
  readonly registry: string
  readonly model: string
  readonly alias: string
  readonly version: string
}

/** Aliases, as last observed, that point at versions with these bytes. */
export const selectAliasesOf = (tx: Tx, digest: Digest): Promise<AliasRow[]> =>
  tx.query<AliasRow>(
    `SELECT a.registry, a.model, a.alias, a.version FROM registry_alias a
     JOIN registry_version v ON v.tenant = a.tenant AND v.registry = a.registry AND v.model = a.model
       AND v.version = a.version
     WHERE v.digest = $1 OR v.observed_digest = $1 ORDER BY 1, 2, 3 LIMIT 1000`,
    [digest],
  )

/** Registered versions with these bytes, in registries that still list them. */
export const selectVersionsOf = (
  tx: Tx,
  digest: Digest,
): Promise<{ readonly registry: string; readonly model: string; readonly version: string }[]> =>
  tx.query(
    `SELECT registry, model, version FROM registry_version
     WHERE (digest = $1 OR observed_digest = $1) AND deleted_at IS NULL ORDER BY 1, 2, 3 LIMIT 1000`,
    [digest],
  )

/** One alias that Rampart keeps or kept, of one model: where it points, and what was written. */
export type AliasState = {
  readonly model: string
  readonly alias: string
  /** Where it was last seen to point, and the source of that version; null when it was not seen. */
  readonly seen: string | null
  readonly seenSource: string | null
  readonly observedAt: string | null
  readonly value: string | null
  readonly conflict: string | null
  readonly writtenAt: string | null
}

/** Every alias of this name, and every one that was written under another. */
export const selectAliasStates = (
  tx: Tx,
  registry: string,
  alias: string | undefined,
): Promise<AliasState[]> =>
  tx.query<AliasState>(
    `SELECT COALESCE(w.model, a.model) AS model, COALESCE(w.alias, a.alias) AS alias, a.version AS seen,
       v.source AS "seenSource", to_json(a.observed_at) #>> '{}' AS "observedAt", w.value, w.conflict,
       to_json(w.written_at) #>> '{}' AS "writtenAt"
     FROM (SELECT *, substr(key, 7) AS alias FROM registry_writing
       WHERE registry = $1 AND version = '' AND key LIKE 'alias:%') w
     FULL JOIN (SELECT * FROM registry_alias WHERE registry = $1) a ON a.model = w.model AND a.alias = w.alias
     LEFT JOIN registry_version v ON v.registry = $1 AND v.model = a.model AND v.version = a.version
     WHERE w.key IS NOT NULL OR a.alias = $2 ORDER BY 1, 2 LIMIT 20000`,
    [registry, alias ?? null],
  )

/** When the last walk that was completed began. */
export const selectLastWalk = async (tx: Tx, registry: string): Promise<string | undefined> => {
  const [row] = await tx.query<{ at: string }>(
    `SELECT to_json(walk_started_at) #>> '{}' AS at FROM registry_state
     WHERE name = $1 AND NOT walking AND walk_ended_at >= walk_started_at`,
    [registry],
  )
  return row?.at
}
