/** Two sets of facts by name, and what lies between them. Pure. */

/** Name → value in words; `kind` groups names. */
export type Fact = { readonly kind: string; readonly name: string; readonly value: string }

export type Change = {
  readonly change: 'added' | 'removed' | 'changed'
  readonly kind: string
  readonly name: string
  readonly from?: string
  readonly to?: string
}

export type Section = {
  readonly same: number
  readonly total: number
  /** At most 200; `total` says how many there are. */
  readonly changes: readonly Change[]
}

const MAX_CHANGES = 200

const keyOf = ({ kind, name }: Fact): string => `${kind}\n${name}`
const byKey = (facts: readonly Fact[]): ReadonlyMap<string, Fact> =>
  new Map(facts.map((fact) => [keyOf(fact), fact]))

/** In the order of the new side; what is gone comes last. */
export const compareFacts = (from: readonly Fact[], to: readonly Fact[]): Section => {
  const [before, after] = [byKey(from), byKey(to)]
  const changes: Change[] = []
  let same = 0
  for (const [key, { kind, name, value }] of after) {
    const old = before.get(key)
    if (old === undefined) changes.push({ change: 'added', kind, name, to: value })
    else if (old.value === value) same += 1
    else changes.push({ change: 'changed', kind, name, from: old.value, to: value })
  }
  for (const [key, { kind, name, value }] of before)
    if (!after.has(key)) changes.push({ change: 'removed', kind, name, from: value })
  return { same, total: changes.length, changes: changes.slice(0, MAX_CHANGES) }
}
