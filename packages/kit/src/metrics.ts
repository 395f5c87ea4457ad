/** Prometheus metrics on one registry of ours; nothing is registered globally. */
import {
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client'

type Options<T extends string> = {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly T[]
}

export type Metrics = {
  readonly registry: Registry
  counter<T extends string = string>(options: Options<T>): Counter<T>
  /** `collect` is called at scrape time, for values that are read rather than counted. */
  gauge<T extends string = string>(
    options: Options<T> & { readonly collect?: (gauge: Gauge<T>) => void },
  ): Gauge<T>
  histogram<T extends string = string>(
    options: Options<T> & { readonly buckets: readonly number[] },
  ): Histogram<T>
}

export const createMetrics = (): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    counter: <T extends string>(options: Options<T>) =>
      new Counter<T>({ ...options, registers } as unknown as CounterConfiguration<T>),
    gauge: <T extends string>({
      collect,
      ...options
    }: Options<T> & { collect?: (gauge: Gauge<T>) => void }) =>
      new Gauge<T>({
        ...options,
        registers,
        ...(collect === undefined
          ? {}
          : {
              collect(this: Gauge<T>) {
                collect(this)
              },
            }),
      } as unknown as GaugeConfiguration<T>),
    histogram: <T extends string>(options: Options<T> & { readonly buckets: readonly number[] }) =>
      new Histogram<T>({ ...options, registers } as unknown as HistogramConfiguration<T>),
  }
}
