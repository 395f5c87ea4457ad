/**
 * Counters of canaries added up over gateways. A gateway's counters begin at zero when it starts, so each of its lives
 * is measured from its first report here; what a past life counted stays counted.
 */
import { type CanaryReadings, combine, emptyReading } from '@rampart/serving'
import type { CanaryReport, Report } from './report.ts'

type Life = { readonly first: CanaryReadings; last: CanaryReadings }
type Total = { past: CanaryReadings; readonly lives: Map<string, Life & { readonly startedAt: string }> }

const nothing = (): CanaryReadings => ({ candidate: emptyReading(), baseline: emptyReading() })
const add = (a: CanaryReadings, b: CanaryReadings, sign: 1 | -1 = 1): CanaryReadings => ({
  candidate: combine(a.candidate, b.candidate, sign),
  baseline: combine(a.baseline, b.baseline, sign),
})

const MAX_PLANS = 1000

export const createCanaryTotals = () => {
  const totals = new Map<string, Total>()
  const keyOf = (tenant: string, { route, plan }: Pick<CanaryReport, 'route' | 'plan'>): string =>
    JSON.stringify([tenant, route, plan])

  const take = (total: Total, { gateway, startedAt }: Report, readings: CanaryReadings): void => {
    const life = total.lives.get(gateway)
    if (life?.startedAt === startedAt) {
      life.last = readings
      return
    }
    if (life !== undefined) total.past = add(total.past, add(life.last, life.first, -1))
    total.lives.set(gateway, { startedAt, first: readings, last: readings })
  }

  return {
    report: (tenant: string, report: Report): void => {
      for (const canary of report.canaries ?? []) {
        const key = keyOf(tenant, canary)
        let total = totals.get(key)
        if (total === undefined) {
          const oldest = totals.size >= MAX_PLANS ? totals.keys().next().value : undefined
          if (oldest !== undefined) totals.delete(oldest)
          total = { past: nothing(), lives: new Map() }
          totals.set(key, total)
        }
        take(total, report, { candidate: canary.candidate, baseline: canary.baseline })
      }
    },
    /** Everything that gateways counted under this plan since they were first heard of. */
    readings: (tenant: string, route: string, plan: string): CanaryReadings => {
      const total = totals.get(keyOf(tenant, { route, plan }))
      if (total === undefined) return nothing()
      return [...total.lives.values()].reduce(
        (sum, { first, last }) => add(sum, add(last, first, -1)),
        total.past,
      )
    },
  }
}
