/** Opens incidents whose signals have settled, asks policy when one grew, and watches the clocks. */
import { ALL_TENANTS, type Tx } from '@rampart/kit'
import { severityRank } from '../correlation/evidence.ts'
import { REPLAY_SETTINGS } from '../correlation/replay.ts'
import type { Announce } from './announce.ts'
import { isStormAhead } from './correlate-signals.ts'
import type { createDecide } from './decide.ts'
import * as evidence from './evidence-store.ts'
import type { IncidentDeps } from './ports.ts'
import { breachesOf, duesFrom } from './sla.ts'
import * as store from './store.ts'

const BATCH = 20
const SLOW_MS = 2_000
const WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
const PRUNE_EVERY_MS = 600_000
const KEPT_MS = 7 * 86_400_000
const SELF = 'component:threats'
const DONE = { acknowledge: 'acknowledged', contain: 'contained', resolve: 'resolved' } as const

type OpenerDeps = IncidentDeps & {
  readonly announce: Announce
  readonly decide: ReturnType<typeof createDecide>
}

export const createOpener = (deps: OpenerDeps) => {
  const { database, clock, logger, announce, decide } = deps
  const opened = deps.metrics?.counter<'severity'>({
    name: 'rampart_incidents_opened_total',
    help: 'Incidents opened.',
    labelNames: ['severity'],
  })
  const breaches = deps.metrics?.counter<'clock' | 'severity'>({
    name: 'rampart_incident_sla_breaches_total',
    help: 'Incidents that were not acknowledged, contained or resolved in time.',
    labelNames: ['clock', 'severity'],
  })
  const toDecision = deps.metrics?.histogram({
    name: 'rampart_incident_decision_seconds',
    help: 'From the first signal of an incident to the first decision about it.',
    buckets: [0.5, 1, 2, 3, 5, 10, 30, 60],
  })

  const open = async (tx: Tx, incident: store.Incident): Promise<store.Incident> => {
    const now = clock.iso()
    const dues = duesFrom(now, incident.severity)
    const next = await store.change(tx, incident.id, { status: 'open', openedAt: now, ...dues }, now)
    const members = await evidence.membersOf(tx, [incident.id])
    const rules = [...new Set(members.map(({ rule }) => rule))].sort()
    const raised = { kind: 'raised', text: `First signal: ${incident.title}`, time: incident.firstTime }
    await store.insertTimeline(tx, incident.id, { ...raised, principal: SELF, details: {} })
    const told =
      incident.signals === 1 ? '1 signal of' : `${incident.signals} signals that belong together, of`
    const text = `${told} ${rules.slice(0, 10).join(', ')}: ${incident.score.toFixed(1)} decibans`
    await announce(tx, {
      incident: next,
      action: 'opened',
      principal: SELF,
      line: { kind: 'correlated', text },
      details: { signals: incident.signals, rules: rules.slice(0, 50) },
      audited: true,
    })
    opened?.inc({ severity: next.severity })
    logger.warn({ incidentId: next.id, severity: next.severity, score: next.score }, 'incident.opened')
    return next
  }

  /** The beginning of a storm must not open as many incidents as it has signals by now. */
  const waitsForStorm = async (tx: Tx, incident: store.Incident): Promise<boolean> => {
    if (clock.now() - Date.parse(incident.firstTime) > LONGEST_WAIT_MS) return false
    if (!(await isStormAhead(tx, await evidence.membersOf(tx, [incident.id])))) return false
    const dueAt = new Date(clock.now() + WAIT_MS).toISOString()
    await store.change(tx, incident.id, { dueAt }, clock.iso())
    wakeIn(WAIT_MS + 20)
    return true
  }

  const look = async (tx: Tx, incident: store.Incident): Promise<void> => {
    const now = clock.iso()
    const isNew = incident.status === 'forming'
    if (isNew && incident.score < REPLAY_SETTINGS.openScore) {
      await store.change(tx, incident.id, { dueAt: null }, now)
      return
    }
    if (isNew && (await waitsForStorm(tx, incident))) return
    if (!isNew && !store.isLive(incident)) {
      await store.change(tx, incident.id, { dueAt: null }, now)
      return
    }
    const seen = isNew ? await open(tx, incident) : incident
    const rank = severityRank(seen.severity)
    if (rank > (seen.decidedRank ?? -1)) {
      await decide(tx, seen)
      if (seen.decidedRank === undefined)
        toDecision?.observe(Math.max(0, clock.now() - Date.parse(seen.firstTime)) / 1000)
    }
    await store.change(tx, seen.id, { dueAt: null, decidedRank: Math.max(rank, seen.decidedRank ?? 0) }, now)
  }

  const openDue = (tenant: string): Promise<number> =>
    database.tx(tenant, async (tx) => {
      await store.lockIncidents(tx, tenant)
      const due = await store.lockDue(tx, clock.iso(), BATCH)
      for (const incident of due) await look(tx, incident)
      return due.length
    })

  const reportLate = (tenant: string): Promise<void> =>
    database.tx(tenant, async (tx) => {
      const now = clock.iso()
      for (const incident of await store.lockLate(tx, now)) {
        const late = breachesOf(incident, now)
        const breached = [...incident.breached, ...late]
        for (const which of late) breaches?.inc({ clock: which, severity: incident.severity })
        const next = await store.change(tx, incident.id, { breached }, now)
        const text = `Not ${late.map((one) => DONE[one]).join(', nor ')} in time`
        const line = { kind: 'sla-breached', text }
        await announce(tx, {
          incident: next,
          action: 'sla-breached',
          principal: SELF,
          line,
          details: { late },
        })
      }
    })

  let prunedAt = Number.NEGATIVE_INFINITY
  const prune = async (): Promise<void> => {
    if (clock.monotonic() - prunedAt < PRUNE_EVERY_MS) return
    prunedAt = clock.monotonic()
    const before = new Date(clock.now() - KEPT_MS).toISOString()
    await database.tx(ALL_TENANTS, (tx) => evidence.prune(tx, before))
  }

  /** Everything that is due now; safe to run in several processes at once. */
  const turn = async (): Promise<void> => {
    const tenants = await database.read(ALL_TENANTS, (tx) => store.tenantsDue(tx, clock.iso()))
    for (const tenant of tenants) {
      while ((await openDue(tenant)) === BATCH);
      await reportLate(tenant)
    }
    await prune()
  }

  let running: Promise<void> | undefined
  let again = false
  const run = async (): Promise<void> => {
    do {
      again = false
      await turn().catch((error: unknown) => logger.warn({ err: error }, 'incident.opener-waits'))
    } while (again)
  }
  const wake = (): void => {
    again = true
    running ??= run().finally(() => {
      running = undefined
    })
  }
  const timers = new Set<NodeJS.Timeout>()
  let slow: NodeJS.Timeout | undefined
  const wakeIn = (ms: number): void => {
    if (slow === undefined || timers.size > 4) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      wake()
    }, ms)
    timers.add(timer)
  }
  return {
    turn,
    /** Looks again after `ms`. */
    wakeIn,
    start: (): void => {
      slow ??= setInterval(wake, SLOW_MS)
      wake()
    },
    stop: async (): Promise<void> => {
      clearInterval(slow)
      slow = undefined
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      await running
    },
  }
}
