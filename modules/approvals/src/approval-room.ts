/** Composes the room from what it is given; the control plane starts and stops it. */
import type { ModelVersion } from '@rampart/domain'
import type { Clock, Database, EventLog, Logger, Random, Tx } from '@rampart/kit'
import { createApprovals } from './approvals.ts'
import { createChanges } from './changes.ts'
import { createDelegations } from './delegations.ts'
import { createFollow } from './follow.ts'
import { createNotices, type NoticesDeps } from './notices.ts'
import type { AuditPort, EvidenceFact, EvidencePort, PolicyPort, VersionsPort } from './ports.ts'
import { createStandings, type StandingDeps } from './standing.ts'
import { createViews } from './views.ts'

export type ApprovalRoomDeps<Fact extends EvidenceFact> = Omit<StandingDeps<Fact>, 'clock'> & {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish' | 'consumer'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly audit: AuditPort
  readonly policy: PolicyPort
  readonly evidence: EvidencePort<Fact>
  readonly versions: VersionsPort
  readonly webhook?: NonNullable<NoticesDeps['webhook']>
  /** How long a request stays open, ms. */
  readonly requestMs: number
}

export const createApprovalRoom = <Fact extends EvidenceFact>(deps: ApprovalRoomDeps<Fact>) => {
  const standings = createStandings(deps)
  const notices = createNotices(deps)
  const changes = createChanges({ ...deps, onChange: notices.onChange })
  const approvals = createApprovals({ ...deps, standings, changes })
  const views = createViews({ ...deps, standings })
  const follow = createFollow({ ...deps, standings, changes, approvals })
  return {
    approvals,
    delegations: createDelegations(deps),
    views,
    standing: (tx: Tx, version: ModelVersion, facts: readonly Fact[]) =>
      standings.standing(tx, version, facts),
    policyDigest: standings.policyDigest,
    preview: views.preview,
    follow,
    start: async (): Promise<void> => {
      notices.start()
      await follow.start()
    },
    stop: async (): Promise<void> => {
      await follow.stop()
      await notices.stop()
    },
  }
}

export type ApprovalRoom = ReturnType<typeof createApprovalRoom>
