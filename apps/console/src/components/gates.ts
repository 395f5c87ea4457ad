/** The gates of a version in order, each with what stands for it: a step, a statement, or nothing yet. */
import type { Passport, PassportEvidence, Stage } from '../api/types.ts'
import { predicateName, words } from '../format/text.ts'

export type GateState = 'passed' | 'failed' | 'pending'
/** Who did it and when. */
export type GateStep = { readonly principal: string; readonly time: string; readonly reason: string }
export type Gate = {
  id: Stage
  title: string
  state: GateState
  step: GateStep | undefined
  evidence: PassportEvidence | undefined
  summary: string
}

type Numbers = Readonly<Record<string, unknown>>

const measure = (name: string, value: unknown): string => {
  if (typeof value !== 'number') return String(value)
  if (name.endsWith('_ms')) return `${Number(value.toPrecision(2))} ms`
  // Two digits, so that 98.75 % never looks like the 99 % it had to reach.
  return name.includes('accuracy')
    ? `${Number((value * 100).toFixed(2))} %`
    : String(Number(value.toPrecision(4)))
}

const titleOf = (name: string): string => words(name.replace(/_ms$/, ''))

/** `accuracy 98.75 % (limit 98 %), balanced accuracy …`: what has a limit first, then the rest, at most four. */
export const measures = (predicate: Numbers): string => {
  const metrics = (predicate['metrics'] ?? {}) as Numbers
  const limits = (predicate['limits'] ?? {}) as Numbers
  const limitOf = (name: string): unknown => limits[`min_${name}`]
  return Object.keys(metrics)
    .sort((a, b) => Number(limitOf(b) !== undefined) - Number(limitOf(a) !== undefined))
    .slice(0, 4)
    .map((name) => {
      const limit = limitOf(name)
      const bound = limit === undefined ? '' : ` (limit ${measure(name, limit)})`
      return `${titleOf(name)} ${measure(name, metrics[name])}${bound}`
    })
    .join(', ')
}

const reasonsText = (value: unknown): string => (Array.isArray(value) ? value.join('; ') : '')

/** The newest statement of a kind about this version: the same file may carry those of another version too. */
const statementOf = (passport: Passport, name: string): PassportEvidence | undefined => {
  const own = `${passport.name}:${passport.version}`
  return passport.evidence
    .filter(({ predicateType, subjectName }) => predicateName(predicateType) === name && subjectName === own)
    .reduce<PassportEvidence | undefined>(
      (newest, one) => (newest === undefined || one.createdAt > newest.createdAt ? one : newest),
      undefined,
    )
}

const assessmentGate = (passport: Passport, step: GateStep | undefined): Partial<Gate> => {
  const evidence = statementOf(passport, 'assessment')
  if (evidence === undefined) return passport.stage === 'registered' ? { summary: 'is being assessed' } : {}
  const { predicate } = evidence
  const failed = predicate['result'] === 'failed'
  const said = { principal: evidence.principal, time: evidence.createdAt, reason: '' }
  return {
    evidence,
    step: step ?? said,
    ...(failed ? { state: 'failed' } : {}),
    summary: failed ? reasonsText(predicate['reasons']) || 'failed' : measures(predicate),
  }
}

export const gatesOf = (passport: Passport): Gate[] => {
  const reached = (stage: Stage): GateStep | undefined =>
    passport.transitions.findLast(({ to }) => to === stage)
  const gate = (id: Stage, title: string, step: GateStep | undefined, rest: Partial<Gate> = {}): Gate => ({
    id,
    title,
    state: step === undefined ? 'pending' : 'passed',
    step,
    evidence: undefined,
    summary: step?.reason ?? 'not yet',
    ...rest,
  })
  const assessed = reached('assessed')
  const approved = reached('approved')
  return [
    gate('registered', 'Registered', {
      principal: passport.createdBy,
      time: passport.createdAt,
      reason: `${passport.artifacts.length} files`,
    }),
    gate('assessed', 'Assessed', assessed, assessmentGate(passport, assessed)),
    gate('approved', 'Approved', approved, { evidence: statementOf(passport, 'approval') }),
    gate('deployed', 'Deployed', reached('deployed')),
  ]
}
