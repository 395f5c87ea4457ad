/** SQL over what containments say about callers. */
import type { Tx } from '@rampart/kit'

/** Without `perMinute` the caller is denied. `run` names the containment. */
export type CallerRule = { readonly caller: string; readonly run: string; readonly perMinute?: number }

export const selectRules = async (tx: Tx): Promise<(CallerRule & { readonly tenant: string })[]> =>
  (
    await tx.query<{ tenant: string; caller: string; run: string; per_minute: number | null }>(
      'SELECT tenant, caller, run, per_minute FROM response_caller_rule',
    )
  ).map(({ tenant, caller, run, per_minute }) => ({
    tenant,
    caller,
    run,
    ...(per_minute === null ? {} : { perMinute: per_minute }),
  }))

export const upsertRule = async (tx: Tx, rule: CallerRule): Promise<void> => {
  await tx.query(
    `INSERT INTO response_caller_rule (run, caller, per_minute) VALUES ($1, $2, $3)
     ON CONFLICT (tenant, run) DO UPDATE SET caller = EXCLUDED.caller, per_minute = EXCLUDED.per_minute`,
    [rule.run, rule.caller, rule.perMinute ?? null],
  )
}

export const deleteRule = async (tx: Tx, run: string): Promise<void> => {
  await tx.query('DELETE FROM response_caller_rule WHERE run = $1', [run])
}
