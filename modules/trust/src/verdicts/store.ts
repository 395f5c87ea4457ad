/** SQL of verdicts: the one that counts per digest, and every one that said something new. */
import type { Digest } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type VerdictRow = {
  readonly tenant: string
  readonly digest: Digest
  readonly contentDigest: string
  readonly policyDigest: string
  readonly envelope: string
  readonly expiresAt: Date
}

export type VerdictHistoryRow = {
  readonly seq: string
  readonly decision: 'allow' | 'deny'
  readonly reasons: readonly string[]
  readonly cause: string
  readonly issuedAt: Date
  readonly envelope: string
}

const COLUMNS = `tenant, digest, content_digest AS "contentDigest", policy_digest AS "policyDigest", envelope,
  expires_at AS "expiresAt"`

/** Serialises everybody who makes a verdict about the digest, until the transaction ends. */
export const lockDigest = (tx: Tx, tenant: string, digest: Digest): Promise<unknown> =>
  tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`trust_verdict ${tenant} ${digest}`])

export const selectVerdict = async (tx: Tx, digest: Digest): Promise<VerdictRow | undefined> => {
  const [row] = await tx.query<VerdictRow>(`SELECT ${COLUMNS} FROM trust_verdict v WHERE v.digest = $1`, [
    digest,
  ])
  return row
}

/** By tenant and digest, for filling memory; run under ALL_TENANTS. */
export const selectPage = (
  tx: Tx,
  after: { readonly tenant: string; readonly digest: string },
  limit: number,
): Promise<VerdictRow[]> =>
  tx.query<VerdictRow>(
    `SELECT ${COLUMNS} FROM trust_verdict v WHERE (v.tenant, v.digest) > ($1, $2)
     ORDER BY v.tenant, v.digest LIMIT $3`,
    [after.tenant, after.digest, limit],
  )

/** Digests whose verdict was made by another policy or ends before `endsBefore`; run under ALL_TENANTS. */
export const selectStale = (
  tx: Tx,
  query: { readonly policyDigest: string; readonly endsBefore: string; readonly limit: number },
): Promise<{ tenant: string; digest: Digest }[]> =>
  tx.query<{ tenant: string; digest: Digest }>(
    `SELECT tenant, digest FROM trust_verdict WHERE policy_digest <> $1 OR expires_at < $2
     ORDER BY (expires_at < $2) DESC, expires_at LIMIT $3`,
    [query.policyDigest, query.endsBefore, query.limit],
  )

export const upsertVerdict = (
  tx: Tx,
  row: Omit<VerdictRow, 'tenant' | 'expiresAt'> & { readonly issuedAt: string; readonly expiresAt: string },
): Promise<unknown> =>
  tx.query(
    `INSERT INTO trust_verdict (digest, content_digest, policy_digest, envelope, issued_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant, digest) DO UPDATE SET content_digest = EXCLUDED.content_digest,
       policy_digest = EXCLUDED.policy_digest, envelope = EXCLUDED.envelope, issued_at = EXCLUDED.issued_at,
       expires_at = EXCLUDED.expires_at`,
    [row.digest, row.contentDigest, row.policyDigest, row.envelope, row.issuedAt, row.expiresAt],
  )

export const insertHistory = (
  tx: Tx,
  row: {
    readonly digest: Digest
    readonly decision: string
    readonly reasons: readonly string[]
    readonly cause: string
    readonly issuedAt: string
    readonly envelope: string
  },
): Promise<unknown> =>
  tx.query(
    `INSERT INTO trust_verdict_history (digest, decision, reasons, cause, issued_at, envelope)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [row.digest, row.decision, JSON.stringify(row.reasons), row.cause, row.issuedAt, row.envelope],
  )

/** Newest first, from before `before`. */
export const selectHistory = (
  tx: Tx,
  digest: Digest,
  page: { readonly before?: string; readonly limit: number },
): Promise<VerdictHistoryRow[]> =>
  tx.query<VerdictHistoryRow>(
    `SELECT seq::text AS seq, decision, reasons, cause, issued_at AS "issuedAt", envelope
     FROM trust_verdict_history h
     WHERE h.digest = $1 AND ($2::bigint IS NULL OR h.seq < $2::bigint) ORDER BY h.seq DESC LIMIT $3`,
    [digest, page.before ?? null, page.limit],
  )
