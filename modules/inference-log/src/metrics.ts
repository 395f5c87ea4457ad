/** Prometheus metrics of the inference log, read at scrape time. */
import type { Metrics } from '@rampart/kit'
import type { Catalog } from './catalog.ts'
import type { Converter } from './converter.ts'

export const registerInferenceLogMetrics = (
  metrics: Pick<Metrics, 'gauge'>,
  { catalog, converter }: { readonly catalog: Catalog; readonly converter: Pick<Converter, 'backlog'> },
): void => {
  const gauge = (name: string, help: string, read: () => number): void => {
    metrics.gauge({ name: `rampart_inference_log_${name}`, help, collect: (one) => one.set(read()) })
  }
  gauge('files', 'Parquet files of inference records', () => catalog.files().length)
  gauge('bytes', 'Bytes of Parquet files of inference records', catalog.bytes)
  gauge(
    'waiting_bytes',
    'Bytes of closed record files that are not Parquet yet',
    () => converter.backlog().bytes,
  )
  gauge(
    'failed_segments',
    'Record files that could not become Parquet and are tried again',
    () => converter.backlog().failed,
  )
}
