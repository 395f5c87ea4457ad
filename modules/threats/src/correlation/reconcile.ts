/** Which incident each component goes on being: the rules of merging and splitting. Pure. */
export type Standing = { readonly id: string /** Time of its first signal, ms. */; readonly first: number }

export type Reconciled<T> = {
  readonly members: readonly T[]
  /** The incident that goes on as this component; absent for a new one. */
  readonly incident?: string
  /** Incidents that end in it. */
  readonly absorbed: readonly string[]
  /** Incidents that lose signals to it and go on elsewhere. */
  readonly splitFrom: readonly string[]
}

/**
 * An incident goes on where its first signal is. Where several meet the oldest goes on and the others are absorbed; a
 * component that holds no incident's first signal is new, and split from those whose signals it holds.
 */
export const reconcile = <T extends { readonly time: number }>(
  components: readonly (readonly T[])[],
  incidentOf: (member: T) => string | undefined,
  standing: readonly Standing[],
): Reconciled<T>[] => {
  const age = new Map(standing.map(({ id, first }) => [id, first]))
  const older = (a: string, b: string): number =>
    (age.get(a) ?? 0) - (age.get(b) ?? 0) || (a < b ? -1 : a > b ? 1 : 0)
  const homes = new Map<string, { readonly at: number; readonly time: number }>()
  components.forEach((members, at) => {
    for (const member of members) {
      const incident = incidentOf(member)
      if (incident === undefined) continue
      const home = homes.get(incident)
      if (home === undefined || member.time < home.time) homes.set(incident, { at, time: member.time })
    }
  })
  return components.map((members, at) => {
    const seen = [...new Set(members.map(incidentOf).filter((id) => id !== undefined))].sort(older)
    const [incident, ...absorbed] = seen.filter((id) => homes.get(id)?.at === at)
    const splitFrom = seen.filter((id) => homes.get(id)?.at !== at)
    return { members, ...(incident === undefined ? {} : { incident }), absorbed, splitFrom }
  })
}
