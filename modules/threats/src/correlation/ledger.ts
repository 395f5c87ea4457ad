/**
 * The risk ledger: every contribution to a score, with what was capped, averaged and why. Pure.
 * All weights are exponents of at most 1 and all caps only lower, so that valid e-values stay valid up to the mean of
 * the strongest ten of a rule, which departs from the mean of all on purpose: flooding must not dilute an attack.
 */
import type { Severity } from '@rampart/domain'
import { calibrate, decibans, fromDecibans, meanE } from './e-values.ts'
import type { Evidence } from './evidence.ts'
import { bayesFactor, NO_COUNTS, type RuleCounts, trustOf } from './rule-prior.ts'

export type LedgerOptions = {
  /** ms since 1970; what is older counts less. */
  readonly now: number
  readonly counts?: (rule: string) => RuleCounts | undefined
  /** Exponent of a contribution: 1 for what the signal is about, less for what it only mentions. */
  readonly weight?: (evidence: Evidence) => number
  readonly halfLifeMs?: number
}

/** One condition's part in the score; `decibans` is what is left of `eValue` after cap and weights. */
export type Contribution = {
  readonly signal: string
  readonly key: string
  readonly title: string
  readonly rule: string
  readonly source: string
  readonly group: string
  readonly severity: Severity
  readonly entity: Evidence['entity']
  readonly time: number
  readonly basis: 'p-value' | 'rule-prior'
  readonly pValue?: number
  readonly eValue: number
  /** True where the severity's cap was reached. */
  readonly capped: boolean
  /** Product of decay, trust in the rule and relation to the entity. */
  readonly weight: number
  readonly decibans: number
  /** False beyond the strongest ten of a rule. */
  readonly counted: boolean
}

export type LedgerGroup = { readonly group: string; readonly source: string; readonly decibans: number }
export type LedgerSource = {
  readonly source: string
  readonly decibans: number
  /** What the source's groups add up to before its cap. */
  readonly uncapped: number
}

export type Ledger = {
  /** Decibans. */
  readonly score: number
  readonly severity: Severity
  readonly groups: readonly LedgerGroup[]
  readonly sources: readonly LedgerSource[]
  readonly contributions: readonly Contribution[]
}

export const HALF_LIFE_MS = 6 * 3_600_000
export const COUNTED_PER_RULE = 10
/** No single source can bring more than this, however many detectors it runs. */
export const SOURCE_CAP = 40
/** A p-value says that it was not chance, the severity how bad it is if true: neither stands in for the other. */
export const SEVERITY_CAP: Readonly<Record<Severity, number>> = {
  info: 3,
  low: 6,
  medium: 12,
  high: 20,
  critical: 30,
}
const SEVERITY_FROM: readonly (readonly [number, Severity])[] = [
  [25, 'critical'],
  [15, 'high'],
  [8, 'medium'],
  [3, 'low'],
]

export const severityOf = (score: number): Severity =>
  SEVERITY_FROM.find(([from]) => score >= from)?.[1] ?? 'info'

const round = (value: number): number => Math.round(value * 100) / 100

const by =
  <T>(...keys: readonly ((one: T) => number | string)[]) =>
  (a: T, b: T): number => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)]
      if (left !== right) return left < right ? -1 : 1
    }
    return 0
  }

const grouped = <T>(items: readonly T[], keyOf: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of items) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return groups
}

const contributionOf = (evidence: Evidence, options: LedgerOptions): Contribution => {
  const { id, key, title, rule, source, group, severity, entity, time, pValue } = evidence
  const counts = options.counts?.(rule) ?? NO_COUNTS
  const eValue = pValue === undefined ? bayesFactor(severity, counts) : calibrate(pValue)
  const trust = pValue === undefined ? 1 : trustOf(severity, counts)
  const age = Math.max(0, options.now - time)
  const decay = 2 ** (-age / (options.halfLifeMs ?? HALF_LIFE_MS))
  const weight = decay * trust * (options.weight?.(evidence) ?? 1)
  const cap = SEVERITY_CAP[severity]
  return {
    ...{ signal: id, key, title, rule, source, group, severity, entity, time },
    basis: pValue === undefined ? 'rule-prior' : 'p-value',
    ...(pValue === undefined ? {} : { pValue }),
    eValue,
    capped: decibans(eValue) > cap,
    weight,
    decibans: Math.min(decibans(eValue), cap) * weight,
    counted: true,
  }
}

