/** Counts latencies in logarithmic buckets, eight per octave: a quantile is off by at most 4.5 %. Microseconds. */
const PER_OCTAVE = 8
/** 1 µs to about 134 s. */
const BUCKETS = 27 * PER_OCTAVE

export type LatencyHistogram = {
  record(micros: number): void
  /** Upper bucket edge in microseconds below which `q` of the values lie; 0 when empty. */
  quantile(q: number): number
  /** Values at most `micros`, to the bucket. */
  countUpTo(micros: number): number
  count(): number
  sumMicros(): number
  /** Counts per bucket up to the last that is not empty; `bucketEdgeMicros` gives their upper edges. */
  buckets(): number[]
  reset(): void
}

const bucketOf = (micros: number): number =>
  micros <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log2(micros) * PER_OCTAVE))

/** Upper edge of a bucket, in microseconds. */
export const bucketEdgeMicros = (bucket: number): number => 2 ** (bucket / PER_OCTAVE)

export const createLatencyHistogram = (): LatencyHistogram => {
  const counts = new Uint32Array(BUCKETS)
  let total = 0
  let sum = 0
  return {
    record: (micros) => {
      const bucket = bucketOf(micros)
      counts[bucket] = (counts[bucket] as number) + 1
      total += 1
      sum += micros
    },
    quantile: (q) => {
      const wanted = Math.max(1, Math.ceil(q * total))
      let seen = 0
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        seen += counts[bucket] as number
        if (seen >= wanted) return bucketEdgeMicros(bucket)
      }
      return 0
    },
    countUpTo: (micros) => {
      const last = bucketOf(micros)
      let seen = 0
      for (let bucket = 0; bucket <= last; bucket++) seen += counts[bucket] as number
      return seen
    },
    count: () => total,
    sumMicros: () => sum,
    buckets: () => Array.from(counts.subarray(0, counts.findLastIndex((value) => value > 0) + 1)),
    reset: () => {
      counts.fill(0)
      total = 0
      sum = 0
    },
  }
}
