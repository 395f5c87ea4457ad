/** SQL of gateways. */
import type { Tx } from '@rampart/kit'

/** The epoch of this content: the one it has, or a new one when the content changed. */
export const claimEpoch = async (tx: Tx, digest: string, now: string): Promise<number> => {
  const rows = await tx.query<{ epoch: string }>(
    `INSERT INTO gateways_epoch AS e (epoch, digest, changed_at) VALUES (1, $1, $2)
     ON CONFLICT (tenant) DO UPDATE SET
       epoch = e.epoch + CASE WHEN e.digest = $1 THEN 0 ELSE 1 END,
       changed_at = CASE WHEN e.digest = $1 THEN e.changed_at ELSE $2 END,
       digest = $1
     RETURNING epoch`,
    [digest, now],
  )
  return Number(rows[0]?.epoch)
}

export type GatewayState = {
  readonly version: string
  readonly addresses: readonly string[]
  /** Addresses and name of its machine; absent when it does not say. */
  readonly hosts?: readonly string[]
  readonly startedAt: string
  /** Reports that the gateway could not keep, since it started. */
  readonly dropped: number
  /** Reports that wait on its disk. */
  readonly waiting: number
  readonly ready: boolean
  /** Calls answered by the versions it serves now. */
  readonly requests: number
  readonly problem?: string
  /** Digests of the versions whose bytes it has; absent when it does not say. */
  readonly holds?: readonly string[]
  /** It said that it serves no more. */
  readonly stopped?: boolean
}

export type StoredGateway = {
  readonly id: string
  readonly principal: string
  readonly stream: string
  readonly sequence: number
  readonly epoch: number
  readonly firstSeen: string
  readonly lastSeen: string
  readonly state: GatewayState
}

type Row = {
  id: string
  principal: string
  stream: string
  sequence: string
  epoch: string
  first_seen: Date
  last_seen: Date
  state: GatewayState
}

const toGateway = (row: Row): StoredGateway => ({
  id: row.id,
  principal: row.principal,
  stream: row.stream,
  sequence: Number(row.sequence),
  epoch: Number(row.epoch),
  firstSeen: row.first_seen.toISOString(),
  lastSeen: row.last_seen.toISOString(),
  state: row.state,
})

/** The row is held until the transaction ends. */
export const lockGateway = async (tx: Tx, id: string): Promise<StoredGateway | undefined> => {
  const [row] = await tx.query<Row>('SELECT * FROM gateways_gateway WHERE id = $1 FOR UPDATE', [id])
  return row === undefined ? undefined : toGateway(row)
}

export const putGateway = async (tx: Tx, gateway: Omit<StoredGateway, 'firstSeen'>): Promise<void> => {
  await tx.query(
    `INSERT INTO gateways_gateway (id, principal, stream, sequence, epoch, first_seen, last_seen, state)
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
     ON CONFLICT (tenant, id) DO UPDATE SET stream = $3, sequence = $4, epoch = $5, last_seen = $6, state = $7`,
    [
      gateway.id,
      gateway.principal,
      gateway.stream,
      gateway.sequence,
      gateway.epoch,
      gateway.lastSeen,
      JSON.stringify(gateway.state),
    ],
  )
}

export const listGateways = async (tx: Tx): Promise<StoredGateway[]> =>
  (await tx.query<Row>('SELECT * FROM gateways_gateway ORDER BY id')).map(toGateway)

/** Gateways that were not heard of since `before` are forgotten. */
export const forgetGateways = async (tx: Tx, before: string): Promise<void> => {
  await tx.query('DELETE FROM gateways_gateway WHERE last_seen < $1', [before])
}
