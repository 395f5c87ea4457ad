/** SQL over the routes. */
import type { Tx } from '@rampart/kit'

/** A model without a stored route is reached by its own name, with no schema. */
export type RouteResource = {
  readonly name: string
  readonly model: string
  readonly payloadSchema?: Readonly<Record<string, unknown>>
  readonly revision: number
  readonly updatedBy: string
  readonly updatedAt: string
}

type Row = {
  name: string
  model: string
  payload_schema: Record<string, unknown> | null
  revision: number
  updated_by: string
  updated_at: Date
}

const toRoute = (row: Row): RouteResource => ({
  name: row.name,
  model: row.model,
  ...(row.payload_schema === null ? {} : { payloadSchema: row.payload_schema }),
  revision: row.revision,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

export const listRoutes = async (tx: Tx): Promise<RouteResource[]> =>
  (await tx.query<Row>('SELECT * FROM serving_route ORDER BY name')).map(toRoute)

export const findRoute = async (tx: Tx, name: string): Promise<RouteResource | undefined> => {
  const rows = await tx.query<Row>('SELECT * FROM serving_route WHERE name = $1', [name])
  return rows[0] === undefined ? undefined : toRoute(rows[0])
}

export const putRoute = async (
  tx: Tx,
  route: Pick<RouteResource, 'name' | 'model' | 'payloadSchema' | 'updatedBy' | 'updatedAt'>,
): Promise<RouteResource> => {
  const schema = route.payloadSchema === undefined ? null : JSON.stringify(route.payloadSchema)
  const rows = await tx.query<Row>(
    `INSERT INTO serving_route AS r (name, model, payload_schema, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant, name) DO UPDATE SET model = $2, payload_schema = $3, updated_by = $4, updated_at = $5,
       revision = r.revision + 1
     RETURNING *`,
    [route.name, route.model, schema, route.updatedBy, route.updatedAt],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('an upsert returns its row')
  return toRoute(row)
}

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
