/** Asks two bundles the questions that incidents asked, in their order, and tells where the answers differ. */
import type { DecisionResult, ResponseAction } from '@rampart/domain'
import { countActed, isBroken, newActions, readActions } from '../incidents/response-actions.ts'
import type { StoredDecision } from '../incidents/store.ts'

export interface Bundle {
  readonly digest: string
  /** `at`: when it was asked, ms since 1970. */
  evaluate(input: unknown, at: number): DecisionResult
}

export type Difference = {
  readonly incident: string
  readonly title: string
  readonly severity: string
  readonly time: string
  /** Only the candidate would do these, … */
  readonly added: readonly ResponseAction[]
  /** … only the active bundle does these, … */
  readonly removed: readonly ResponseAction[]
  /** … and these both do, but in another mode, with other approvals or for another time. */
  readonly changed: readonly { readonly active: ResponseAction; readonly candidate: ResponseAction }[]
  /** What the candidate says. */
  readonly reasons: readonly string[]
}

type Totals = { readonly actions: number; readonly acted: number; readonly faults: number }

export type Simulation = {
  readonly decisions: number
  readonly incidents: number
  /** True when the time for it ran out; what is told is the older part. */
  readonly truncated: boolean
  /** Decisions that the active bundle itself took then, and those of them that it takes again just so. */
  readonly active: Totals & { readonly decided: number; readonly repeated: number }
  readonly candidate: Totals
  readonly unchanged: number
  readonly differences: readonly Difference[]
}

const HOUR_MS = 3_600_000
const MOST_DIFFERENCES = 500

/** One bundle living through the history: its own earlier answers count, not those that were given then. */
const createLife = (bundle: Bundle) => {
  const done = new Map<string, ResponseAction[]>()
  let acts: { readonly at: number; readonly n: number }[] = []
  const totals = { actions: 0, acted: 0, faults: 0 }
  const remember = (incident: string, at: number, actions: readonly ResponseAction[]): void => {
    done.set(incident, [...(done.get(incident) ?? []), ...actions])
    acts.push({ at, n: countActed(actions) })
  }
  return {
    totals,
    /** What was decided before the history begins stands as it was. */
    recall: ({ incident, actions, time }: StoredDecision): void =>
      remember(incident, Date.parse(time), actions as unknown as ResponseAction[]),
    live: ({ incident, input, time }: StoredDecision) => {
      const at = Date.parse(time)
      acts = acts.filter((one) => one.at > at - HOUR_MS)
      const acted_last_hour = acts.reduce((sum, { n }) => sum + n, 0)
      const before = done.get(incident) ?? []
      const recent = { acted_last_hour, acted_on_incident: countActed(before) }
      const { obligations, reasons } = bundle.evaluate({ ...input, recent }, at)
      const read = readActions(obligations)
      const actions = newActions(read.actions, before)
      remember(incident, at, actions)
      totals.actions += actions.length
      totals.acted += countActed(actions)
      const hasFailed = isBroken(reasons)
      totals.faults += read.faults.length + (hasFailed ? 1 : 0)
      return { actions, reasons }
    },
  }
}

/** The database keeps objects in an order of its own. */
const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
const nameOf = ({ action, entity }: ResponseAction): string => `${action} ${entity.kind}:${entity.id}`
const termsOf = ({ mode, approvals_needed, ttl_s, parameters }: ResponseAction): string =>
  inOrder([mode, approvals_needed, ttl_s, parameters])

const compare = (active: readonly ResponseAction[], candidate: readonly ResponseAction[]) => {
  const mine = new Map(active.map((one) => [nameOf(one), one]))
  const theirs = new Map(candidate.map((one) => [nameOf(one), one]))
  return {
    added: candidate.filter((one) => !mine.has(nameOf(one))),
    removed: active.filter((one) => !theirs.has(nameOf(one))),
    changed: active.flatMap((one) => {
      const other = theirs.get(nameOf(one))
      return other === undefined || termsOf(other) === termsOf(one) ? [] : [{ active: one, candidate: other }]
    }),
  }
}

type About = { readonly incident?: { readonly title?: string; readonly severity?: string } }

/** `since` parts what is asked again from what is only remembered; `mayGoOn` answers false when the time is up. */
export const simulate = async (
  history: Iterable<StoredDecision> | AsyncIterable<StoredDecision>,
  bundles: { readonly active: Bundle; readonly candidate: Bundle },
  about: { readonly since: string; readonly mayGoOn: () => boolean },
): Promise<Simulation> => {
  const [active, candidate] = [createLife(bundles.active), createLife(bundles.candidate)]
  const since = Date.parse(about.since)
  const incidents = new Set<string>()
  const differences: Difference[] = []
  const counts = { decisions: 0, unchanged: 0, decided: 0, repeated: 0 }
  let truncated = false
  for await (const decision of history) {
    if (Date.parse(decision.time) < since) {
      active.recall(decision)
      candidate.recall(decision)
      continue
    }
    truncated = !about.mayGoOn()
    if (truncated) break
    counts.decisions += 1
    incidents.add(decision.incident)
    const now = active.live(decision)
    const then = candidate.live(decision)
    if (decision.bundleDigest === bundles.active.digest) {
      counts.decided += 1
      counts.repeated += inOrder(now.actions) === inOrder(decision.actions) ? 1 : 0
    }
    const difference = compare(now.actions, then.actions)
    if (difference.added.length + difference.removed.length + difference.changed.length === 0) {
      counts.unchanged += 1
      continue
    }
    const { title = '', severity = '' } = (decision.input as About).incident ?? {}
    const { incident, time } = decision
    if (differences.length < MOST_DIFFERENCES)
      differences.push({ incident, title, severity, time, ...difference, reasons: then.reasons })
  }
  const { decisions, unchanged, decided, repeated } = counts
  return {
    ...{ decisions, incidents: incidents.size, truncated, unchanged, differences },
    active: { ...active.totals, decided, repeated },
    candidate: candidate.totals,
  }
}
