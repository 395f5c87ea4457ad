/** Incidents: correlated by a checkpointed consumer of signals, handled by persons and playbooks. */
import {
  type Disposition,
  type IncidentStatus,
  type Principal,
  principalName,
  type Signal,
} from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import { judged, NO_COUNTS } from '../correlation/rule-prior.ts'
import { threatsErrors } from '../errors.ts'
import { createAnnounce } from './announce.ts'
import { createAskAgain } from './ask-again.ts'
import { correlateSignals } from './correlate-signals.ts'
import { accountsOf, createDecide } from './decide.ts'
import * as evidence from './evidence-store.ts'
import { requireTransition, stampsOf } from './lifecycle.ts'
import { neighbourhoodOf } from './neighbourhood.ts'
import { createOpener } from './opener.ts'
import type { IncidentDeps } from './ports.ts'
import { type CorrelateDeps, regroup } from './regroup.ts'
import { duesFrom } from './sla.ts'
import * as store from './store.ts'
import { summarise } from './summary.ts'

export type Incidents = ReturnType<typeof createIncidents>

/** What another room writes into an incident's timeline. `contained` also moves an incident that is still open. */
export type TimelineNote = {
  readonly tenant: string
  readonly incident: string
  readonly kind: string
  readonly text: string
  readonly run?: string
  readonly principal?: string
  readonly details?: Readonly<Record<string, unknown>>
}

const SETTLE_MS = 400
const PAGE = 100
const SELF = 'component:threats'

