/** What a batch of reports means for the open conditions of its tenant: rows, events and answers. Pure. */
import type { Signal } from '@rampart/domain'
import { severityRank } from './correlation/evidence.ts'
import { intakeStep } from './intake.ts'

export type Draft = { readonly principal: string; readonly signal: Signal }

/** One occurrence of a condition after the batch; `reports` are those of the batch. */
export type SignalRow = {
  readonly isNew: boolean
  readonly firstTime: string
  readonly signal: Signal
  readonly reports: number
}

export type BatchPlan = {
  readonly rows: readonly SignalRow[]
  /** What is told to the event log, in order. */
  readonly told: readonly Draft[]
  /** Per draft: the signal as it is kept; a clear of nothing comes back as it was. */
  readonly answers: readonly Signal[]
}

/** Saying only the later loses nothing. */
const covers = (later: Signal, earlier: Signal): boolean =>
  severityRank(later.severity) >= severityRank(earlier.severity) &&
  (later.p_value ?? 1) <= (earlier.p_value ?? 1) &&
  earlier.evidence.held === undefined

const STATES = { open: 'raised', update: 'updated', close: 'cleared' } as const

/** `open`: ids of the conditions that are open before the batch, by key. */
export const planBatch = (drafts: readonly Draft[], open: ReadonlyMap<string, string>): BatchPlan => {
  const now = new Map(open)
  const rows = new Map<string, SignalRow>()
  const told: Draft[] = []
  /** Where the latest update of a condition stands in `told`. */
  const updates = new Map<string, number>()
  const answers = drafts.map(({ principal, signal: draft }) => {
    const step = intakeStep(now.get(draft.key), draft.state)
    if (step.kind === 'ignore') return draft
    const id = step.kind === 'open' ? draft.id : step.id
    const signal: Signal = { ...draft, id, state: STATES[step.kind] }
    const known = rows.get(id) ?? {
      isNew: step.kind === 'open',
      firstTime: signal.time,
      reports: 0,
    }
    rows.set(id, { ...known, signal, reports: known.reports + 1 })
    if (step.kind === 'close') now.delete(draft.key)
    else now.set(draft.key, id)
    const at = updates.get(id)
    const earlier = at === undefined ? undefined : told[at]?.signal
    if (step.kind !== 'update') updates.delete(id)
    else if (at !== undefined && earlier !== undefined && covers(signal, earlier)) {
      told[at] = { principal, signal }
      return signal
    } else updates.set(id, told.length)
    told.push({ principal, signal })
    return signal
  })
  return { rows: [...rows.values()], told, answers }
}
