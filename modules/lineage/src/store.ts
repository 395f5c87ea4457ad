/** SQL over the lineage tables. */
import type { Tx } from '@rampart/kit'
import type { EdgeKind, NodeClaim, NodeKind } from './claim.ts'

export type LineageNode = {
  readonly id: string
  readonly kind: NodeKind
  readonly label: string
  readonly digest: string | null
  readonly stage: string | null
  readonly attributes: Readonly<Record<string, unknown>>
}

export type LineageEdge = {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  readonly statedBy: string
  readonly time: string
}

export type EdgeRow = {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  readonly settled: boolean
}

const MAX_ATTRIBUTES = 65_536

/** What claims say of a registered version's bytes and stage is not taken: the inventory says that. */
export const upsertNodes = async (tx: Tx, nodes: readonly NodeClaim[], now: string): Promise<void> => {
  await tx.query(
    `INSERT INTO lineage_node (id, kind, label, digest, attributes, first_seen)
     SELECT n.id, n.kind, n.label, CASE WHEN n.kind = 'model-version' THEN NULL ELSE n.digest END, coalesce(n.attributes, '{}'), $2
     FROM jsonb_to_recordset($1::jsonb) AS n(id text, kind text, label text, digest text, attributes jsonb) ORDER BY n.id
     ON CONFLICT (tenant, id) DO UPDATE SET digest = coalesce(lineage_node.digest, excluded.digest),
       attributes = CASE WHEN length((lineage_node.attributes || excluded.attributes)::text) > ${MAX_ATTRIBUTES}
         THEN lineage_node.attributes ELSE lineage_node.attributes || excluded.attributes END
     WHERE lineage_node.kind <> 'model-version'`,
    [JSON.stringify(nodes), now],
  )
}

export const upsertVersion = async (
  tx: Tx,
  node: Pick<NodeClaim, 'id' | 'label'> & { readonly digest: string; readonly stage: string },
  now: string,
): Promise<void> => {
  await tx.query(
    `INSERT INTO lineage_node (id, kind, label, digest, stage, first_seen) VALUES ($1, 'model-version', $2, $3, $4, $5)
     ON CONFLICT (tenant, id) DO UPDATE SET digest = excluded.digest, stage = excluded.stage`,
    [node.id, node.label, node.digest, node.stage, now],
  )
}

export const upsertEdges = async (
  tx: Tx,
  edges: readonly EdgeRow[],
  statedBy: string,
  now: string,
): Promise<void> => {
  await tx.query(
    `INSERT INTO lineage_edge (from_id, to_id, kind, settled, stated_by, time)
     SELECT e."from", e."to", e.kind, e.settled, $2, $3
     FROM jsonb_to_recordset($1::jsonb) AS e("from" text, "to" text, kind text, settled boolean) ORDER BY 1, 2, 3
     ON CONFLICT (tenant, from_id, to_id, kind) DO UPDATE SET settled = true WHERE excluded.settled AND NOT lineage_edge.settled`,
    [JSON.stringify(edges), statedBy, now],
  )
}

/** What the run announced before it completed. */
export const settleOutputs = async (tx: Tx, runNode: string): Promise<void> => {
  await tx.query('UPDATE lineage_edge SET settled = true WHERE from_id = $1 AND NOT settled', [runNode])
}

/** Both ways between a registered version and every other node with its bytes. */
export const linkSameBytes = async (tx: Tx, ids: readonly string[], now: string): Promise<void> => {
  await tx.query(
    `INSERT INTO lineage_edge (from_id, to_id, kind, stated_by, time)
     SELECT a.id, b.id, 'same-bytes', 'component:lineage', $2
     FROM lineage_node a JOIN lineage_node b ON b.tenant = a.tenant AND b.digest = a.digest AND b.id <> a.id
     WHERE (a.id = ANY($1) OR b.id = ANY($1)) AND (a.kind = 'model-version') <> (b.kind = 'model-version')
     ORDER BY 1, 2 LIMIT 10000 ON CONFLICT DO NOTHING`,
    [ids, now],
  )
}

export const resolveAliases = async (
  tx: Tx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const rows = await tx.query<{ alias: string; node: string }>(
    'SELECT alias, node FROM lineage_alias WHERE alias = ANY($1)',
    [ids],
  )
  return new Map(rows.map(({ alias, node }) => [alias, node]))
}

