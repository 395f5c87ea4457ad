/** SQL over the inventory's own tables. */
import type {
  ArtifactRef,
  Digest,
  ModelSignature,
  ModelSpec,
  ModelVersion,
  ModelVersionRef,
  Stage,
} from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { GuardedArtifact } from './integrity-signal.ts'

type VersionRow = {
  tenant: string
  seq: string
  name: string
  version: string
  digest: Digest
  stage: Stage
  spec: ModelSpec
  signature: ModelSignature | null
  created_by: string
  created_at: Date
  updated_at: Date
  deployed_at: Date | null
  revision: number
  artifacts: ArtifactRef[]
}

/** A stored version with its place in registration order and, once deployed, when. */
export type StoredVersion = ModelVersion & { readonly seq: string; readonly deployedAt?: string }

export type Transition = {
  readonly from: Stage | null
  readonly to: Stage
  readonly reason: string
  readonly principal: string
  readonly decisionId: string
  readonly time: string
}

const SELECT = `
  SELECT v.*, v.seq::text AS seq, COALESCE((
    SELECT jsonb_agg(jsonb_build_object('path', a.path, 'role', a.role, 'digest', a.digest, 'sizeBytes', a.size_bytes) ORDER BY a.path)
    FROM inventory_artifact a WHERE a.tenant = v.tenant AND a.name = v.name AND a.version = v.version), '[]') AS artifacts
  FROM inventory_version v`

const toVersion = (row: VersionRow): StoredVersion => ({
  tenant: row.tenant,
  seq: row.seq,
  name: row.name,
  version: row.version,
  digest: row.digest,
  stage: row.stage,
  artifacts: row.artifacts,
  spec: row.spec,
  ...(row.signature === null ? {} : { signature: row.signature }),
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  ...(row.deployed_at === null ? {} : { deployedAt: row.deployed_at.toISOString() }),
  revision: row.revision,
})

export const findVersion = async (tx: Tx, ref: ModelVersionRef): Promise<StoredVersion | undefined> => {
  const rows = await tx.query<VersionRow>(`${SELECT} WHERE v.name = $1 AND v.version = $2`, [
    ref.name,
    ref.version,
  ])
  return rows[0] === undefined ? undefined : toVersion(rows[0])
}

/** Serialises every writer of one version. */
export const lockVersion = async (tx: Tx, ref: ModelVersionRef): Promise<StoredVersion | undefined> => {
  await tx.query('SELECT 1 FROM inventory_version WHERE name = $1 AND version = $2 FOR UPDATE', [
    ref.name,
    ref.version,
  ])
  return findVersion(tx, ref)
}

export type VersionFilter = {
  readonly name?: string
  readonly stage?: Stage
  readonly digest?: Digest
  readonly after?: { readonly name: string; readonly seq: string }
  readonly limit: number
}

/** By name, newest registration first. */
export const listVersions = async (tx: Tx, filter: VersionFilter): Promise<StoredVersion[]> => {
  const rows = await tx.query<VersionRow>(
    `${SELECT}
     WHERE ($1::text IS NULL OR v.name = $1) AND ($2::text IS NULL OR v.stage = $2) AND ($3::text IS NULL OR v.digest = $3)
       AND ($4::text IS NULL OR v.name > $4 OR (v.name = $4 AND v.seq < $5::bigint))
     ORDER BY v.name, v.seq DESC LIMIT $6`,
    [
      filter.name ?? null,
      filter.stage ?? null,
      filter.digest ?? null,
      filter.after?.name ?? null,
      filter.after?.seq ?? null,
      filter.limit,
    ],
  )
  return rows.map(toVersion)
}

/** Digests of the versions that are, or have a file of, this digest. */
export const versionDigestsOf = async (tx: Tx, digest: Digest): Promise<readonly Digest[]> => {
  const rows = await tx.query<{ digest: Digest }>(
    `SELECT v.digest FROM inventory_version v WHERE v.digest = $1
     UNION SELECT v.digest FROM inventory_version v JOIN inventory_artifact a
       ON a.tenant = v.tenant AND a.name = v.name AND a.version = v.version WHERE a.digest = $1`,
    [digest],
  )
  return rows.map((row) => row.digest)
}

/** Names under which versions have the artifact, at most 100. */
export const artifactNames = async (tx: Tx, digest: Digest): Promise<readonly string[]> => {
  const rows = await tx.query<{ path: string }>(
    'SELECT DISTINCT a.path FROM inventory_artifact a WHERE a.digest = $1 ORDER BY a.path LIMIT 100',
    [digest],
  )
  return rows.map((row) => row.path)
}

