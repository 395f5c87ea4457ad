/** What operators see of the sinks' queues. */
import type { Metrics } from '@rampart/kit'
import type { Sink } from './store.ts'

type Depth = {
  readonly tenant: string
  readonly sink: string
  readonly depth: number
  readonly held: number
  readonly dead: number
  readonly lagSeconds: number
}

const GAUGES = [
  ['rampart_siem_queued', 'depth', 'Records in the queue of a sink, written but kept ones included.'],
  [
    'rampart_siem_held',
    'held',
    'Records written to a connection without acknowledgement and kept in case it breaks.',
  ],
  ['rampart_siem_lag_seconds', 'lagSeconds', 'Age of the oldest record in the queue that was not sent yet.'],
  ['rampart_siem_dead_letters', 'dead', 'Records that the receiver will never take.'],
] as const

export const createSinkMetrics = (metrics: Metrics, depths: () => readonly Depth[]) => {
  const records = metrics.counter({
    name: 'rampart_siem_records_total',
    help: 'Records by sink and what became of them: delivered, written (not acknowledged), dead, left_out (by filter or sample).',
    labelNames: ['tenant', 'sink', 'outcome'],
  })
  for (const [name, field, help] of GAUGES)
    metrics.gauge({
      name,
      help,
      labelNames: ['tenant', 'sink'],
      collect: (gauge) => {
        gauge.reset()
        for (const { tenant, sink, [field]: value } of depths()) gauge.set({ tenant, sink }, value)
      },
    })
  return {
    count: (sink: Sink, outcome: 'delivered' | 'dead' | 'written' | 'left_out', count: number): void =>
      records.inc({ tenant: sink.tenant, sink: sink.name, outcome }, count),
  }
}
