/** SQL over the assessment jobs. */
import type { AssessmentPredicate, Digest, ModelSignature } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type JobResult = { readonly predicate: AssessmentPredicate; readonly signature?: ModelSignature }

export type Job = {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly version: string
  readonly digest: Digest
  readonly state: 'running' | 'attested'
  readonly attempts: number
  readonly result: JobResult | null
}

/** Notified at commit, so that a waiting process starts at once. */
export const JOB_CHANNEL = 'assurance_job'

/** Asks for an assessment unless one is open for this version already. */
export const enqueue = async (
  tx: Tx,
  job: {
    readonly id: string
    readonly name: string
    readonly version: string
    readonly digest: string
    readonly time: string
  },
): Promise<void> => {
  await tx.query(
    `INSERT INTO assurance_job (id, name, version, digest, state, created_at, updated_at)
     SELECT $1, $2, $3, $4, 'pending', $5::timestamptz, $5::timestamptz
     WHERE NOT EXISTS (SELECT 1 FROM assurance_job WHERE name = $2 AND version = $3 AND state IN ('pending', 'running'))`,
    [job.id, job.name, job.version, job.digest, job.time],
  )
  await tx.query('SELECT pg_notify($1, $2)', [JOB_CHANNEL, ''])
}

/** Takes the oldest open job whose lease is free; sees all tenants when run under ALL_TENANTS. */
export const claim = async (tx: Tx, now: string, leaseUntil: string): Promise<Job | undefined> => {
  const rows = await tx.query<Job & Record<string, unknown>>(
    `UPDATE assurance_job SET state = CASE WHEN state = 'attested' THEN state ELSE 'running' END,
       attempts = attempts + 1, lease_until = $2, updated_at = $1
     WHERE (tenant, id) = (
       SELECT tenant, id FROM assurance_job
       WHERE state IN ('pending', 'running', 'attested') AND (lease_until IS NULL OR lease_until < $1)
       ORDER BY seq LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING tenant, id, name, version, digest, state, attempts, result`,
    [now, leaseUntil],
  )
  return rows[0]
}

/** Frees the leases of a process that is known to be dead. */
export const freeLeases = async (tx: Tx): Promise<void> => {
  await tx.query("UPDATE assurance_job SET lease_until = NULL WHERE state IN ('running', 'attested')")
}

export const renew = async (tx: Tx, id: string, leaseUntil: string): Promise<void> => {
  await tx.query('UPDATE assurance_job SET lease_until = $2 WHERE id = $1', [id, leaseUntil])
}

export const finish = async (
  tx: Tx,
  id: string,
  outcome: {
    readonly state: 'attested' | 'passed' | 'failed' | 'abandoned'
    readonly time: string
    readonly result?: JobResult
    readonly note?: string
  },
): Promise<void> => {
  await tx.query(
    `UPDATE assurance_job SET state = $2, updated_at = $3, lease_until = NULL,
       result = COALESCE($4::jsonb, result), note = COALESCE($5, note) WHERE id = $1`,
    [
      id,
      outcome.state,
      outcome.time,
      outcome.result === undefined ? null : JSON.stringify(outcome.result),
      outcome.note ?? null,
    ],
  )
}

export type JobView = {
  readonly state: string
  readonly note: string | null
  readonly attempts: number
  readonly predicate: AssessmentPredicate | null
  readonly updatedAt: string
}

export const latestFor = async (tx: Tx, name: string, version: string): Promise<JobView | undefined> => {
  const rows = await tx.query<{
    state: string
    note: string | null
    attempts: number
    result: JobResult | null
    updated_at: Date
  }>(
    'SELECT state, note, attempts, result, updated_at FROM assurance_job WHERE name = $1 AND version = $2 ORDER BY seq DESC LIMIT 1',
    [name, version],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  const { state, note, attempts, result, updated_at } = row
  return { state, note, attempts, predicate: result?.predicate ?? null, updatedAt: updated_at.toISOString() }
}
