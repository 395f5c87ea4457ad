/** What the audit log tells Prometheus. */
import type { Clock, Metrics } from '@rampart/kit'

export type AuditMetrics = {
  appended(state: {
    readonly size: number
    readonly pending: number
    readonly oldestMs: number | undefined
    /** When each appended record was recorded, ms epoch. */
    readonly times: readonly number[]
  }): void
  failed(): void
  halted(isHalted: boolean): void
  mirrorConflict(isConflicting: boolean): void
}

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]

export const createAuditMetrics = (metrics: Metrics, clock: Pick<Clock, 'now'>): AuditMetrics => {
  const size = metrics.gauge({ name: 'rampart_audit_entries', help: 'Entries in the audit log.' })
  const pending = metrics.gauge({
    name: 'rampart_audit_pending',
    help: 'Records that wait to be appended to the audit log.',
  })
  let oldest: number | undefined
  metrics.gauge({
    name: 'rampart_audit_pending_age_seconds',
    help: 'Age of the oldest record that waits to be appended; 0 when none waits.',
    collect: (gauge) => gauge.set(oldest === undefined ? 0 : Math.max(0, clock.now() - oldest) / 1000),
  })
  const latency = metrics.histogram({
    name: 'rampart_audit_append_seconds',
    help: 'Time from recording to being appended under a signed checkpoint.',
    buckets: SECONDS,
  })
  const failures = metrics.counter({
    name: 'rampart_audit_failures_total',
    help: 'Batches that could not be appended; they are tried again.',
  })
  const halt = metrics.gauge({
    name: 'rampart_audit_halted',
    help: '1 while nothing is appended because the stored log is damaged; records wait. The server is then not ready.',
  })
  const conflict = metrics.gauge({
    name: 'rampart_audit_mirror_conflict',
    help: '1 when the database contradicts the checkpoint kept outside it: it was rolled back or altered.',
  })
  return {
    appended: (state) => {
      size.set(state.size)
      pending.set(state.pending)
      oldest = state.oldestMs
      for (const time of state.times) latency.observe(Math.max(0, clock.now() - time) / 1000)
    },
    failed: () => failures.inc(),
    halted: (isHalted) => halt.set(isHalted ? 1 : 0),
    mirrorConflict: (isConflicting) => conflict.set(isConflicting ? 1 : 0),
  }
}
