/** How well groups agree with labels: pairs, adjusted Rand index, incidents. Counted from the contingency table. */

export type Labelled = {
  /** The group a signal was put in; undefined when it stands alone. */
  readonly group: string | undefined
  /** The incident it belongs to; undefined for noise, which belongs with nothing. */
  readonly label: string | undefined
}

export type Agreement = {
  readonly labelled: number
  readonly pairwise: { readonly precision: number; readonly recall: number; readonly f1: number }
  readonly adjusted_rand: number
  readonly incidents: {
    readonly found: number
    readonly expected: number
    /** Share of found incidents in which one label holds at least half of the signals. */
    readonly precision: number
    /** Share of labels that hold at least half of some found incident. */
    readonly recall: number
    /** Found incidents per label: 1 is neither split nor merged. */
    readonly per_label: number
  }
}

const pairs = (n: number): number => (n * (n - 1)) / 2
const ratio = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)

const tally = (items: readonly Labelled[]) => {
  const cells = new Map<string, Map<string, number>>()
  const labels = new Map<string, number>()
  const groups = new Map<string, number>()
  items.forEach(({ group, label }, index) => {
    // What stands alone is a group of its own, and so is each signal of noise.
    const row = group ?? `\0${index}`
    const column = label ?? `\0${index}`
    groups.set(row, (groups.get(row) ?? 0) + 1)
    labels.set(column, (labels.get(column) ?? 0) + 1)
    const cell = cells.get(row) ?? new Map<string, number>()
    cell.set(column, (cell.get(column) ?? 0) + 1)
    cells.set(row, cell)
  })
  return { cells, labels, groups }
}

const sumOfPairs = (counts: Iterable<number>): number => [...counts].reduce((sum, n) => sum + pairs(n), 0)

/** Precision and recall are 1 where there is nothing to get wrong. */
export const agreement = (items: readonly Labelled[]): Agreement => {
  const { cells, labels, groups } = tally(items)
  const both = sumOfPairs([...cells.values()].flatMap((row) => [...row.values()]))
  const [predicted, actual] = [sumOfPairs(groups.values()), sumOfPairs(labels.values())]
  const precision = ratio(both, predicted)
  const recall = ratio(both, actual)
  const expected = pairs(items.length) === 0 ? 0 : (predicted * actual) / pairs(items.length)
  const most = (predicted + actual) / 2
  const isReal = (label: string): boolean => !label.startsWith('\0')
  const found = [...groups].filter(([group]) => isReal(group))
  const majorities = found.map(
    ([group, size]) =>
      [...(cells.get(group) ?? [])].find(([label, n]) => isReal(label) && 2 * n >= size)?.[0],
  )
  const hit = new Set(majorities.filter((label) => label !== undefined))
  const wanted = [...labels.keys()].filter(isReal)
  return {
    labelled: items.length,
    pairwise: {
      precision,
      recall,
      f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    },
    adjusted_rand: most === expected ? 1 : (both - expected) / (most - expected),
    incidents: {
      found: found.length,
      expected: wanted.length,
      precision: ratio(majorities.filter((label) => label !== undefined).length, found.length),
      recall: ratio(hit.size, wanted.length),
      per_label: ratio(majorities.filter((label) => label !== undefined).length, hit.size),
    },
  }
}