export const forgetAlias = async (tx: Tx, alias: string): Promise<void> => {
  await tx.query('DELETE FROM lineage_alias WHERE alias = $1', [alias])
}

export const setAlias = async (tx: Tx, alias: string, node: string): Promise<void> => {
  await tx.query(
    'INSERT INTO lineage_alias (alias, node) VALUES ($1, $2) ON CONFLICT (tenant, alias) DO UPDATE SET node = excluded.node',
    [alias, node],
  )
}

/** A node that turned out to be another one: its edges become the other's. */
export const mergeNode = async (tx: Tx, from: string, into: string): Promise<void> => {
  for (const [mine, other] of [
    ['from_id', 'to_id'],
    ['to_id', 'from_id'],
  ] as const)
    await tx.query(
      `INSERT INTO lineage_edge (${mine}, ${other}, kind, settled, stated_by, time)
       SELECT $2, ${other}, kind, settled, stated_by, time FROM lineage_edge WHERE ${mine} = $1 AND ${other} <> $2
       ON CONFLICT DO NOTHING`,
      [from, into],
    )
  await tx.query('DELETE FROM lineage_edge WHERE from_id = $1 OR to_id = $1', [from])
  await tx.query('DELETE FROM lineage_node WHERE id = $1', [from])
}

/** False when the same event was recorded before. */
export const insertEvent = async (
  tx: Tx,
  event: { readonly runId: string; readonly time: string; readonly type: string; readonly body: unknown },
  principal: string,
  now: string,
): Promise<boolean> => {
  const rows = await tx.query(
    `INSERT INTO lineage_event (run_id, event_time, event_type, body, principal, received_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1 AS ok`,
    [event.runId, event.time, event.type, JSON.stringify(event.body), principal, now],
  )
  return rows.length > 0
}

export const hasCompleted = async (tx: Tx, runId: string): Promise<boolean> =>
  (
    await tx.query(
      "SELECT 1 AS ok FROM lineage_event WHERE run_id = $1 AND event_type = 'COMPLETE' LIMIT 1",
      [runId],
    )
  ).length > 0

const NODE = 'SELECT id, kind, label, digest, stage, attributes FROM lineage_node'

export const findNodes = (tx: Tx, ids: readonly string[]): Promise<LineageNode[]> =>
  tx.query<LineageNode>(`${NODE} WHERE id = ANY($1)`, [ids])

export const datasetNodes = (
  tx: Tx,
  filter: { readonly digest?: string; readonly name?: string },
  limit: number,
): Promise<LineageNode[]> =>
  tx.query<LineageNode>(
    `${NODE} WHERE kind = 'dataset' AND ($1::text IS NULL OR digest = $1) AND ($2::text IS NULL OR label = $2)
     ORDER BY first_seen DESC, id LIMIT $3`,
    [filter.digest ?? null, filter.name ?? null, limit],
  )

/** Edges that lead into (`causes`) or out of the given nodes, in a stable order. */
export const edgesAt = async (
  tx: Tx,
  ids: readonly string[],
  side: 'causes' | 'effects',
  limit: number,
): Promise<LineageEdge[]> => {
  const rows = await tx.query<{ from: string; to: string; kind: EdgeKind; stated_by: string; time: Date }>(
    `SELECT from_id AS "from", to_id AS "to", kind, stated_by, time FROM lineage_edge
     WHERE settled AND ${side === 'causes' ? 'to_id' : 'from_id'} = ANY($1) ORDER BY from_id, to_id, kind LIMIT $2`,
    [ids, limit],
  )
  return rows.map(({ stated_by, time, ...edge }) => ({
    ...edge,
    statedBy: stated_by,
    time: time.toISOString(),
  }))
}

export const readDelivery = async (tx: Tx): Promise<string | undefined> =>
  (await tx.query<{ cursor: string }>('SELECT cursor FROM lineage_delivery LIMIT 1'))[0]?.cursor

export const moveDelivery = async (tx: Tx, cursor: string): Promise<void> => {
  await tx.query(
    'INSERT INTO lineage_delivery (cursor) VALUES ($1) ON CONFLICT (tenant) DO UPDATE SET cursor = excluded.cursor',
    [cursor],
  )
}
