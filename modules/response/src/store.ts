/** SQL over runs, steps, approvals and the kill switch. */
import type { Tx } from '@rampart/kit'
import type { Approval, RunBody, RunState, Step, StepState, StoredRun } from './run.ts'

type RunRow = {
  seq: string
  tenant: string
  id: string
  name: string
  state: RunState
  idempotency_key: string
  plan_digest: string
  body: RunBody
  expires_at: Date | null
  approve_until: Date | null
  created_at: Date
  updated_at: Date
  ended_at: Date | null
}

type StepRow = {
  run_id: string
  index: number
  action: string
  state: StepState
  parameters: Record<string, unknown>
  memento: Record<string, unknown> | null
  result: Record<string, unknown> | null
  detail: string | null
  attempts: number
  started_at: Date | null
  dispatched_at: Date | null
  applied_at: Date | null
  probed_at: Date | null
  reverted_at: Date | null
}

const time = <K extends string>(key: K, value: Date | null): Partial<Record<K, string>> =>
  value === null ? {} : ({ [key]: value.toISOString() } as Record<K, string>)

const toStep = (row: StepRow): Step => ({
  index: row.index,
  action: row.action,
  state: row.state,
  parameters: row.parameters,
  attempts: row.attempts,
  ...(row.memento === null ? {} : { memento: row.memento }),
  ...(row.result === null ? {} : { result: row.result }),
  ...(row.detail === null ? {} : { detail: row.detail }),
  ...time('startedAt', row.started_at),
  ...time('dispatchedAt', row.dispatched_at),
  ...time('appliedAt', row.applied_at),
  ...time('probedAt', row.probed_at),
  ...time('revertedAt', row.reverted_at),
})

const toRun = (row: RunRow, steps: readonly Step[], approvals: readonly Approval[]): StoredRun => ({
  ...row.body,
  seq: row.seq,
  tenant: row.tenant,
  id: row.id,
  name: row.name,
  state: row.state,
  idempotencyKey: row.idempotency_key,
  planDigest: row.plan_digest,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  ...time('expiresAt', row.expires_at),
  ...time('approveUntil', row.approve_until),
  ...time('endedAt', row.ended_at),
  steps,
  approvals,
})

export type NewRun = Pick<
  StoredRun,
  'id' | 'name' | 'state' | 'idempotencyKey' | 'planDigest' | 'createdAt'
> & {
  readonly concurrencyKey?: string
  readonly expiresAt?: string
  readonly approveUntil?: string
  readonly body: RunBody
  readonly steps: readonly {
    readonly action: string
    readonly parameters: Readonly<Record<string, unknown>>
  }[]
}

/** Runs that start at the same moment with one key queue up behind one another. */
export const lockStart = async (tx: Tx, tenant: string): Promise<void> => {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7712))', [tenant])
}

