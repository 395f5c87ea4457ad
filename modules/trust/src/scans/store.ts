/** SQL of the scans that are asked for and made. */
import type { Digest } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type ScanState = 'pending' | 'running' | 'done' | 'failed'

export type ScanJob = {
  readonly tenant: string
  readonly digest: Digest
  readonly path: string
  readonly attempts: number
}

export type ScanKey = { readonly digest: Digest; readonly path: string }

export type ScanRow = ScanKey & {
  readonly state: ScanState
  readonly result: string | null
  readonly evidenceId: string | null
  readonly note: string | null
  readonly updatedAt: Date
}

/** Notified at commit, so that a waiting process starts at once. */
export const SCAN_CHANNEL = 'trust_scan'

const COLUMNS = `digest, path, state, result, evidence_id::text AS "evidenceId", note, updated_at AS "updatedAt"`

/** Asks for a scan unless there is one; `again` asks for another one unless one is open already. True when it was asked. */
export const enqueue = async (
  tx: Tx,
  key: ScanKey & { readonly time: string; readonly again: boolean },
): Promise<boolean> => {
  const rows = await tx.query(
    `INSERT INTO trust_scan (digest, path, state, updated_at) VALUES ($1, $2, 'pending', $3)
     ON CONFLICT (tenant, digest, path) DO UPDATE SET state = 'pending', attempts = 0, updated_at = $3
     WHERE trust_scan.state = 'failed' OR ($4 AND trust_scan.state = 'done')
     RETURNING 1`,
    [key.digest, key.path, key.time, key.again],
  )
  if (rows.length > 0) await tx.query('SELECT pg_notify($1, $2)', [SCAN_CHANNEL, ''])
  return rows.length > 0
}

/** Open scans, at most `limit` counted. */
export const countOpen = async (tx: Tx, limit: number): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (
       SELECT 1 FROM trust_scan WHERE state IN ('pending', 'running') LIMIT $1) open`,
    [limit],
  )
  return row?.n ?? 0
}

/** Takes the oldest open scan whose lease is free; run under ALL_TENANTS. */
export const claim = async (tx: Tx, now: string, leaseUntil: string): Promise<ScanJob | undefined> => {
  const [row] = await tx.query<ScanJob>(
    `UPDATE trust_scan SET state = 'running', attempts = attempts + 1, lease_until = $2, updated_at = $1
     WHERE (tenant, digest, path) = (
       SELECT tenant, digest, path FROM trust_scan
       WHERE state IN ('pending', 'running') AND (lease_until IS NULL OR lease_until < $1)
       ORDER BY seq LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING tenant, digest, path, attempts`,
    [now, leaseUntil],
  )
  return row
}

/** Frees the leases of a process that is known to be dead. */
export const freeLeases = (tx: Tx): Promise<unknown> =>
  tx.query(`UPDATE trust_scan SET lease_until = NULL WHERE state = 'running'`)

export const renew = (tx: Tx, { digest, path }: ScanKey, leaseUntil: string): Promise<unknown> =>
  tx.query(`UPDATE trust_scan SET lease_until = $3 WHERE digest = $1 AND path = $2 AND state = 'running'`, [
    digest,
    path,
    leaseUntil,
  ])

export const finish = (
  tx: Tx,
  { digest, path }: ScanKey,
  outcome: {
    readonly state: 'done' | 'failed'
    readonly time: string
    readonly evidenceId?: string
    readonly result?: string
    readonly note?: string
  },
): Promise<unknown> =>
  tx.query(
    `UPDATE trust_scan SET state = $3, lease_until = NULL, updated_at = $4,
       evidence_id = COALESCE($5, evidence_id), result = COALESCE($6, result), note = $7
     WHERE digest = $1 AND path = $2`,
    [
      digest,
      path,
      outcome.state,
      outcome.time,
      outcome.evidenceId ?? null,
      outcome.result ?? null,
      outcome.note ?? null,
    ],
  )

export const selectScans = (tx: Tx, digest: Digest): Promise<ScanRow[]> =>
  tx.query<ScanRow>(`SELECT ${COLUMNS} FROM trust_scan s WHERE s.digest = $1 ORDER BY s.path LIMIT 100`, [
    digest,
  ])

export const selectScan = async (tx: Tx, { digest, path }: ScanKey): Promise<ScanRow | undefined> => {
  const [row] = await tx.query<ScanRow>(
    `SELECT ${COLUMNS} FROM trust_scan s WHERE s.digest = $1 AND s.path = $2`,
    [digest, path],
  )
  return row
}
