/**
 * Which signals belong together: the connected components of "same condition, or an entity in common, at most a window
 * apart". Components do not depend on the order in which signals come. Pure, O(n log n).
 */
import { type Evidence, entityKey } from './evidence.ts'
import { isStopKind, type LinkSettings, linkKeys, type Spans, within } from './linking.ts'

export type Partitioned = Evidence & {
  /** Set by a person who merged or split: equal pins belong together, different ones never do. */
  readonly pin?: string
}

export type LinkContext = LinkSettings & { readonly hubs: Spans; readonly storms: Spans }

/** A forest over indices; a root carries the pin of its tree. */
const createForest = (pins: readonly (string | undefined)[]) => {
  const parent = Int32Array.from(pins, (_, index) => index)
  const pinOf = [...pins]
  const root = (index: number): number => {
    let at = index
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number
      at = parent[at] as number
    }
    return at
  }
  const join = (a: number, b: number): void => {
    const [left, right] = [root(a), root(b)]
    if (left === right) return
    const [one, other] = [pinOf[left], pinOf[right]]
    if (one !== undefined && other !== undefined && one !== other) return
    parent[right] = left
    pinOf[left] = one ?? other
  }
  return { root, join }
}

/** Names by which a signal is joined to others: through `once` whenever, through the others within a window. */
const namesOf = (one: Partitioned, context: LinkContext): string[] => {
  const condition = `key ${one.key}`
  if (within(context.storms, one.rule, one.time)) return [condition, `storm ${one.rule}`]
  const { primary, mentioned } = linkKeys(one)
  const open = mentioned.filter((key) => !within(context.hubs, key, one.time)).map((key) => `entity ${key}`)
  if (isStopKind(one.entity.kind)) return [condition, ...open]
  const own = within(context.hubs, primary, one.time) ? `subject ${primary}` : `entity ${primary}`
  return [condition, `subject ${entityKey(one.entity)}`, own, ...open]
}

/** A condition that goes on lasts from its first report to its latest. */
export const sinceOf = ({ since, time }: Evidence): number => since ?? time

const chronological = (a: Evidence, b: Evidence): number =>
  sinceOf(a) - sinceOf(b) ||
  (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Components in the order of their first signal, signals in the order of time. */
export const partition = <T extends Partitioned>(signals: readonly T[], context: LinkContext): T[][] => {
  const sorted = [...signals].sort(chronological)
  const forest = createForest(sorted.map(({ pin }) => pin))
  const lastPin = new Map<string, number>()
  sorted.forEach(({ pin }, index) => {
    if (pin === undefined) return
    const earlier = lastPin.get(pin)
    if (earlier !== undefined) forest.join(earlier, index)
    lastPin.set(pin, index)
  })
  const latest = new Map<string, { readonly index: number; readonly until: number }>()
  sorted.forEach((one, index) => {
    for (const name of namesOf(one, context)) {
      const earlier = latest.get(name)
      const until = Math.max(earlier?.until ?? one.time, one.time)
      if (earlier !== undefined && sinceOf(one) - earlier.until <= context.windowMs)
        forest.join(earlier.index, index)
      latest.set(name, { index, until })
    }
  })
  const components = new Map<number, T[]>()
  sorted.forEach((one, index) => {
    const component = components.get(forest.root(index))
    if (component === undefined) components.set(forest.root(index), [one])
    else component.push(one)
  })
  return [...components.values()]
}
