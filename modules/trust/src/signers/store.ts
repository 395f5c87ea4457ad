/** SQL of signers, and of which evidence rests on which of them. */
import type { Tx } from '@rampart/kit'
import type { SignerSpec } from './signer-spec.ts'

export type Revocation = {
  readonly reason: string
  readonly since?: string
  readonly by: string
  readonly at: string
}

export type SignerRow = {
  readonly name: string
  readonly spec: SignerSpec
  readonly revision: number
  readonly updatedBy: string
  readonly updatedAt: Date
  readonly revocation: Revocation | null
}

export type SignatureRow = {
  readonly evidenceId: string
  readonly signer: string
  readonly subjectName: string
  readonly subjectDigest: string
  readonly documentDigest: string
}

const COLUMNS = `name, spec, revision, updated_by AS "updatedBy", updated_at AS "updatedAt", revocation`

export const selectSigners = (tx: Tx): Promise<SignerRow[]> =>
  tx.query<SignerRow>(`SELECT ${COLUMNS} FROM trust_signer s ORDER BY s.name`)

export const lockSigner = async (tx: Tx, name: string): Promise<SignerRow | undefined> => {
  const [row] = await tx.query<SignerRow>(
    `SELECT ${COLUMNS} FROM trust_signer s WHERE s.name = $1 FOR UPDATE`,
    [name],
  )
  return row
}

export const upsertSigner = async (
  tx: Tx,
  row: { readonly name: string; readonly spec: SignerSpec; readonly by: string; readonly at: string },
): Promise<SignerRow> => {
  const [saved] = await tx.query<SignerRow>(
    `INSERT INTO trust_signer (name, spec, updated_by, updated_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant, name) DO UPDATE SET spec = EXCLUDED.spec, revision = trust_signer.revision + 1,
       updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at
     RETURNING ${COLUMNS}`,
    [row.name, JSON.stringify(row.spec), row.by, row.at],
  )
  return saved as SignerRow
}

export const updateRevocation = (tx: Tx, name: string, revocation: Revocation): Promise<unknown> =>
  tx.query(
    `UPDATE trust_signer SET revocation = $2, revision = revision + 1, updated_by = $3, updated_at = $4 WHERE name = $1`,
    [name, JSON.stringify(revocation), revocation.by, revocation.at],
  )

export const deleteSigner = (tx: Tx, name: string): Promise<unknown> =>
  tx.query('DELETE FROM trust_signer WHERE name = $1', [name])

export const insertSignature = (tx: Tx, row: SignatureRow): Promise<unknown> =>
  tx.query(
    `INSERT INTO trust_signature (evidence_id, signer, subject_name, subject_digest, document_digest)
     VALUES ($1, $2, $3, $4, $5)`,
    [row.evidenceId, row.signer, row.subjectName, row.subjectDigest, row.documentDigest],
  )

export const selectSignature = async (
  tx: Tx,
  key: Pick<SignatureRow, 'subjectName' | 'documentDigest' | 'signer'>,
): Promise<string | undefined> => {
  const [row] = await tx.query<{ id: string }>(
    `SELECT evidence_id::text AS id FROM trust_signature s
     WHERE s.subject_name = $1 AND s.document_digest = $2 AND s.signer = $3`,
    [key.subjectName, key.documentDigest, key.signer],
  )
  return row?.id
}

/** Names of everything that rests on a signer, each once. */
export const selectDependents = async (tx: Tx, signer: string): Promise<string[]> => {
  const rows = await tx.query<{ name: string }>(
    `SELECT DISTINCT s.subject_name AS name FROM trust_signature s WHERE s.signer = $1 ORDER BY name`,
    [signer],
  )
  return rows.map(({ name }) => name)
}
