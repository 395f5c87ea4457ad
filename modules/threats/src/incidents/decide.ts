/** Asks policy what to do about an incident, and keeps question and answer. */
import {
  componentPrincipal,
  type IncidentSummary,
  type ResponseAction,
  type ResponseDecision,
} from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import { entityKey } from '../correlation/evidence.ts'
import { entityLedger, type Ledger, ledgerOf } from '../correlation/ledger.ts'
import { within } from '../correlation/linking.ts'
import type { Announce } from './announce.ts'
import * as evidence from './evidence-store.ts'
import type { IncidentDeps } from './ports.ts'
import { countActed, isBroken, newActions, readActions } from './response-actions.ts'
import * as store from './store.ts'

const MOST_ASKED_ABOUT = 50
const MOST_RULES = 20
const HOUR_MS = 3_600_000

export const summaryOf = (incident: store.Incident): IncidentSummary => ({
  id: incident.id,
  tenant: incident.tenant,
  title: incident.title,
  status: incident.status === 'forming' || incident.status === 'merged' ? 'open' : incident.status,
  severity: incident.severity,
  score: incident.score,
  entities: incident.entities,
})

export type Accounts = {
  readonly ledger: Ledger
  readonly members: readonly evidence.Member[]
  readonly entities: readonly {
    readonly kind: string
    readonly id: string
    readonly subject: boolean
    readonly score: number
    /** Detectors that name it without speaking about it. */
    readonly mentioned_by: readonly string[]
  }[]
}

const mentionsOf = (members: readonly evidence.Member[], entity: evidence.Member['entity']): string[] => {
  const key = entityKey(entity)
  const naming = members.filter(({ related }) => related.some((one) => entityKey(one) === key))
  return [...new Set(naming.map(({ rule }) => rule))].sort().slice(0, MOST_RULES)
}

/** The ledger of an incident and of each of its entities, as of its last signal. */
export const accountsOf = async (tx: Tx, incident: store.Incident): Promise<Accounts> => {
  const members = await evidence.membersOf(tx, [incident.id])
  const counts = await evidence.ruleCounts(tx, [...new Set(members.map(({ rule }) => rule))])
  const options = {
    now: Date.parse(incident.lastTime),
    counts: (rule: string) => counts.get(rule),
  }
  const subjects = new Set(members.map(({ entity }) => entityKey(entity)))
  const entities = incident.entities.slice(0, MOST_ASKED_ABOUT).map(({ kind, id }) => ({
    kind,
    id,
    subject: subjects.has(`${kind}:${id}`),
    score: entityLedger(members, { kind, id }, options).score,
    mentioned_by: mentionsOf(members, { kind, id }),
  }))
  return { ledger: ledgerOf(members, options), members, entities }
}

const contributionsFor = ({ contributions }: Ledger) =>
  contributions
    .filter(({ counted }) => counted)
    .slice(0, MOST_ASKED_ABOUT)
    .map(({ rule, severity, decibans, entity, signal }) => ({
      ...{ rule, severity, entity, signal },
      decibans: Math.round(decibans * 100) / 100,
    }))

export const createDecide = (deps: IncidentDeps, announce: Announce) => {
  const { clock, policy, eventLog } = deps

  const stormsOf = async (tx: Tx, members: readonly evidence.Member[], { lastTime }: store.Incident) => {
    const rules = [...new Set(members.map(({ rule }) => rule))].sort()
    const spans = await evidence.spansOf(tx, 'storm', rules)
    return rules.filter((rule) => within(spans, rule, Date.parse(lastTime))).slice(0, MOST_ASKED_ABOUT)
  }

  const questionOf = async (tx: Tx, incident: store.Incident, acted_on_incident: number) => {
    const { ledger, members, entities } = await accountsOf(tx, incident)
    const { groups, sources, score } = ledger
    const hosts = entities.filter(({ kind }) => kind === 'host').map(({ id }) => id)
    const hourAgo = new Date(clock.now() - HOUR_MS).toISOString()
    return {
      action: 'incident:respond',
      incident: summaryOf(incident),
      ledger: { score, groups, sources, contributions: contributionsFor(ledger) },
      entities,
      serving_hosts: hosts.length === 0 ? [] : ((await deps.servingHosts?.(incident.tenant, hosts)) ?? []),
      protected: (await deps.protectedEntities?.(incident.tenant)) ?? [],
      storms: await stormsOf(tx, members, incident),
      recent: { acted_last_hour: await store.actedSince(tx, hourAgo), acted_on_incident },
      now: clock.iso(),
    }
  }

  /** In the transaction that opens or grows the incident: a decision exists exactly if its cause does. */
  return async (tx: Tx, incident: store.Incident): Promise<ResponseDecision> => {
    const earlier = await store.decisionsOf(tx, incident.id)
    const actedHere = earlier.reduce((sum, { acted }) => sum + acted, 0)
    const input = await questionOf(tx, incident, actedHere)
    const question = {
      ...{ pack: 'response', principal: componentPrincipal('threats', [], incident.tenant), input, tx },
      entity: { kind: 'incident', id: incident.id } as const,
    }
    const first = await policy.decide(question)
    // Its time is measured by the clock: a machine that was busy elsewhere must not leave an attack undecided.
    const answer = isBroken(first.reasons) ? await policy.decide(question) : first
    const { actions: wanted, faults } = readActions(answer.obligations)
    const before = earlier.flatMap(({ actions }) => actions as unknown as ResponseAction[])
    const actions = newActions(wanted, before)
    const reasons = [...answer.reasons, ...faults].slice(0, 100)
    const { id, bundleDigest, time } = answer
    await store.insertDecision(tx, {
      ...{ id, incident: incident.id, time, bundleDigest, input, actions, reasons },
      acted: countActed(actions),
    })
    const decision = { id, bundle_digest: bundleDigest, time, actions, reasons }
    const done = actions.map(({ action, entity, mode }) => `${mode} ${action} on ${entity.kind} ${entity.id}`)
    const text = done.length > 0 ? done.join('; ') : `nothing to do: ${reasons.join('; ')}`
    await announce(tx, {
      incident,
      action: 'decided',
      principal: 'component:threats',
      line: { kind: 'decided', text: text.slice(0, 2000) },
      details: { decision: id, actions: actions.length, bundle: bundleDigest },
      audited: true,
    })
    if (actions.length > 0) {
      await eventLog.publish(tx, incident.tenant, {
        type: 'rampart.response.decided.v1',
        subject: incident.id,
        principal: 'component:threats',
        data: { incident: summaryOf(incident), decision },
      })
    }
    return decision
  }
}