/** One contribution per condition: the strongest report of each key; of equals the latest, then the first by id. */
const perCondition = (evidence: readonly Evidence[], options: LedgerOptions): Contribution[] =>
  [...grouped(evidence, ({ key }) => key).values()]
    .map((reports) => {
      const [strongest] = reports
        .map((one) => contributionOf(one, options))
        .sort(
          by<Contribution>(
            ({ decibans: db }) => -db,
            ({ time }) => -time,
            ({ signal }) => signal,
          ),
        )
      return strongest as Contribution
    })
    .sort(
      by<Contribution>(
        ({ decibans: db }) => -db,
        ({ time }) => time,
        ({ key }) => key,
      ),
    )

/** Strongest ten per rule averaged, then rules of a group averaged. */
const groupDecibans = (contributions: readonly Contribution[]): number => {
  const rules = grouped(contributions, ({ rule }) => rule)
  const means = [...rules.values()].map((ofRule) =>
    meanE(ofRule.filter(({ counted }) => counted).map(({ decibans: db }) => fromDecibans(db))),
  )
  return decibans(meanE(means))
}

const markCounted = (contributions: readonly Contribution[]): Contribution[] => {
  const seen = new Map<string, number>()
  return contributions.map((one) => {
    const at = `${one.group}\n${one.rule}`
    const rank = (seen.get(at) ?? 0) + 1
    seen.set(at, rank)
    return rank > COUNTED_PER_RULE ? { ...one, counted: false } : one
  })
}

/** Averaged inside a dependence group, multiplied across groups (added in decibans), capped per source. */
export const ledgerOf = (evidence: readonly Evidence[], options: LedgerOptions): Ledger => {
  const contributions = markCounted(perCondition(evidence, options))
  const groups = [...grouped(contributions, ({ group }) => group)].map(([group, parts]) => ({
    group,
    // The strongest part speaks for the group when several sources share one.
    source: parts[0]?.source ?? '',
    decibans: groupDecibans(parts),
  }))
  const sources = [...grouped(groups, ({ source }) => source)].map(([source, ofSource]) => {
    const uncapped = ofSource.reduce((sum, { decibans: db }) => sum + db, 0)
    return { source, decibans: Math.min(uncapped, SOURCE_CAP), uncapped }
  })
  const score = round(sources.reduce((sum, { decibans: db }) => sum + db, 0))
  return {
    score,
    severity: severityOf(score),
    groups: groups
      .map((one) => ({ ...one, decibans: round(one.decibans) }))
      .sort(
        by<LedgerGroup>(
          ({ decibans: db }) => -db,
          ({ group }) => group,
        ),
      ),
    sources: sources
      .map((one) => ({ ...one, decibans: round(one.decibans), uncapped: round(one.uncapped) }))
      .sort(
        by<LedgerSource>(
          ({ decibans: db }) => -db,
          ({ source }) => source,
        ),
      ),
    contributions,
  }
}

/** Exponent of what a signal says about an entity that it only mentions. */
export const RELATED_WEIGHT = 0.5

/** The ledger of one entity: full weight where a signal is about it, half where it is mentioned. */
export const entityLedger = (
  evidence: readonly Evidence[],
  entity: Evidence['entity'],
  options: LedgerOptions,
): Ledger => {
  const isIt = (one: Evidence['entity']): boolean => one.kind === entity.kind && one.id === entity.id
  return ledgerOf(
    evidence.filter((one) => isIt(one.entity) || one.related.some(isIt)),
    { ...options, weight: (one) => (isIt(one.entity) ? 1 : RELATED_WEIGHT) },
  )
}
