/** Prometheus metrics, read from the routes' own counters at scrape time so that a call pays nothing for them. */
import type { Metrics } from '@rampart/kit'
import type { LoadedModel } from './loaded-model.ts'
import type { RecordLog } from './record-log.ts'
import { OUTCOMES } from './route-stats.ts'
import type { RouteTable } from './route-table.ts'
import type { ServedRoute } from './served-route.ts'

type Value = {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName?: string
}
type Registered = Parameters<Metrics['registry']['registerMetric']>[0]

/** Seconds. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type Sources = {
  readonly table: () => RouteTable
  readonly records: Pick<RecordLog, 'state'>
  readonly models: () => Iterable<Pick<LoadedModel<unknown>, 'batcher'>>
}

export const registerServingMetrics = (metrics: Metrics, sources: Sources): void => {
  const add = (
    name: string,
    type: 'counter' | 'gauge' | 'histogram',
    help: string,
    read: () => Value[],
  ): void => {
    const collected = {
      name,
      type,
      help,
      aggregator: 'sum',
      get: async () => ({ name, type, help, aggregator: 'sum', values: read() }),
      reset: () => undefined,
    }
    metrics.registry.registerMetric(collected as unknown as Registered)
  }
  const perRoute = (read: (served: ServedRoute, labels: Record<string, string>) => Value[]): Value[] =>
    sources
      .table()
      .served.filter(({ route }) => route.stage === 'deployed')
      .flatMap((served) => {
        const { name: route, model, version, backend, isShadow } = served.route
        // Two places may run one version, and a shadow's calls are not the route's: both need a label of their own.
        const place = backend === undefined ? {} : { backend }
        return read(served, {
          route,
          model,
          version,
          ...place,
          ...(isShadow === true ? { role: 'shadow' } : {}),
        })
      })
  const plain = (value: number): Value[] => [{ labels: {}, value }]

  add('rampart_inference_requests_total', 'counter', 'Inference calls by outcome', () =>
    perRoute(({ stats }, labels) =>
      OUTCOMES.map((outcome) => ({ labels: { ...labels, outcome }, value: stats.outcomes[outcome] })),
    ),
  )
  add('rampart_inference_rows_total', 'counter', 'Rows answered', () =>
    perRoute(({ stats }, labels) => [{ labels, value: stats.totalRows() }]),
  )
  add(
    'rampart_inference_duration_seconds',
    'histogram',
    'Time from headers to answer of successful calls',
    () =>
      perRoute(({ stats }, labels) => histogram('rampart_inference_duration_seconds', stats.latency, labels)),
  )
  add('rampart_inference_queue_rows', 'gauge', 'Rows waiting for a model', () =>
    plain([...sources.models()].reduce((sum, model) => sum + model.batcher.queuedRows(), 0)),
  )
  add('rampart_inference_records_written_total', 'counter', 'Records written to disk', () =>
    plain(sources.records.state().written),
  )
  add('rampart_inference_records_dropped_total', 'counter', 'Records lost because memory was full', () =>
    plain(sources.records.state().dropped),
  )
  add('rampart_inference_segments_unanchored', 'gauge', 'Segments the audit log has not taken yet', () =>
    plain(sources.records.state().unanchored),
  )
}

const histogram = (
  name: string,
  latency: ServedRoute['stats']['latency'],
  labels: Record<string, string>,
): Value[] => [
  ...LATENCY_BUCKETS.map((le) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value: latency.countUpTo(le * 1e6),
  })),
  { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: latency.count() },
  { metricName: `${name}_sum`, labels, value: latency.sumMicros() / 1e6 },
  { metricName: `${name}_count`, labels, value: latency.count() },
]