export const insertRun = async (tx: Tx, run: NewRun): Promise<void> => {
  await tx.query(
    `INSERT INTO response_run (id, name, state, idempotency_key, concurrency_key, plan_digest, body, expires_at,
       approve_until, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
    [
      run.id,
      run.name,
      run.state,
      run.idempotencyKey,
      run.concurrencyKey ?? null,
      run.planDigest,
      JSON.stringify(run.body),
      run.expiresAt ?? null,
      run.approveUntil ?? null,
      run.createdAt,
    ],
  )
  for (const [index, { action, parameters }] of run.steps.entries())
    await tx.query(
      `INSERT INTO response_step (run_id, index, action, state, parameters) VALUES ($1, $2, $3, 'pending', $4)`,
      [run.id, index, action, JSON.stringify(parameters)],
    )
}

const withSteps = async (tx: Tx, rows: readonly RunRow[]): Promise<StoredRun[]> => {
  const keys = rows.map(({ id }) => id)
  const steps = await tx.query<StepRow>(
    'SELECT * FROM response_step WHERE run_id = ANY($1) ORDER BY run_id, index',
    [keys],
  )
  const approvals = await tx.query<{ run_id: string; approver: string; reason: string; approved_at: Date }>(
    'SELECT * FROM response_approval WHERE run_id = ANY($1) ORDER BY approved_at',
    [keys],
  )
  return rows.map((row) =>
    toRun(
      row,
      steps.filter(({ run_id }) => run_id === row.id).map(toStep),
      approvals
        .filter(({ run_id }) => run_id === row.id)
        .map(({ approver, reason, approved_at }) => ({
          approver,
          reason,
          approvedAt: approved_at.toISOString(),
        })),
    ),
  )
}

/** With `lock` the row is held until the transaction ends. */
export const findRun = async (tx: Tx, id: string, lock = false): Promise<StoredRun | undefined> => {
  const rows = await tx.query<RunRow>(
    `SELECT * FROM response_run WHERE id = $1${lock ? ' FOR UPDATE' : ''}`,
    [id],
  )
  return (await withSteps(tx, rows))[0]
}

export const findByKey = async (tx: Tx, key: string): Promise<StoredRun | undefined> =>
  (
    await withSteps(
      tx,
      await tx.query<RunRow>('SELECT * FROM response_run WHERE idempotency_key = $1', [key]),
    )
  )[0]

export const findByKeys = async (tx: Tx, keys: readonly string[]): Promise<StoredRun[]> =>
  withSteps(
    tx,
    await tx.query<RunRow>('SELECT * FROM response_run WHERE idempotency_key = ANY($1) ORDER BY seq', [keys]),
  )

export const findHolder = async (
  tx: Tx,
  concurrencyKey: string | undefined,
): Promise<StoredRun | undefined> => {
  if (concurrencyKey === undefined) return undefined
  const [row] = await tx.query<{ id: string }>(
    `SELECT id FROM response_run WHERE concurrency_key = $1
       AND state IN ('waiting', 'running', 'ambiguous', 'halted', 'reverting')`,
    [concurrencyKey],
  )
  return row === undefined ? undefined : findRun(tx, row.id, true)
}

export type RunFilter = {
  readonly states?: readonly RunState[]
  readonly incident?: string
  readonly before?: string
  readonly limit: number
}

/** Newest first. */
export const listRuns = async (tx: Tx, filter: RunFilter): Promise<StoredRun[]> =>
  withSteps(
    tx,
    await tx.query<RunRow>(
      `SELECT * FROM response_run WHERE ($1::text[] IS NULL OR state = ANY($1)) AND ($2::bigint IS NULL OR seq < $2)
         AND ($3::text IS NULL OR body ->> 'incident' = $3)
       ORDER BY seq DESC LIMIT $4`,
      [filter.states ?? null, filter.before ?? null, filter.incident ?? null, filter.limit],
    ),
  )

/** When the run was made that stands `nth` among those of policy, newest first; undefined where there are fewer since then. */
export const startedAt = async (tx: Tx, since: string, nth: number): Promise<Date | undefined> =>
  (
    await tx.query<{ created_at: Date }>(
      `SELECT created_at FROM response_run
       WHERE created_at > $1 AND body -> 'requestedBy' ->> 'kind' = 'component'
       ORDER BY created_at DESC OFFSET $2 LIMIT 1`,
      [since, nth - 1],
    )
  )[0]?.created_at

export type RunChange = {
  readonly state?: RunState
  readonly body?: Partial<RunBody>
  readonly expiresAt?: string
  readonly at: string
  readonly isOver?: boolean
}

export const updateRun = async (tx: Tx, id: string, change: RunChange): Promise<void> => {
  await tx.query(
    `UPDATE response_run SET state = coalesce($2, state), body = body || $3::jsonb, updated_at = $4,
       expires_at = coalesce($5, expires_at), ended_at = CASE WHEN $6 THEN $4::timestamptz ELSE ended_at END
     WHERE id = $1`,
    [
      id,
      change.state ?? null,
      JSON.stringify(change.body ?? {}),
      change.at,
      change.expiresAt ?? null,
      change.isOver ?? false,
    ],
  )
}

/** True when the run is `owner`'s to drive until `ms` from now. */
export const claimLease = async (tx: Tx, id: string, owner: string, ms: number): Promise<boolean> =>
  (
    await tx.query(
      `UPDATE response_run SET lease_owner = $2, lease_until = now() + $3 * interval '1 millisecond'
       WHERE id = $1 AND (lease_until IS NULL OR lease_until < now() OR lease_owner = $2) RETURNING id`,
      [id, owner, ms],
    )
  ).length > 0

export const releaseLease = async (tx: Tx, id: string, owner: string): Promise<void> => {
  await tx.query('UPDATE response_run SET lease_until = NULL WHERE id = $1 AND lease_owner = $2', [id, owner])
}

export type StepChange = {
  readonly state: StepState
  readonly at: string
  readonly memento?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly detail?: string
}

const TIMES: Partial<Record<StepState, string>> = {
  dispatched: 'dispatched_at',
  applied: 'applied_at',
  probed: 'probed_at',
  unproven: 'probed_at',
  reverted: 'reverted_at',
  kept: 'reverted_at',
}

/**
 * Moves a step from one state to the next. False when the step is elsewhere by now or the lease is somebody else's: the
 * caller then stops without another effect.
 */
export const moveStep = async (
  tx: Tx,
  at: { readonly run: string; readonly index: number; readonly from: StepState; readonly owner: string },
  change: StepChange,
): Promise<boolean> => {
  const stamp = TIMES[change.state]
  const isTry = change.state === 'dispatched' || change.state === 'undo-dispatched'
  const rows = await tx.query(
    `UPDATE response_step AS s SET state = $5, memento = coalesce($6, s.memento), result = coalesce($7, s.result),
       detail = coalesce($8, s.detail), attempts = s.attempts + $9, started_at = coalesce(s.started_at, $10)
       ${stamp === undefined ? '' : `, ${stamp} = $10`}
     FROM response_run AS r
     WHERE s.run_id = $1 AND s.index = $2 AND s.state = $3 AND r.id = s.run_id AND r.tenant = s.tenant
       AND r.lease_owner = $4 AND r.lease_until > now() RETURNING s.index`,
    [
      at.run,
      at.index,
      at.from,
      at.owner,
      change.state,
      change.memento === undefined ? null : JSON.stringify(change.memento),
      change.result === undefined ? null : JSON.stringify(change.result),
      change.detail?.slice(0, 2000) ?? null,
      isTry ? 1 : 0,
      change.at,
    ],
  )
  return rows.length > 0
}

/** A person's word on a step that nothing could tell about. */
export const settleStep = async (
  tx: Tx,
  run: string,
  index: number,
  change: { readonly from: StepState; readonly to: StepState; readonly detail: string },
): Promise<boolean> =>
  (
    await tx.query(
      'UPDATE response_step SET state = $4, detail = $5 WHERE run_id = $1 AND index = $2 AND state = $3 RETURNING index',
      [run, index, change.from, change.to, change.detail],
    )
  ).length > 0

/** Runs of every tenant that somebody must go on with: nobody holds them, or their time is over. */
export const selectDue = async (
  tx: Tx,
  now: string,
  limit: number,
): Promise<{ tenant: string; id: string; state: RunState; isExpired: boolean }[]> =>
  tx.query(
    `SELECT tenant, id, state, coalesce(expires_at <= $1, false) AS "isExpired" FROM response_run
     WHERE (state IN ('running', 'reverting') AND (lease_until IS NULL OR lease_until < now()))
        OR (state IN ('running', 'contained', 'incomplete', 'halted', 'ambiguous') AND expires_at <= $1)
        OR (state = 'waiting' AND approve_until <= $1)
     ORDER BY expires_at NULLS LAST, seq LIMIT $2`,
    [now, limit],
  )

export const insertApproval = async (
  tx: Tx,
  approval: Approval & { readonly run: string; readonly planDigest: string },
): Promise<boolean> =>
  (
    await tx.query(
      `INSERT INTO response_approval (run_id, approver, reason, plan_digest, approved_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING run_id`,
      [approval.run, approval.approver, approval.reason, approval.planDigest, approval.approvedAt],
    )
  ).length > 0

export type KillSwitch = { readonly reason: string; readonly by: string; readonly at: string }

export const readKillSwitch = async (tx: Tx): Promise<KillSwitch | undefined> => {
  const [row] = await tx.query<{ reason: string; set_by: string; set_at: Date }>(
    'SELECT reason, set_by, set_at FROM response_kill_switch',
  )
  return row === undefined ? undefined : { reason: row.reason, by: row.set_by, at: row.set_at.toISOString() }
}

export const setKillSwitch = async (tx: Tx, value: KillSwitch | undefined): Promise<void> => {
  await tx.query('DELETE FROM response_kill_switch')
  if (value !== undefined)
    await tx.query('INSERT INTO response_kill_switch (reason, set_by, set_at) VALUES ($1, $2, $3)', [
      value.reason,
      value.by,
      value.at,
    ])
}
