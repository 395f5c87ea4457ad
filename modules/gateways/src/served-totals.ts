/**
 * What gateways counted of the versions they serve, added up: totals over all their lives, and the last minutes step by
 * step. A gateway tells the newest steps with every report; a step told again replaces what was told before.
 */
import { type CountedVersion, countedKey } from '@rampart/serving'
import type { Report } from './report.ts'

type Steps = Map<number, CountedVersion['steps'][number]>
type Told = { readonly startedAt: string; past: CountedVersion; last: CountedVersion; readonly steps: Steps }

/** As many as the router keeps. */
const KEPT_STEPS = 150
const MAX_VERSIONS = 4096

const add = (a: CountedVersion, b: CountedVersion): CountedVersion => {
  const predictions: Record<string, number> = { ...a.predictions }
  for (const [label, count] of Object.entries(b.predictions))
    predictions[label] = (predictions[label] ?? 0) + count
  const outcomes = { ...a.outcomes }
  for (const name of Object.keys(outcomes) as (keyof typeof outcomes)[]) outcomes[name] += b.outcomes[name]
  return { ...a, rows: a.rows + b.rows, outcomes, predictions }
}

const nothing = (counted: CountedVersion): CountedVersion => ({
  ...counted,
  rows: 0,
  outcomes: { ok: 0, invalid: 0, denied: 0, shed: 0, late: 0, failed: 0 },
  predictions: {},
  steps: [],
})

export const createServedTotals = () => {
  const versions = new Map<string, Map<string, Told>>()

  const toldBy = (
    known: Map<string, Told>,
    { gateway, startedAt }: Report,
    counted: CountedVersion,
  ): Told => {
    const before = known.get(gateway)
    if (before?.startedAt === startedAt) return before
    const past = before === undefined ? nothing(counted) : add(before.past, before.last)
    return { startedAt, past, last: counted, steps: before?.steps ?? new Map() }
  }

  const keepSteps = (steps: Steps, told: CountedVersion['steps']): void => {
    for (const step of told) steps.set(step.index, step)
    const oldest = Math.max(...steps.keys()) - KEPT_STEPS
    for (const index of steps.keys()) if (index <= oldest) steps.delete(index)
  }

  return {
    report: (tenant: string, report: Report): void => {
      for (const counted of report.served ?? []) {
        const key = `${tenant} ${countedKey(counted)}`
        const known = versions.get(key) ?? new Map<string, Told>()
        if (!versions.has(key)) {
          const oldest = versions.size >= MAX_VERSIONS ? versions.keys().next().value : undefined
          if (oldest !== undefined) versions.delete(oldest)
          versions.set(key, known)
        }
        const told = toldBy(known, report, counted)
        told.last = counted
        keepSteps(told.steps, counted.steps)
        known.set(report.gateway, told)
      }
    },
    /** Versions that answered calls in steps from `since` on, with the gateway that told it. */
    lately: (
      tenant: string,
      since: number,
    ): {
      readonly gateway: string
      readonly route: string
      readonly model: string
      readonly version: string
    }[] =>
      [...versions].flatMap(([key, known]) =>
        key.startsWith(`${tenant} `)
          ? [...known].flatMap(([gateway, { last, steps }]) =>
              [...steps.values()].some(
                (step) => step.index >= since && step.requests > step.denied + step.shed,
              )
                ? [{ gateway, route: last.route, model: last.model, version: last.version }]
                : [],
            )
          : [],
      ),
    /** One entry per gateway that served the version. */
    counted: (tenant: string, version: Parameters<typeof countedKey>[0]): CountedVersion[] =>
      [...(versions.get(`${tenant} ${countedKey(version)}`)?.values() ?? [])].map(
        ({ past, last, steps }) => ({
          ...add(past, last),
          steps: [...steps.values()],
        }),
      ),
  }
}
