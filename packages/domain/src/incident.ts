/** Incidents and what policy answers to them: the shapes that threats decides on and response acts on. */
import type { Severity } from './signal.ts'

export const INCIDENT_STATUSES = ['open', 'acknowledged', 'contained', 'resolved', 'closed'] as const
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number]

export const DISPOSITIONS = ['true-positive', 'false-positive', 'benign'] as const
export type Disposition = (typeof DISPOSITIONS)[number]

/** What an incident's signals are about; kinds are the signals' own, so any name is possible. */
export type IncidentEntity = { readonly kind: string; readonly id: string }

/** What a decision is made about. `score` is in decibans: ten times the decimal logarithm of the odds gained. */
export type IncidentSummary = {
  readonly id: string
  readonly tenant: string
  readonly title: string
  readonly status: IncidentStatus
  readonly severity: Severity
  readonly score: number
  readonly entities: readonly IncidentEntity[]
}

export const RESPONSE_ACTIONS = [
  'route.previous-version',
  'route.to',
  'canary.stop',
  'version.quarantine',
  'version.retract',
  'digest.deny',
  'caller.throttle',
  'caller.deny',
  'policy.rollback',
  'signer.suspend',
  'network.segment',
  'notebook.isolate',
  'webhook.post',
  'ticket.open',
  'ticket.mail',
  'playbook.run',
] as const
export type ResponseActionName = (typeof RESPONSE_ACTIONS)[number]

/** `observe` writes down what would be done, `recommend` asks a person, `act` does it (after its approvals). */
export type ResponseMode = 'observe' | 'recommend' | 'act'

export type ResponseAction = {
  readonly action: ResponseActionName
  readonly entity: IncidentEntity
  readonly parameters: Readonly<Record<string, unknown>>
  readonly mode: ResponseMode
  /** Persons who must agree before it is done; 0 = none. */
  readonly approvals_needed: number
  /** The containment reverts by itself after this long, s; absent for what has no inverse, such as a ticket. */
  readonly ttl_s?: number
  readonly reasons: readonly string[]
}

export type ResponseDecision = {
  /** Of the decision log. */
  readonly id: string
  readonly bundle_digest: string
  readonly time: string
  readonly actions: readonly ResponseAction[]
  readonly reasons: readonly string[]
}
