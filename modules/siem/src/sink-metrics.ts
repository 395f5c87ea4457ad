/** What operators see of the sinks' queues. */
import type { Metrics } from '@rampart/kit'
import type { Sink } from './store.ts'

type Depth = { readonly tenant: string; readonly sink: string; readonly depth: number; readonly held: number }

export const createSinkMetrics = (metrics: Metrics, depths: () => readonly Depth[]) => {
  const records = metrics.counter({
    name: 'rampart_siem_records_total',
    help: 'Records by sink and what became of them: delivered, written (not acknowledged), dead.',
    labelNames: ['tenant', 'sink', 'outcome'],
  })
  metrics.gauge({
    name: 'rampart_siem_queued',
    help: 'Records in the queue of a sink, written but kept ones included.',
    labelNames: ['tenant', 'sink'],
    collect: (gauge) => {
      gauge.reset()
      for (const { tenant, sink, depth } of depths()) gauge.set({ tenant, sink }, depth)
    },
  })
  metrics.gauge({
    name: 'rampart_siem_held',
    help: 'Records written to a connection without acknowledgement and kept in case it breaks.',
    labelNames: ['tenant', 'sink'],
    collect: (gauge) => {
      gauge.reset()
      for (const { tenant, sink, held } of depths()) gauge.set({ tenant, sink }, held)
    },
  })
  return {
    count: (sink: Sink, outcome: 'delivered' | 'dead' | 'written', count: number): void =>
      records.inc({ tenant: sink.tenant, sink: sink.name, outcome }, count),
  }
}
