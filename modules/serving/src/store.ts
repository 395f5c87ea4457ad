/** SQL over routes and backends. */
import type { Tx } from '@rampart/kit'
import type { BackendSpec } from './backend-spec.ts'
import type { CanaryState } from './canary.ts'
import { type RouteSpec, specOfModel } from './route-spec.ts'

/** A model without a stored route is reached by its own name, with no schema. */
export type RouteResource = {
  readonly name: string
  /** Of the first backend. */
  readonly model: string
  readonly payloadSchema?: Readonly<Record<string, unknown>>
  readonly spec: RouteSpec
  readonly canary?: CanaryState
  readonly revision: number
  readonly updatedBy: string
  readonly updatedAt: string
}

type Row = {
  name: string
  model: string
  payload_schema: Record<string, unknown> | null
  spec: RouteSpec | null
  canary: CanaryState | null
  revision: number
  updated_by: string
  updated_at: Date
}

const toRoute = (row: Row): RouteResource => ({
  name: row.name,
  model: row.model,
  ...(row.payload_schema === null ? {} : { payloadSchema: row.payload_schema }),
  spec: row.spec ?? specOfModel(row.model, row.payload_schema ?? undefined),
  ...(row.canary === null ? {} : { canary: row.canary }),
  revision: row.revision,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

export const listRoutes = async (tx: Tx): Promise<RouteResource[]> =>
  (await tx.query<Row>('SELECT * FROM serving_route ORDER BY name')).map(toRoute)

/** Every tenant's routes that have a canary. */
export const listCanaries = async (tx: Tx): Promise<(RouteResource & { readonly tenant: string })[]> =>
  (
    await tx.query<Row & { tenant: string }>(
      `SELECT * FROM serving_route WHERE spec -> 'canary' IS NOT NULL ORDER BY tenant, name`,
    )
  ).map((row) => ({ ...toRoute(row), tenant: row.tenant }))

/** With `lock` the row is held until the transaction ends. */
export const findRoute = async (tx: Tx, name: string, lock = false): Promise<RouteResource | undefined> => {
  const rows = await tx.query<Row>(
    `SELECT * FROM serving_route WHERE name = $1${lock ? ' FOR UPDATE' : ''}`,
    [name],
  )
  return rows[0] === undefined ? undefined : toRoute(rows[0])
}

const only = <R>(rows: readonly R[]): R => {
  const row = rows[0]
  if (row === undefined) throw new Error('the statement returns its row')
  return row
}

export const putRoute = async (
  tx: Tx,
  route: Pick<RouteResource, 'name' | 'spec' | 'updatedBy' | 'updatedAt'>,
): Promise<RouteResource> => {
  const { payloadSchema, backends } = route.spec
  const rows = await tx.query<Row>(
    `INSERT INTO serving_route AS r (name, model, payload_schema, spec, updated_by, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant, name) DO UPDATE SET model = $2, payload_schema = $3, spec = $4, updated_by = $5,
       updated_at = $6, revision = r.revision + 1
     RETURNING *`,
    [
      route.name,
      backends[0]?.model,
      payloadSchema === undefined ? null : JSON.stringify(payloadSchema),
      JSON.stringify(route.spec),
      route.updatedBy,
      route.updatedAt,
    ],
  )
  return toRoute(only(rows))
}

export const setCanary = async (tx: Tx, name: string, canary: CanaryState): Promise<RouteResource> =>
  toRoute(
    only(
      await tx.query<Row>(
        'UPDATE serving_route SET canary = $2, revision = revision + 1 WHERE name = $1 RETURNING *',
        [name, JSON.stringify(canary)],
      ),
    ),
  )

export const deleteRoute = async (tx: Tx, name: string): Promise<boolean> =>
  (await tx.query('DELETE FROM serving_route WHERE name = $1 RETURNING name', [name])).length > 0

/** False when the batch was claimed before. Waits for another transaction that is claiming it right now. */
export const claimAnchor = async (tx: Tx, id: string, at: string): Promise<boolean> => {
  const rows = await tx.query(
    'INSERT INTO serving_anchor (id, anchored_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id',
    [id, at],
  )
  return rows.length > 0
}

/** A server elsewhere that runs registered versions. */
export type BackendResource = {
  readonly name: string
  readonly spec: BackendSpec
  readonly revision: number
  readonly updatedBy: string
  readonly updatedAt: string
}

type BackendRow = { name: string; spec: BackendSpec; revision: number; updated_by: string; updated_at: Date }

const toBackend = (row: BackendRow): BackendResource => ({
  name: row.name,
  spec: row.spec,
  revision: row.revision,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

export const listBackends = async (tx: Tx): Promise<BackendResource[]> =>
  (await tx.query<BackendRow>('SELECT * FROM serving_backend ORDER BY name')).map(toBackend)

/** The row is held until the transaction ends. */
export const lockBackend = async (tx: Tx, name: string): Promise<BackendResource | undefined> => {
  const [row] = await tx.query<BackendRow>('SELECT * FROM serving_backend WHERE name = $1 FOR UPDATE', [name])
  return row === undefined ? undefined : toBackend(row)
}

export const putBackend = async (
  tx: Tx,
  backend: Omit<BackendResource, 'revision'>,
): Promise<BackendResource> =>
  toBackend(
    only(
      await tx.query<BackendRow>(
        `INSERT INTO serving_backend AS b (name, spec, updated_by, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant, name) DO UPDATE SET spec = $2, updated_by = $3, updated_at = $4,
           revision = b.revision + 1
         RETURNING *`,
        [backend.name, JSON.stringify(backend.spec), backend.updatedBy, backend.updatedAt],
      ),
    ),
  )

export const deleteBackend = async (tx: Tx, name: string): Promise<boolean> =>
  (await tx.query('DELETE FROM serving_backend WHERE name = $1 RETURNING name', [name])).length > 0

/** Names of the routes that lead to a backend. */
export const routesTo = async (tx: Tx, backend: string): Promise<string[]> =>
  (
    await tx.query<{ name: string }>(
      `SELECT name FROM serving_route WHERE spec -> 'backends' @> $1::jsonb ORDER BY name`,
      [JSON.stringify([{ backend }])],
    )
  ).map(({ name }) => name)
