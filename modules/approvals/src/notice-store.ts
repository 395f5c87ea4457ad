/** SQL over notifications that wait to be delivered. */
import type { Tx } from '@rampart/kit'

export type Notice = {
  readonly tenant: string
  readonly id: string
  readonly body: Readonly<Record<string, unknown>>
  readonly attempts: number
  readonly createdAt: Date
}

export const insertNotice = async (
  tx: Tx,
  notice: { readonly id: string; readonly body: Readonly<Record<string, unknown>>; readonly time: string },
): Promise<void> => {
  await tx.query(
    `INSERT INTO approvals_notice (id, body, created_at, next_at, state) VALUES ($1, $2, $3, $3, 'waiting')`,
    [notice.id, JSON.stringify(notice.body), notice.time],
  )
}

/** Takes one that is due and keeps others off it until `until`; run under ALL_TENANTS. */
export const takeDue = async (
  tx: Tx,
  { now, until }: { readonly now: string; readonly until: string },
): Promise<Notice | undefined> => {
  const [row] = await tx.query<Notice>(
    `UPDATE approvals_notice SET next_at = $2, attempts = attempts + 1 WHERE (tenant, id) = (
       SELECT tenant, id FROM approvals_notice WHERE state = 'waiting' AND next_at <= $1
       ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING tenant, id::text AS id, body, attempts, created_at AS "createdAt"`,
    [now, until],
  )
  return row
}

export const finishNotice = async (
  tx: Tx,
  id: string,
  end: {
    readonly state: 'waiting' | 'delivered' | 'given-up'
    readonly nextAt: string
    readonly note?: string
  },
): Promise<void> => {
  await tx.query('UPDATE approvals_notice SET state = $2, next_at = $3, note = $4 WHERE id = $1', [
    id,
    end.state,
    end.nextAt,
    end.note ?? null,
  ])
}

/** Ended ones from before `before` are of no use any more; run under ALL_TENANTS. */
export const dropEnded = async (tx: Tx, before: string): Promise<void> => {
  await tx.query("DELETE FROM approvals_notice WHERE state <> 'waiting' AND created_at < $1", [before])
}
