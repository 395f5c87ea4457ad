/** Asks two bundles the questions that incidents asked, in their order, and tells where the answers differ. */
import type { DecisionResult, ResponseAction } from '@rampart/domain'
import { countActed, newActions, readActions } from '../incidents/response-actions.ts'
import type { StoredDecision } from '../incidents/store.ts'

export interface Bundle {
  evaluate(input: unknown): DecisionResult
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
  readonly active: Totals
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
  return {
    totals,
    live: ({ incident, input, time }: StoredDecision) => {
      const at = Date.parse(time)
      acts = acts.filter((one) => one.at > at - HOUR_MS)
      const acted_last_hour = acts.reduce((sum, { n }) => sum + n, 0)
      const before = done.get(incident) ?? []
      const recent = { acted_last_hour, acted_on_incident: countActed(before) }
      const { obligations, reasons } = bundle.evaluate({ ...input, recent })
      const read = readActions(obligations)
      const actions = newActions(read.actions, before)
      done.set(incident, [...before, ...actions])
      const n = countActed(actions)
      acts.push({ at, n })
      totals.actions += actions.length
      totals.acted += n
      const isBroken = reasons[0]?.startsWith('the policy could not be evaluated') === true
      totals.faults += read.faults.length + (isBroken ? 1 : 0)
      return { actions, reasons }
    },
  }
}

const nameOf = ({ action, entity }: ResponseAction): string => `${action} ${entity.kind}:${entity.id}`
const termsOf = ({ mode, approvals_needed, ttl_s, parameters }: ResponseAction): string =>
  JSON.stringify([mode, approvals_needed, ttl_s, parameters])

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

/** `pause` lets other work in between and answers false when the time is up. */
export const simulate = async (
  history: readonly StoredDecision[],
  bundles: { readonly active: Bundle; readonly candidate: Bundle },
  pause: () => Promise<boolean>,
): Promise<Simulation> => {
  const [active, candidate] = [createLife(bundles.active), createLife(bundles.candidate)]
  const differences: Difference[] = []
  let unchanged = 0
  let decisions = 0
  for (const decision of history) {
    if (!(await pause())) break
    decisions += 1
    const now = active.live(decision)
    const then = candidate.live(decision)
    const difference = compare(now.actions, then.actions)
    if (difference.added.length + difference.removed.length + difference.changed.length === 0) {
      unchanged += 1
      continue
    }
    const { title = '', severity = '' } = (decision.input as About).incident ?? {}
    const about = { incident: decision.incident, title, severity, time: decision.time }
    if (differences.length < MOST_DIFFERENCES)
      differences.push({ ...about, ...difference, reasons: then.reasons })
  }
  return {
    decisions,
    incidents: new Set(history.slice(0, decisions).map(({ incident }) => incident)).size,
    truncated: decisions < history.length,
    active: active.totals,
    candidate: candidate.totals,
    unchanged,
    differences,
  }
}
