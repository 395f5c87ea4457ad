/** What the audit log says changed lately, in words, without the entries that only accompany a change. Pure. */
import type { EntityRef } from '@rampart/domain'

export type AuditFact = {
  readonly index: number
  readonly time: string
  readonly action: string
  readonly outcome: 'success' | 'denied' | 'failure'
  readonly entity: EntityRef
  readonly principal: string
  readonly details: Readonly<Record<string, unknown>>
}

export type Change = {
  readonly time: string
  readonly title: string
  readonly entity: EntityRef
  readonly principal: string
  readonly auditIndex: number
}

const DAY_MS = 86_400_000
const RATE_WINDOW_MS = 60_000
const MOST = 12

/** A signature, a batch of inference records or a sign-in belongs to the log, not to a list of changes. */
const QUIET = new Set([
  'evidence:record',
  'inference-log.anchor',
  'session.opened',
  'session.closed',
  // On the way to what is told below.
  'response.running',
  'response.reverting',
  'playbook.step',
  'incident.decided',
  'verdict.allow',
  'verdict.deny',
])

/** What is said beside a model version; everything else is named inside its words: {id} and {name} stand for it. */
const TITLES: Readonly<Record<string, string>> = {
  'model-version.register': 'registered',
  'model-version.transition.registered': 'sent back to assessment',
  'model-version.transition.assessed': 'passed its assessment',
  'model-version.transition.approved': 'approved',
  'model-version.transition.deployed': 'deployed',
  'model-version.transition.retired': 'taken out of service',
  'model-version.transition.quarantined': 'quarantined',
  'model-version.transition.retracted': 'retracted',
  'approval.opened': 'approval of {model} asked for',
  'approval.given': '{model} has one approval more',
  'approval.approved': '{model} has the approvals it needs',
  'approval.rejected': '{model} rejected',
  'approval.expired': 'nobody answered about {model} in time',
  'approval.commented': '{model} commented on',
  'approval.delegated': 'the right to approve handed over',
  'response.waiting': '{name} waits for approval',
  'response.contained': '{name} is in force',
  'response.incomplete': '{name} is in force in part',
  'response.halted': '{name} halted',
  'response.ambiguous': 'nobody can tell whether {name} took effect',
  'response.reverted': '{name} undone',
  'response.revert-incomplete': '{name} undone in part',
  'response.failed': '{name} came to nothing',
  'response.refused': '{name} refused',
  'registry.put': 'registry {id} set',
  'registry.deleted': 'registry {id} removed',
  'sink.put': 'sink {id} set',
  'sink.deleted': 'sink {id} removed',
  'sink.requeued': 'dead letters of sink {id} sent again',
  'alert-source.put': 'alert source {id} set',
  'alert-source.deleted': 'alert source {id} removed',
  'playbook.put': 'playbook {id} set',
  'playbook.started': 'playbook {playbook} started',
  'playbook.completed': 'a playbook came to its end',
  'incident.opened': 'incident: {title}',
  'incident.grown': 'incident grew: {title}',
  'incident.transitioned': 'incident moved on: {title}',
  'incident.assigned': 'incident taken: {title}',
  'incident.commented': 'incident commented on: {title}',
  'incident.disposed': 'incident judged: {title}',
  'incident.merged': 'incident merged: {title}',
  'incident.split': 'incident split: {title}',
  'incident.sla-breached': 'incident past its time: {title}',
  'response.approve': 'a containment approved',
  'signal.raised': 'signal: {title}',
  'signal.cleared': 'signal cleared: {title}',
  'policy.activate': 'policy {id} put in force',
  'route.put': 'route {id} set',
  'route.deleted': 'route {id} removed',
  'api-key.issued': 'API key {name} issued',
  'api-key.revoked': 'API key {name} revoked',
  'service-account.created': 'service account {id} created',
  'service-account.deleted': 'service account {id} deleted',
  'inference.denied': 'inference of {id} denied',
}

const textOf = (details: AuditFact['details'], name: string): string | undefined => {
  const value = details[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

const titleOf = ({ action, outcome, entity, details }: AuditFact): string => {
  const template =
    TITLES[action] ?? (entity.kind === 'model-version' ? action : `${action}: ${entity.kind} {id}`)
  const said = template
    .replace('{id}', entity.id)
    .replace(/\{(\w+)\}/, (_, name: string) => textOf(details, name) ?? entity.id)
  return outcome === 'success' ? said : `${said} (${outcome})`
}

/** Newest first, at most 12, none older than a day. */
export const changesOf = (recent: readonly AuditFact[], now: number): Change[] =>
  recent
    .filter(({ action, time }) => !QUIET.has(action) && Date.parse(time) > now - DAY_MS)
    .slice(0, MOST)
    .map((fact) => ({
      time: fact.time,
      title: titleOf(fact),
      entity: fact.entity,
      principal: fact.principal,
      auditIndex: fact.index,
    }))

/** Entries per second over the last minute, or over as much of it as these entries (newest first) reach back. */
export const auditRate = (recent: readonly Pick<AuditFact, 'time'>[], now: number): number => {
  const within = recent.filter(({ time }) => Date.parse(time) > now - RATE_WINDOW_MS)
  const oldest = within.at(-1)
  if (oldest === undefined) return 0
  const reachMs = within.length < recent.length ? RATE_WINDOW_MS : now - Date.parse(oldest.time)
  return within.length / (Math.max(reachMs, 1000) / 1000)
}