export const countByStage = async (tx: Tx): Promise<Partial<Record<Stage, number>>> => {
  const rows = await tx.query<{ stage: Stage; n: number }>(
    'SELECT stage, count(*)::int AS n FROM inventory_version GROUP BY stage',
  )
  return Object.fromEntries(rows.map((row) => [row.stage, row.n]))
}

/** False when the version exists already. */
export const insertVersion = async (
  tx: Tx,
  version: Pick<
    ModelVersion,
    'name' | 'version' | 'digest' | 'spec' | 'artifacts' | 'createdBy' | 'createdAt'
  >,
): Promise<boolean> => {
  const inserted = await tx.query(
    `INSERT INTO inventory_version (name, version, digest, stage, spec, created_by, created_at, updated_at)
     VALUES ($1, $2, $3, 'registered', $4, $5, $6, $6) ON CONFLICT DO NOTHING RETURNING 1 AS ok`,
    [
      version.name,
      version.version,
      version.digest,
      JSON.stringify(version.spec),
      version.createdBy,
      version.createdAt,
    ],
  )
  if (inserted.length === 0) return false
  for (const artifact of version.artifacts) {
    await tx.query(
      'INSERT INTO inventory_artifact (name, version, path, role, digest, size_bytes) VALUES ($1, $2, $3, $4, $5, $6)',
      [version.name, version.version, artifact.path, artifact.role, artifact.digest, artifact.sizeBytes],
    )
  }
  return true
}

export const updateStage = async (
  tx: Tx,
  ref: ModelVersionRef,
  change: { readonly stage: Stage; readonly time: string; readonly signature?: ModelSignature },
): Promise<void> => {
  await tx.query(
    `UPDATE inventory_version SET stage = $3, updated_at = $4, revision = revision + 1,
       signature = COALESCE($5::jsonb, signature), deployed_at = CASE WHEN $3 = 'deployed' THEN $4 ELSE deployed_at END
     WHERE name = $1 AND version = $2`,
    [
      ref.name,
      ref.version,
      change.stage,
      change.time,
      change.signature === undefined ? null : JSON.stringify(change.signature),
    ],
  )
}

export const insertTransition = async (
  tx: Tx,
  ref: ModelVersionRef,
  transition: Transition,
): Promise<void> => {
  await tx.query(
    `INSERT INTO inventory_transition (name, version, from_stage, to_stage, reason, principal, decision_id, time)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      ref.name,
      ref.version,
      transition.from,
      transition.to,
      transition.reason,
      transition.principal,
      transition.decisionId,
      transition.time,
    ],
  )
}

export const listTransitions = async (tx: Tx, ref: ModelVersionRef): Promise<Transition[]> => {
  const rows = await tx.query<{
    from_stage: Stage | null
    to_stage: Stage
    reason: string
    principal: string
    decision_id: string
    time: Date
  }>('SELECT * FROM inventory_transition WHERE name = $1 AND version = $2 ORDER BY seq', [
    ref.name,
    ref.version,
  ])
  return rows.map((row) => ({
    from: row.from_stage,
    to: row.to_stage,
    reason: row.reason,
    principal: row.principal,
    decisionId: row.decision_id,
    time: row.time.toISOString(),
  }))
}

const MOST_GUARDED = 20_000

/** Files of versions that are assessed, approved or deployed, per tenant and digest. Read for all tenants. */
export const guardedArtifacts = async (tx: Tx): Promise<GuardedArtifact[]> => {
  const rows = await tx.query<{
    tenant: string
    digest: Digest
    versions: string[]
    version_digests: Digest[]
  }>(
    `SELECT v.tenant, a.digest, array_agg(DISTINCT v.name || ':' || v.version) AS versions,
       array_agg(DISTINCT v.digest) AS version_digests
     FROM inventory_version v JOIN inventory_artifact a
       ON a.tenant = v.tenant AND a.name = v.name AND a.version = v.version
     WHERE v.stage IN ('assessed', 'approved', 'deployed')
     GROUP BY v.tenant, a.digest ORDER BY v.tenant, a.digest LIMIT $1`,
    [MOST_GUARDED],
  )
  return rows.map(({ version_digests: versionDigests, ...row }) => ({ ...row, versionDigests }))
}
