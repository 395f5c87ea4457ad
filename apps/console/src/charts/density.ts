/** Makes two histograms comparable: shares per bin, then per unit width when bins are not equally wide. */
import type { Histogram } from '../api/types.ts'
import { statistic } from '../format/number.ts'

export type Bin = { label: string; from: number; to: number; share: number }

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Bins with their share of all rows; a categorical histogram gets bins of width one. */
export const binsOf = (histogram: Histogram): Bin[] => {
  const total = sum(histogram.counts) + histogram.below + histogram.above
  const share = (count: number) => (total === 0 ? 0 : count / total)
  if (histogram.labels !== undefined && histogram.labels.length > 0) {
    return histogram.labels.map((label, at) => ({
      label,
      from: at,
      to: at + 1,
      share: share(histogram.counts[at] ?? 0),
    }))
  }
  return histogram.counts.map((count, at) => {
    const from = histogram.edges[at] ?? at
    const to = histogram.edges[at + 1] ?? from
    return { label: `${statistic(from)} – ${statistic(to)}`, from, to, share: share(count) }
  })
}

/** Height of a bin: share per unit, so that a wide bin does not look heavier than it is. */
export const density = (bin: Bin): number => (bin.to > bin.from ? bin.share / (bin.to - bin.from) : 0)
