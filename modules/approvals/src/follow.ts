/** Requests open and close with what happens elsewhere: a version is assessed, withdrawn, or what it rests on changes. */
import {
  componentPrincipal,
  type Digest,
  type ModelVersion,
  parseModelVersionRef,
  principalName,
} from '@rampart/domain'
import {
  ALL_TENANTS,
  type Clock,
  type Database,
  type EventLog,
  type Logger,
  type StoredEvent,
  type Tx,
} from '@rampart/kit'
import type { Approvals } from './approvals.ts'
import type { Changes } from './changes.ts'
import { CHANGED, digestsOf, sameBinding } from './giving.ts'
import type { EvidenceFact, EvidencePort, VersionsPort } from './ports.ts'
import type { Binding, Standings } from './standing.ts'
import * as store from './store.ts'

export type FollowDeps<Fact extends EvidenceFact> = {
  readonly database: Pick<Database, 'read'>
  readonly eventLog: Pick<EventLog, 'consumer'>
  readonly clock: Clock
  readonly logger: Logger
  readonly evidence: EvidencePort<Fact>
  readonly versions: VersionsPort
  readonly standings: Standings<Fact>
  readonly changes: Changes
  readonly approvals: Pick<Approvals, 'expire'>
}

const BY = principalName(componentPrincipal('approvals', []))
const SWEEP_MS = 15_000
const SWEEP_BATCH = 100

export const createFollow = <Fact extends EvidenceFact>(deps: FollowDeps<Fact>) => {
  const { versions, evidence, standings, changes, clock, logger } = deps
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<void> = Promise.resolve()

  const withdraw = async (tx: Tx, version: ModelVersion): Promise<void> => {
    const newest = await store.lockNewest(tx, version)
    if (newest?.state !== 'open') return
    const text = `the version is ${version.stage}`
    await changes.change(tx, newest, { action: 'withdrawn', principal: BY, text })
  }

  /** An open request about something else than what is there now is closed; true when one is still open. */
  const refreshOpen = async (
    tx: Tx,
    newest: store.ApprovalRequest | undefined,
    version: ModelVersion,
    binding: Binding,
  ): Promise<boolean> => {
    if (newest?.state !== 'open') return false
    if (newest.digest === version.digest && sameBinding(newest, binding)) return true
    await changes.change(tx, newest, { action: 'stale', principal: BY, text: CHANGED })
    return false
  }

  /** Brings the requests of one version in line with where it stands; `since`: a later request speaks for itself. */
  const align = async (tx: Tx, ref: { name: string; version: string }, since?: string): Promise<void> => {
    const version = await versions.find(tx, ref)
    if (version === undefined) return
    if (version.stage !== 'assessed' && version.stage !== 'approved' && version.stage !== 'deployed')
      return withdraw(tx, version)
    const locked = await versions.lock(tx, ref)
    const facts = await evidence.evidenceIn(tx, digestsOf(locked))
    const { binding, standing } = await standings.count(tx, locked, facts)
    const newest = await store.lockNewest(tx, ref)
    if (locked.stage === 'assessed') {
      const wasOpen = newest?.state === 'open'
      if (await refreshOpen(tx, newest, locked, binding)) return
      const isLater = since !== undefined && newest !== undefined && newest.createdAt.toISOString() >= since
      if (wasOpen || (since !== undefined && !isLater))
        await changes.open(tx, { version: locked, binding, by: BY, reason: 'passed its assessment' })
      return
    }
    const isOpen = await refreshOpen(tx, newest, locked, binding)
    if (standing.met || isOpen) return
    if (newest?.state === 'rejected' && sameBinding(newest, binding)) return
    const reason = `has to be approved again: ${standing.reasons.join('; ')}`.slice(0, 2000)
    await changes.open(tx, { version: locked, binding, by: BY, reason })
  }

  const handle = async ({ type, data, time }: StoredEvent, tx: Tx): Promise<void> => {
    if (type === 'rampart.model-version.transitioned.v1') {
      const { name, version, to } = data as { name: string; version: string; to: string }
      return align(tx, { name, version }, to === 'assessed' ? time : undefined)
    }
    const { subjects } = data as { subjects: readonly string[]; digest: Digest }
    for (const subject of [...subjects].sort()) {
      const ref = parseModelVersionRef(subject)
      if (ref !== undefined) await align(tx, ref)
    }
  }

  const consumer = deps.eventLog.consumer({
    name: 'approvals',
    types: ['rampart.model-version.transitioned.v1', 'rampart.verdict.changed.v1'],
    handle,
  })

  const sweep = async (): Promise<void> => {
    const overdue = await deps.database.read(ALL_TENANTS, (tx) =>
      store.listOverdue(tx, clock.iso(), SWEEP_BATCH),
    )
    for (const { tenant, id } of overdue) await deps.approvals.expire(tenant, id)
  }
  const sweepSoon = (): void => {
    sweeping = sweeping
      .then(sweep)
      .catch((error: unknown) => logger.warn({ err: error }, 'approval.sweep-failed'))
  }

  return {
    /** Closes now what nobody answered in time. */
    sweep,
    start: async (): Promise<void> => {
      await consumer.start()
      timer = setInterval(sweepSoon, SWEEP_MS)
      timer.unref()
      sweepSoon()
    },
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await consumer.stop()
      await sweeping
    },
  }
}
