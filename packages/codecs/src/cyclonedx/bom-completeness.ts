/** How much a reader learns from a bill of materials, and how much of it is more than a claim: 0 to 1. */
import type { BomFacts, Tier } from './bom-facts.ts'

/** What a fact is worth by the reason to believe it. */
const WORTH: Readonly<Record<Tier, number>> = { verified: 1, inferred: 0.8, declared: 0.6 }

type Item = { readonly name: string; readonly weight: number; readonly tier: Tier | undefined }

export type Completeness = {
  /** Two decimals. */
  readonly score: number
  readonly missing: readonly string[]
}

const best = (tiers: readonly (Tier | undefined)[]): Tier | undefined =>
  (['verified', 'inferred', 'declared'] as const).find((tier) => tiers.includes(tier))

const evidenceTier = (facts: BomFacts, isOf: (predicateType: string) => boolean): Tier | undefined => {
  const found = facts.evidence.filter(({ predicateType }) => isOf(predicateType))
  if (found.length === 0) return undefined
  return found.some(({ isVerified }) => isVerified) ? 'verified' : 'declared'
}

/** The questions that AI bills of materials are asked, with weights that sum to 20. */
const itemsOf = (facts: BomFacts): readonly Item[] => [
  { name: 'version', weight: 1, tier: facts.version === undefined ? undefined : 'declared' },
  { name: 'description', weight: 1, tier: facts.description?.tier },
  { name: 'author', weight: 1, tier: facts.author?.tier },
  { name: 'licence', weight: 2, tier: best(facts.licences.map(({ tier }) => tier)) },
  { name: 'files', weight: 3, tier: facts.files.length > 0 ? 'verified' : undefined },
  { name: 'task', weight: 1, tier: facts.task?.tier },
  { name: 'inputs', weight: 1, tier: facts.inputs?.tier },
  { name: 'outputs', weight: 1, tier: facts.outputs?.tier },
  { name: 'datasets', weight: 2, tier: best(facts.datasets.map(({ tier }) => tier)) },
  { name: 'dataset licences', weight: 1, tier: best(facts.datasets.map(({ licence }) => licence?.tier)) },
  { name: 'metrics', weight: 2, tier: best(facts.metrics.map(({ tier }) => tier)) },
  { name: 'signature or attestation', weight: 2, tier: evidenceTier(facts, () => true) },
  { name: 'provenance', weight: 2, tier: facts.provenance?.tier },
]

export const bomCompleteness = (facts: BomFacts): Completeness => {
  const items = itemsOf(facts)
  const total = items.reduce((sum, { weight }) => sum + weight, 0)
  const reached = items.reduce(
    (sum, { weight, tier }) => sum + (tier === undefined ? 0 : weight * WORTH[tier]),
    0,
  )
  return {
    score: Math.round((reached / total) * 100) / 100,
    missing: items.filter(({ tier }) => tier === undefined).map(({ name }) => name),
  }
}
