/** What incidents need of the other rooms. */
import type { Decision, EntityRef, Principal } from '@rampart/domain'
import type { Clock, Database, EventLog, Logger, Metrics, Random, Tx } from '@rampart/kit'

export interface IncidentAudit {
  record(
    tx: Tx,
    entry: {
      readonly tenant: string
      readonly principal: string
      readonly action: string
      readonly entity: EntityRef
      readonly outcome: 'success'
      readonly details: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

export interface IncidentPolicy {
  decide(request: {
    readonly pack: string
    readonly principal: Principal
    readonly entity?: EntityRef
    readonly input: Readonly<Record<string, unknown>>
    readonly tx?: Tx
  }): Promise<Decision>
}

export type IncidentDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish' | 'consumer'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics?: Metrics
  readonly audit: IncidentAudit
  readonly policy: IncidentPolicy
  /** Entities whose containment needs two persons, beside those that the policy lists. */
  readonly protectedEntities?: (tenant: string) => Promise<readonly { kind: string; id: string }[]>
  /** Which of these hosts serve models: they are attacked, and cutting them off is no containment. */
  readonly servingHosts?: (tenant: string, hosts: readonly string[]) => Promise<readonly string[]>
  /** How long a group of signals waits for its others before it opens, ms; 400. */
  readonly settleMs?: number
}
