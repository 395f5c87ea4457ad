/** SQL over how far sinks have read the logs that are not the event log. */
import type { Tx } from '@rampart/kit'

const TENANT = `current_setting('rampart.tenant')`

/** Where the reader goes on; a new one begins at `head`. Locked until the transaction ends. */
export const lockPlace = async (tx: Tx, sink: string, feed: string): Promise<string | undefined> => {
  const [row] = await tx.query<{ place: string }>(
    `SELECT place FROM siem_feed_place WHERE tenant = ${TENANT} AND sink = $1 AND feed = $2 FOR UPDATE`,
    [sink, feed],
  )
  return row?.place
}

export const beginPlace = async (tx: Tx, sink: string, feed: string, head: string): Promise<void> => {
  await tx.query(
    'INSERT INTO siem_feed_place (sink, feed, place) VALUES ($1, $2, $3) ON CONFLICT (tenant, sink, feed) DO NOTHING',
    [sink, feed, head],
  )
}

export const movePlace = async (
  tx: Tx,
  sink: string,
  feed: string,
  { place, leftOut }: { readonly place: string; readonly leftOut: number },
): Promise<void> => {
  await tx.query(
    `UPDATE siem_feed_place SET place = $3, left_out = left_out + $4
     WHERE tenant = ${TENANT} AND sink = $1 AND feed = $2`,
    [sink, feed, place, leftOut],
  )
}

/** Forgets all feeds but the named ones: what a sink takes up again begins at its head again. */
export const keepPlaces = async (tx: Tx, sink: string, feeds: readonly string[]): Promise<void> => {
  await tx.query(
    `DELETE FROM siem_feed_place WHERE tenant = ${TENANT} AND sink = $1 AND NOT feed = ANY ($2::text[])`,
    [sink, feeds],
  )
}

export const countLeftOut = async (tx: Tx, sink: string): Promise<number> => {
  const [row] = await tx.query<{ n: string }>(
    `SELECT coalesce(sum(left_out), 0)::text AS n FROM siem_feed_place WHERE tenant = ${TENANT} AND sink = $1`,
    [sink],
  )
  return Number(row?.n ?? 0)
}
