/** SQL over runs of playbooks. */
import type { Dispatch, Outcome, PlaybookState } from '@rampart/cacao'
import type { Tx } from '@rampart/kit'
import type { PlaybookRun, PlaybookRunBody, PlaybookStep } from './playbook-run.ts'

type RunRow = {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly revision: number
  readonly state: PlaybookState
  readonly body: PlaybookRunBody
  readonly parent_run: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

type StepRow = {
  readonly run_id: string
  readonly key: string
  readonly dispatch: Dispatch
  readonly child: string | null
  readonly outcome: Outcome | null
  readonly started_at: Date
  readonly ended_at: Date | null
}

const RUN = 'tenant, id, name, revision, state, body, parent_run, created_at, updated_at'

const toStep = (row: StepRow): PlaybookStep => ({
  key: row.key,
  dispatch: row.dispatch,
  startedAt: row.started_at.toISOString(),
  ...(row.child === null ? {} : { child: row.child }),
  ...(row.outcome === null ? {} : { outcome: row.outcome }),
  ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
})

const withSteps = async (tx: Tx, rows: readonly RunRow[]): Promise<PlaybookRun[]> => {
  const steps = await tx.query<StepRow>(
    `SELECT run_id, key, dispatch, child, outcome, started_at, ended_at FROM response_playbook_step
     WHERE run_id = ANY($1) ORDER BY number`,
    [rows.map(({ id }) => id)],
  )
  return rows.map((row) => ({
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    revision: row.revision,
    state: row.state,
    body: row.body,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    steps: steps.filter(({ run_id }) => run_id === row.id).map(toStep),
    ...(row.parent_run === null ? {} : { parent: row.parent_run }),
  }))
}

/** `lock`: nobody else moves the run meanwhile. */
export const findPlaybookRun = async (tx: Tx, id: string, lock = false): Promise<PlaybookRun | undefined> => {
  const rows = await tx.query<RunRow>(
    `SELECT ${RUN} FROM response_playbook_run WHERE id = $1${lock ? ' FOR UPDATE' : ''}`,
    [id],
  )
  return (await withSteps(tx, rows))[0]
}

export const findPlaybookRunByKey = async (tx: Tx, key: string): Promise<PlaybookRun | undefined> => {
  const rows = await tx.query<RunRow>(`SELECT ${RUN} FROM response_playbook_run WHERE idempotency_key = $1`, [
    key,
  ])
  return (await withSteps(tx, rows))[0]
}

/** Playbook runs that a run called. */
export const calledBy = async (tx: Tx, id: string): Promise<string[]> =>
  (
    await tx.query<{ id: string }>(
      'SELECT id FROM response_playbook_run WHERE parent_run = $1 ORDER BY seq',
      [id],
    )
  ).map((row) => row.id)

/** Newest first; `before` is the cursor. */
export const listPlaybookRuns = async (
  tx: Tx,
  { limit, before }: { readonly limit: number; readonly before?: string },
): Promise<PlaybookRun[]> => {
  const rows = await tx.query<RunRow>(
    `SELECT ${RUN} FROM response_playbook_run
     WHERE $2::text IS NULL OR seq < (SELECT seq FROM response_playbook_run WHERE id = $2)
     ORDER BY seq DESC LIMIT $1`,
    [limit, before ?? null],
  )
  return withSteps(tx, rows)
}

export const insertPlaybookRun = async (
  tx: Tx,
  run: Omit<PlaybookRun, 'steps' | 'tenant' | 'updatedAt'> & { readonly idempotencyKey: string },
): Promise<boolean> => {
  const rows = await tx.query(
    `INSERT INTO response_playbook_run
       (id, name, revision, phase, state, body, idempotency_key, parent_run, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
     ON CONFLICT (tenant, idempotency_key) DO NOTHING RETURNING id`,
    [
      run.id,
      run.name,
      run.revision,
      run.state.phase,
      JSON.stringify(run.state),
      JSON.stringify(run.body),
      run.idempotencyKey,
      run.parent ?? null,
      run.createdAt,
    ],
  )
  return rows.length === 1
}

export const savePlaybookState = async (
  tx: Tx,
  id: string,
  state: PlaybookState,
  dispatches: readonly Dispatch[],
  at: string,
): Promise<void> => {
  await tx.query('UPDATE response_playbook_run SET state = $2, phase = $3, updated_at = $4 WHERE id = $1', [
    id,
    JSON.stringify(state),
    state.phase,
    at,
  ])
  for (const dispatch of dispatches)
    await tx.query(
      'INSERT INTO response_playbook_step (run_id, key, dispatch, started_at) VALUES ($1, $2, $3, $4)',
      [id, dispatch.key, JSON.stringify(dispatch), at],
    )
}

export const setChild = async (tx: Tx, run: string, key: string, child: string): Promise<void> => {
  await tx.query(
    'UPDATE response_playbook_step SET child = $3 WHERE run_id = $1 AND key = $2 AND child IS NULL',
    [run, key, child],
  )
}

/** False when it was closed before. */
export const closeStep = async (
  tx: Tx,
  run: string,
  key: string,
  outcome: Outcome,
  at: string,
): Promise<boolean> => {
  const rows = await tx.query(
    `UPDATE response_playbook_step SET outcome = $3, ended_at = $4
     WHERE run_id = $1 AND key = $2 AND outcome IS NULL RETURNING key`,
    [run, key, JSON.stringify(outcome), at],
  )
  return rows.length === 1
}

export const openPlaybookRuns = (
  tx: Tx,
  limit: number,
): Promise<{ readonly tenant: string; readonly id: string }[]> =>
  tx.query(
    `SELECT tenant, id FROM response_playbook_run WHERE phase = 'running' ORDER BY updated_at LIMIT $1`,
    [limit],
  )
