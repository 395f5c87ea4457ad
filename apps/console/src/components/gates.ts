/** The gates of a version in order, each with what stands for it: a transition, a statement, or nothing yet. */
import type { Evidence, Passport, Stage, Transition } from '../api/types.ts'
import { predicateName } from '../format/text.ts'

export type GateState = 'passed' | 'failed' | 'pending'
export type Gate = {
  id: Stage
  title: string
  state: GateState
  transition: Transition | undefined
  evidence: Evidence | undefined
  summary: string
}

const number = (value: unknown): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value)

/** `accuracy 0.9583 (limit 0.94)` for every measure that has a limit, else the first three measures. */
export const measures = (predicate: Readonly<Record<string, unknown>>): string => {
  const metrics = (predicate['metrics'] ?? {}) as Record<string, unknown>
  const limits = (predicate['limits'] ?? {}) as Record<string, unknown>
  const limitOf = (metric: string) =>
    limits[`min${metric.charAt(0).toUpperCase()}${metric.slice(1)}`] ?? limits[metric]
  const named = Object.keys(metrics)
  const limited = named.filter((metric) => limitOf(metric) !== undefined)
  return (limited.length > 0 ? limited : named.slice(0, 3))
    .map((metric) => {
      const limit = limitOf(metric)
      return `${metric} ${number(metrics[metric])}${limit === undefined ? '' : ` (limit ${number(limit)})`}`
    })
    .join(', ')
}

const reasonsText = (value: unknown): string => (Array.isArray(value) ? value.join('; ') : '')

export const gatesOf = (passport: Passport): Gate[] => {
  const reached = (stage: Stage) => passport.transitions.findLast(({ to }) => to === stage)
  const statement = (name: string) =>
    passport.evidence.findLast(({ predicateType }) => predicateName(predicateType) === name)
  const assessment = statement('assessment')
  const approval = statement('approval')
  const failed = assessment?.predicate['result'] === 'failed'
  const assessed = reached('assessed')
  const approved = reached('approved')
  const deployed = reached('deployed')
  const registered = reached('registered')
  const gate = (
    id: Stage,
    title: string,
    transition: Transition | undefined,
    rest: Partial<Gate> = {},
  ): Gate => ({
    id,
    title,
    state: transition === undefined ? 'pending' : 'passed',
    transition,
    evidence: undefined,
    summary: transition?.reason ?? 'not yet',
    ...rest,
  })
  return [
    gate('registered', 'Registered', registered),
    gate('assessed', 'Assessed', assessed, {
      evidence: assessment,
      ...(failed ? { state: 'failed' as const } : {}),
      ...(assessment === undefined
        ? {}
        : {
            summary: failed ? reasonsText(assessment.predicate['reasons']) : measures(assessment.predicate),
          }),
    }),
    gate('approved', 'Approved', approved, {
      evidence: approval,
      ...(typeof approval?.predicate['reason'] === 'string' ? { summary: approval.predicate['reason'] } : {}),
    }),
    gate('deployed', 'Deployed', deployed),
  ]
}
