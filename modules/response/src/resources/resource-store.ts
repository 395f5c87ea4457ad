/** SQL over resources of response: a row per revision, the newest counts; one without a spec says that it was removed. */
import type { Tx } from '@rampart/kit'

export type ResourceKind = 'notebook' | 'playbook' | 'protected-entity'

export type StoredResource<S> = {
  readonly name: string
  readonly spec: S
  readonly revision: number
  readonly updatedBy: string
  readonly updatedAt: string
}

type Row = {
  readonly name: string
  readonly spec: unknown
  readonly revision: number
  readonly updated_by: string
  readonly updated_at: Date
}

const COLUMNS = 'name, spec, revision, updated_by, updated_at'

const toResource = <S>(row: Row): StoredResource<S> => ({
  name: row.name,
  spec: row.spec as S,
  revision: row.revision,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

/** Writers of one kind wait for one another, so that two cannot take the same revision. */
export const lockKind = async (tx: Tx, kind: ResourceKind): Promise<void> => {
  await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('response.' || $1 || '.' || current_setting('rampart.tenant'), 0))`,
    [kind],
  )
}

/** The newest revision with or without a spec; undefined when there never was one. */
export const newest = async <S>(
  tx: Tx,
  kind: ResourceKind,
  name: string,
): Promise<StoredResource<S | null> | undefined> => {
  const [row] = await tx.query<Row>(
    `SELECT ${COLUMNS} FROM response_resource WHERE kind = $1 AND name = $2 ORDER BY revision DESC LIMIT 1`,
    [kind, name],
  )
  return row === undefined ? undefined : toResource<S | null>(row)
}

export const selectRevision = async <S>(
  tx: Tx,
  kind: ResourceKind,
  name: string,
  revision: number,
): Promise<StoredResource<S> | undefined> => {
  const [row] = await tx.query<Row>(
    `SELECT ${COLUMNS} FROM response_resource
     WHERE kind = $1 AND name = $2 AND revision = $3 AND spec IS NOT NULL`,
    [kind, name, revision],
  )
  return row === undefined ? undefined : toResource<S>(row)
}

export const selectAll = async <S>(tx: Tx, kind: ResourceKind): Promise<StoredResource<S>[]> =>
  (
    await tx.query<Row>(
      `SELECT ${COLUMNS} FROM (
         SELECT DISTINCT ON (name) ${COLUMNS} FROM response_resource
         WHERE kind = $1 ORDER BY name, revision DESC
       ) latest WHERE spec IS NOT NULL ORDER BY name LIMIT 1000`,
      [kind],
    )
  ).map((row) => toResource<S>(row))

export const insertRevision = async (
  tx: Tx,
  kind: ResourceKind,
  resource: StoredResource<unknown>,
): Promise<void> => {
  const { name, spec, revision, updatedBy, updatedAt } = resource
  await tx.query(
    `INSERT INTO response_resource (kind, name, revision, spec, updated_by, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [kind, name, revision, spec === null ? null : JSON.stringify(spec), updatedBy, updatedAt],
  )
}
