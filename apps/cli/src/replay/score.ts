/** Counts what a replay saw: right and wrong answers per class, latencies, refusals. */

export type Score = {
  readonly answered: number
  readonly failed: Readonly<Record<string, number>>
  readonly accuracy: number | undefined
  /** Mean of the recalls of the classes that occurred. */
  readonly balancedAccuracy: number | undefined
  readonly latencyMs:
    | { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }
    | undefined
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN

/** A label may be a class index or a class name, on either side; both forms of the same class are equal. */
export const sameClass = (classes: readonly string[], label: unknown, predicted: unknown): boolean => {
  const indexOf = (value: unknown): number =>
    typeof value === 'string' && classes.includes(value) ? classes.indexOf(value) : Number(value)
  return label === predicted || String(label) === String(predicted) || indexOf(label) === indexOf(predicted)
}

export const createScore = (classes: readonly string[]) => {
  const latencies: number[] = []
  const perClass = new Map<string, { seen: number; right: number }>()
  const failed: Record<string, number> = {}
  let right = 0
  let judged = 0
  return {
    answer: (label: unknown, predicted: unknown, ms: number): void => {
      latencies.push(ms)
      if (label === undefined || predicted === undefined) return
      const correct = sameClass(classes, label, predicted)
      const tally = perClass.get(String(label)) ?? { seen: 0, right: 0 }
      perClass.set(String(label), { seen: tally.seen + 1, right: tally.right + (correct ? 1 : 0) })
      judged += 1
      if (correct) right += 1
    },
    failure: (code: string): void => {
      failed[code] = (failed[code] ?? 0) + 1
    },
    accuracy: (): number | undefined => (judged === 0 ? undefined : right / judged),
    summary: (): Score => {
      const sorted = latencies.toSorted((a, b) => a - b)
      const recalls = [...perClass.values()].map((tally) => tally.right / tally.seen)
      return {
        answered: latencies.length,
        failed,
        accuracy: judged === 0 ? undefined : right / judged,
        balancedAccuracy:
          recalls.length === 0
            ? undefined
            : recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length,
        latencyMs:
          sorted.length === 0
            ? undefined
            : {
                p50: quantile(sorted, 0.5),
                p90: quantile(sorted, 0.9),
                p99: quantile(sorted, 0.99),
                max: quantile(sorted, 1),
              },
      }
    },
  }
}