export const createIncidents = (deps: IncidentDeps) => {
  const { database, eventLog, clock, random } = deps
  const announce = createAnnounce(deps)
  const opener = createOpener({ ...deps, announce, decide: createDecide(deps, announce) })
  const settleMs = deps.settleMs ?? SETTLE_MS
  const correlation: CorrelateDeps = {
    clock,
    random,
    settleMs,
    changed: (tx, incident, action) => announce(tx, { incident, action, principal: SELF }),
  }
  const consumer = eventLog.consumer({
    name: 'threats-correlation',
    types: ['rampart.signal.v1'],
    handleBatch: async (events, tx) => {
      const [first] = events
      if (first === undefined) return 0
      const signals = events.map(({ data }) => data.signal as Signal)
      await correlateSignals(tx, first.tenant, signals, correlation)
      opener.wakeIn(settleMs + 20)
      return events.length
    },
  })

  const durations = deps.metrics?.histogram<'to' | 'severity'>({
    name: 'rampart_incident_handling_seconds',
    help: 'From the opening of an incident until it was acknowledged, contained, resolved or closed.',
    labelNames: ['to', 'severity'],
    buckets: [1, 3, 10, 60, 300, 900, 1_800, 3_600, 14_400, 86_400],
  })
  const took = (to: IncidentStatus, { openedAt, severity }: store.Incident, now: string): void => {
    if (to !== 'open' && openedAt !== undefined)
      durations?.observe({ to, severity }, Math.max(0, Date.parse(now) - Date.parse(openedAt)) / 1000)
  }

  const required = async (tx: Tx, id: string): Promise<store.Incident> => {
    const found = await store.find(tx, id)
    if (found?.status === 'merged' && found.mergedInto !== undefined) return required(tx, found.mergedInto)
    if (found === undefined || found.status === 'forming')
      throw threatsErrors.THREATS_INCIDENT_NOT_FOUND(`There is no incident ${id}.`)
    return found
  }

  type Act = (tx: Tx, incident: store.Incident, now: string) => Promise<store.Incident>
  /** One change by hand: nobody else's meanwhile, audited. */
  const act = (principal: Principal, id: string, revision: number | undefined, work: Act) =>
    database.tx(principal.tenant, async (tx) => {
      await store.lockIncidents(tx, principal.tenant)
      const incident = await required(tx, id)
      if (revision !== undefined && revision !== incident.revision) {
        throw threatsErrors.THREATS_INCIDENT_CHANGED(
          `Revision ${incident.revision} of ${id} is the current one, not ${revision}.`,
          { details: { revision: incident.revision } },
        )
      }
      return work(tx, incident, clock.iso())
    })

  /** Takes back what an earlier disposition taught about the rules, and teaches the new one. */
  const teach = async (tx: Tx, incident: store.Incident, disposition: Disposition): Promise<void> => {
    const members = await evidence.membersOf(tx, [incident.id])
    const { hits, misses } = judged(NO_COUNTS, disposition)
    const before = incident.disposition === undefined ? NO_COUNTS : judged(NO_COUNTS, incident.disposition)
    const lesson = { hits: hits - before.hits, misses: misses - before.misses }
    for (const rule of new Set(members.map((one) => one.rule))) await evidence.addRuleCounts(tx, rule, lesson)
  }

  const dispose = async (tx: Tx, incident: store.Incident, disposition: Disposition, principal: string) => {
    if (incident.disposition === disposition) return incident
    await teach(tx, incident, disposition)
    const next = await store.change(tx, incident.id, { disposition }, clock.iso())
    const line = { kind: 'disposition', text: `Judged ${disposition}` }
    await announce(tx, {
      incident: next,
      action: 'disposed',
      principal,
      line,
      details: { disposition },
      audited: true,
    })
    return next
  }

  const byHand = (tx: Tx, member: evidence.Member) => ({ tx, deps: correlation, members: [member] })

  return {
    list: (tenant: string, filter: store.IncidentFilter) =>
      database.read(tenant, (tx) => store.list(tx, filter)),
    countOpen: (tenant: string) => database.read(tenant, store.countOpen),
    rules: (tenant: string) => database.read(tenant, evidence.allRuleCounts),

    detail: (tenant: string, id: string) =>
      database.read(tenant, async (tx) => {
        const incident = await required(tx, id)
        const { ledger, members, entities } = await accountsOf(tx, incident)
        const others = await evidence.membersNaming(tx, incident.entities.slice(0, 20), incident.id)
        return {
          ...incident,
          summary: summarise(incident, ledger),
          ledger,
          accounts: entities,
          conditions: [...members]
            .sort((a, b) => a.time - b.time)
            .map(({ incident: _, pin: __, ...one }) => one),
          timeline: await store.timelineOf(tx, incident.id),
          decisions: (await store.decisionsOf(tx, incident.id)).map(({ input: _, ...decision }) => decision),
          neighbourhood: neighbourhoodOf(members, others),
        }
      }),

    transition: (
      principal: Principal,
      id: string,
      to: IncidentStatus,
      about: {
        readonly revision?: number | undefined
        readonly reason: string
        readonly disposition?: Disposition | undefined
      },
    ) =>
      act(principal, id, about.revision, async (tx, found, now) => {
        const name = principalName(principal)
        requireTransition(found.status as IncidentStatus, to, about.disposition ?? found.disposition)
        const incident =
          about.disposition === undefined ? found : await dispose(tx, found, about.disposition, name)
        const next = await store.change(tx, incident.id, { status: to, ...stampsOf(to, now) }, now)
        took(to, next, now)
        const text = about.reason === '' ? `Now ${to}` : `Now ${to}: ${about.reason}`
        await announce(tx, {
          incident: next,
          action: 'transitioned',
          principal: name,
          line: { kind: to, text },
          details: { from: found.status, to, reason: about.reason },
          audited: true,
        })
        return next
      }),

    dispose: (principal: Principal, id: string, disposition: Disposition, revision?: number) =>
      act(principal, id, revision, (tx, incident) =>
        dispose(tx, incident, disposition, principalName(principal)),
      ),

    assign: (principal: Principal, id: string, owner: string | null, revision?: number) =>
      act(principal, id, revision, async (tx, incident, now) => {
        const next = await store.change(tx, incident.id, { owner }, now)
        const line = {
          kind: 'assigned',
          text: owner === null ? 'Owned by nobody now' : `Owned by ${owner} now`,
        }
        const details = { owner }
        const by = principalName(principal)
        await announce(tx, {
          incident: next,
          action: 'assigned',
          principal: by,
          line,
          details,
          audited: true,
        })
        return next
      }),

    comment: (principal: Principal, id: string, text: string) =>
      act(principal, id, undefined, async (tx, incident) => {
        const line = { kind: 'comment', text }
        const by = principalName(principal)
        await announce(tx, { incident, action: 'commented', principal: by, line, audited: true })
        return incident
      }),

    /** What the others' signals say goes on as this incident; correlation keeps to it from now on. */
    merge: (principal: Principal, into: string, others: readonly string[], revision?: number) =>
      act(principal, into, revision, async (tx, incident, now) => {
        const ids = [...new Set([incident.id, ...others])]
        for (const id of others) await required(tx, id)
        const members = await evidence.membersOf(tx, ids)
        const [first] = members
        if (first === undefined || ids.length < 2)
          throw threatsErrors.THREATS_NOTHING_TO_MERGE('Name another incident that has signals.')
        const pin = `hand:${incident.id}`
        await evidence.pinMembers(
          tx,
          members.map(({ id }) => id),
          pin,
        )
        await regroup(byHand(tx, { ...first, pin }), ids)
        const home = (await evidence.findMember(tx, first.id))?.incident ?? incident.id
        const next = await required(tx, home)
        const details = { merged: ids, into: home }
        const line = { kind: 'merged', text: `Merged by hand: ${ids.join(', ')}` }
        const by = principalName(principal)
        await announce(tx, { incident: next, action: 'merged', principal: by, line, details, audited: true })
        return store.change(tx, home, {}, now)
      }),

    /** These signals leave and become an incident of their own, whatever their score. */
    split: (principal: Principal, id: string, signals: readonly string[], revision?: number) =>
      act(principal, id, revision, async (tx, incident, now) => {
        const members = await evidence.membersOf(tx, [incident.id])
        const leaving = members.filter((one) => signals.includes(one.id)).map((one) => one.id)
        const staying = members.filter((one) => !signals.includes(one.id)).map((one) => one.id)
        const [first] = leaving
        if (first === undefined || staying.length === 0) {
          throw threatsErrors.THREATS_NOTHING_TO_SPLIT(
            'Name some of the signals of the incident, but not all of them.',
          )
        }
        await evidence.pinMembers(tx, staying, `hand:${incident.id}`)
        await evidence.pinMembers(tx, leaving, `hand:${incident.id}:${incident.revision}`)
        const member = (await evidence.findMember(tx, first)) as evidence.Member
        await regroup(byHand(tx, member), [incident.id])
        const by = principalName(principal)
        const left = await evidence.findMember(tx, first)
        const stayed = await evidence.findMember(tx, staying[0] as string)
        for (const part of [left, stayed]) {
          const one = await store.find(tx, part?.incident ?? '')
          if (one?.status !== 'forming') continue
          const opened = {
            status: 'open',
            openedAt: now,
            dueAt: now,
            ...duesFrom(now, one.severity),
          } as const
          const next = await store.change(tx, one.id, opened, now)
          const line = { kind: 'split', text: `Split from ${incident.id} by hand` }
          await announce(tx, { incident: next, action: 'split', principal: by, line, audited: true })
        }
        opener.wakeIn(20)
        const text = `${leaving.length} signals were split off by hand`
        const next = await required(tx, incident.id)
        const line = { kind: 'split', text }
        await announce(tx, { incident: next, action: 'split', principal: by, line, audited: true })
        return next
      }),

    /** In the transaction of what is told. An incident that is not there is passed over: a run may have none. */
    recordTimeline: async (tx: Tx, note: TimelineNote): Promise<void> => {
      const found = await store.find(tx, note.incident)
      const incident = found?.mergedInto === undefined ? found : await store.find(tx, found.mergedInto)
      if (incident === undefined || incident.status === 'forming') return
      const now = clock.iso()
      const isContained = note.kind === 'contained' && ['open', 'acknowledged'].includes(incident.status)
      const reached = { status: 'contained', ...stampsOf('contained', now) } as const
      const next = isContained ? await store.change(tx, incident.id, reached, now) : incident
      if (isContained) took('contained', next, now)
      await announce(tx, {
        incident: next,
        action: isContained ? 'transitioned' : 'timeline',
        principal: note.principal ?? 'component:response',
        line: { kind: note.kind, text: note.text.slice(0, 2000) },
        details: { ...note.details, ...(note.run === undefined ? {} : { run: note.run }) },
      })
    },

    decideAgain: createAskAgain(deps, announce),

    countDecisions: (tenant: string, since: string, limit: number) =>
      database.read(tenant, (tx) => store.countDecisions(tx, since, limit)),
    /** What a simulation lives through, page by page. */
    decisionsFor: async function* (tenant: string, since: string): AsyncGenerator<store.StoredDecision[]> {
      let page: store.StoredDecision[] = []
      do {
        const after = page.at(-1)
        page = await database.read(tenant, (tx) => store.decisionsPage(tx, since, after, PAGE))
        yield page
      } while (page.length === PAGE)
    },

    /** Handles what is readable and opens what is due; for tests and for a stop that leaves nothing behind. */
    drain: async (): Promise<void> => {
      await consumer.drain()
      await opener.turn()
    },
    start: async (): Promise<void> => {
      await consumer.start()
      opener.start()
    },
    stop: async (): Promise<void> => {
      await consumer.stop()
      await opener.stop()
    },
  }
}
