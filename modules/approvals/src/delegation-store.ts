/** SQL over delegations: the right of one person in the hands of another, for a time. */
import type { Tx } from '@rampart/kit'

export type Delegation = {
  readonly id: string
  /** Whose right it is. */
  readonly holder: string
  /** Who may use it. */
  readonly delegate: string
  /** What the holder held when handing it over. */
  readonly roles: readonly string[]
  readonly reason: string
  readonly createdAt: Date
  readonly until: Date
  readonly revokedAt: Date | null
  readonly revokedBy: string | null
}

const COLUMNS = `id::text AS id, holder, delegate, roles, reason, created_at AS "createdAt", until,
  revoked_at AS "revokedAt", revoked_by AS "revokedBy"`

export const insertDelegation = async (
  tx: Tx,
  delegation: Pick<Delegation, 'id' | 'holder' | 'delegate' | 'roles' | 'reason'> & {
    readonly createdAt: string
    readonly until: string
  },
): Promise<void> => {
  const { id, holder, delegate, roles, reason, createdAt, until } = delegation
  await tx.query(
    `INSERT INTO approvals_delegation (id, holder, delegate, roles, reason, created_at, until)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, holder, delegate, JSON.stringify(roles), reason, createdAt, until],
  )
}

/** Serialises the making of delegations in a tenant, so that no two of them close a circle. */
export const lockDelegations = (tx: Tx, tenant: string): Promise<unknown> =>
  tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`approvals_delegation ${tenant}`])

/** Those in force at `now`. */
export const activeDelegations = (tx: Tx, now: string): Promise<Delegation[]> =>
  tx.query<Delegation>(
    `SELECT ${COLUMNS} FROM approvals_delegation d WHERE d.revoked_at IS NULL AND d.until > $1 ORDER BY d.id LIMIT 1000`,
    [now],
  )

/** The newest one in force, held until the transaction ends. */
export const holdDelegation = async (
  tx: Tx,
  who: { readonly holder: string; readonly delegate: string; readonly now: string },
): Promise<Delegation | undefined> => {
  const [row] = await tx.query<Delegation>(
    `SELECT ${COLUMNS} FROM approvals_delegation d
     WHERE d.holder = $1 AND d.delegate = $2 AND d.revoked_at IS NULL AND d.until > $3
     ORDER BY d.id DESC LIMIT 1 FOR UPDATE`,
    [who.holder, who.delegate, who.now],
  )
  return row
}

export const listDelegations = (tx: Tx, limit: number): Promise<Delegation[]> =>
  tx.query<Delegation>(`SELECT ${COLUMNS} FROM approvals_delegation d ORDER BY d.id DESC LIMIT $1`, [limit])

export const lockDelegation = async (tx: Tx, id: string): Promise<Delegation | undefined> => {
  const [row] = await tx.query<Delegation>(
    `SELECT ${COLUMNS} FROM approvals_delegation d WHERE d.id = $1 FOR UPDATE`,
    [id],
  )
  return row
}

export const revokeDelegation = async (
  tx: Tx,
  id: string,
  by: { readonly principal: string; readonly time: string },
): Promise<void> => {
  await tx.query('UPDATE approvals_delegation SET revoked_at = $2, revoked_by = $3 WHERE id = $1', [
    id,
    by.time,
    by.principal,
  ])
}
