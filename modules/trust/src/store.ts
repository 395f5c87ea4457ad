/** SQL of evidence: insert and read, nothing else is granted. */
import type { Tx } from '@rampart/kit'

export type EvidenceRow = {
  readonly id: string
  readonly subjectDigest: string
  readonly subjectName: string
  readonly predicateType: string
  readonly principal: string
  readonly time: Date
  readonly envelope: string
}

const COLUMNS = `id::text AS id, subject_digest AS "subjectDigest", subject_name AS "subjectName",
  predicate_type AS "predicateType", principal, time, envelope`

/** More statements about one digest than this are not read: the newest decide. */
const MAX_PER_SUBJECT = 500

export const insertEvidence = async (
  tx: Tx,
  tenant: string,
  row: Omit<EvidenceRow, 'time'> & { readonly time: string },
): Promise<void> => {
  await tx.query(
    `INSERT INTO trust_evidence (id, tenant, subject_digest, subject_name, predicate_type, principal, time, envelope)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.id,
      tenant,
      row.subjectDigest,
      row.subjectName,
      row.predicateType,
      row.principal,
      row.time,
      row.envelope,
    ],
  )
}

/** Newest first. */
export const selectBySubject = (tx: Tx, subjectDigest: string): Promise<EvidenceRow[]> =>
  tx.query<EvidenceRow>(
    `SELECT ${COLUMNS} FROM trust_evidence e WHERE e.subject_digest = $1 ORDER BY e.time DESC, e.id DESC LIMIT $2`,
    [subjectDigest, MAX_PER_SUBJECT],
  )

/** Newest first within each digest, so that much about one digest cannot hide another. */
export const selectBySubjects = (tx: Tx, subjectDigests: readonly string[]): Promise<EvidenceRow[]> =>
  tx.query<EvidenceRow>(
    `SELECT found.* FROM unnest($1::text[]) AS wanted(digest) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM trust_evidence e WHERE e.subject_digest = wanted.digest
       ORDER BY e.time DESC, e.id DESC LIMIT $2) AS found`,
    [[...new Set(subjectDigests)], MAX_PER_SUBJECT],
  )

export const selectById = async (tx: Tx, id: string): Promise<EvidenceRow | undefined> => {
  const [row] = await tx.query<EvidenceRow>(`SELECT ${COLUMNS} FROM trust_evidence e WHERE e.id = $1`, [id])
  return row
}
