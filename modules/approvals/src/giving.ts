/** Giving one approval or refusing it: the open request it answers, the signed statement, the step that it may complete. */
import {
  type ApprovalPredicate,
  type Decision,
  type Digest,
  formatModelVersionRef,
  type ModelVersion,
  PREDICATE,
  type Principal,
  principalName,
  type RejectionPredicate,
} from '@rampart/domain'
import type { Clock, Tx } from '@rampart/kit'
import type { Changes } from './changes.ts'
import { approvalErrors } from './errors.ts'
import type { EvidenceFact, EvidencePort, VersionsPort } from './ports.ts'
import type { Binding, Candidate, Count, Standings } from './standing.ts'
import type * as store from './store.ts'

export type GivingDeps<Fact extends EvidenceFact> = {
  readonly clock: Clock
  readonly evidence: EvidencePort<Fact>
  readonly versions: Pick<VersionsPort, 'approve' | 'denied'>
  readonly standings: Standings<Fact>
  readonly changes: Changes
}

export type Answer = {
  readonly reason: string
  /** Whose right is used; absent: one's own. */
  readonly onBehalfOf?: string
  /** The request that was looked at: refused when it is not the one that is open. */
  readonly request?: { readonly id: string; readonly revision?: number }
  /** Refuses when the version has changed since the caller read it. */
  readonly versionRevision?: number
}

export type Answered = {
  readonly request: store.ApprovalRequest
  readonly version: ModelVersion
  readonly met: boolean
  /** What is still needed, in words. */
  readonly missing: readonly string[]
}

const DAY_MS = 86_400_000

/** What evidence may be about. */
export const digestsOf = ({ digest, artifacts }: ModelVersion): readonly Digest[] => [
  digest,
  ...artifacts.map((artifact) => artifact.digest),
]

export const sameBinding = (request: store.ApprovalRequest, binding: Binding): boolean =>
  request.evidenceDigest === binding.evidence && request.policyDigest === binding.policy

export const CHANGED = 'the bytes, the evidence or the policy changed'

/** What was looked at, with the version and its newest request locked. */
export type Look = {
  readonly version: ModelVersion
  readonly candidate: Candidate
  readonly count: Count & { readonly binding: Binding }
  readonly newest: store.ApprovalRequest | undefined
}

type Given = Omit<Look, 'newest'> & {
  readonly request: store.ApprovalRequest
  readonly answer: Answer
  readonly decision: Decision
}

export const createGiving = <Fact extends EvidenceFact>(deps: GivingDeps<Fact>) => {
  const { clock, evidence, versions, standings, changes } = deps

  const isOver = ({ expiresAt }: store.ApprovalRequest): boolean => expiresAt.getTime() <= clock.now()

  /** The open request about these bytes, this evidence and this policy; another one is closed and a new one opened. */
  const currentRequest = async (
    tx: Tx,
    about: {
      readonly version: ModelVersion
      readonly newest: store.ApprovalRequest | undefined
      readonly binding: Binding
      readonly by: string
    },
  ): Promise<store.ApprovalRequest> => {
    const { version, newest, binding, by } = about
    if (newest?.state === 'open' && newest.digest === version.digest) {
      if (isOver(newest)) await closeOverdue(tx, newest)
      else if (sameBinding(newest, binding)) return newest
      else await changes.change(tx, newest, { action: 'stale', principal: by, text: CHANGED })
    }
    return changes.open(tx, { version, binding, by, reason: 'waits for approval' })
  }

  const closeOverdue = (tx: Tx, request: store.ApprovalRequest) =>
    changes.change(tx, request, {
      action: 'expired',
      principal: 'component:approvals',
      text: 'nobody answered in time',
    })

  const rolesOf = ({ onBehalfOf, delegatedRoles, roles }: Candidate): readonly string[] =>
    onBehalfOf === undefined ? roles : (delegatedRoles ?? [])

  const attest = async (tx: Tx, principal: Principal, given: Given): Promise<string> => {
    const { version, request, candidate, answer, count, decision } = given
    const { onBehalfOf } = candidate
    const predicate: ApprovalPredicate = {
      model: version.name,
      version: version.version,
      tenant: version.tenant,
      approver: candidate.person,
      reason: answer.reason,
      decisionId: decision.id,
      approvedAt: clock.iso(),
      roles: rolesOf(candidate),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      request: request.id,
      evidenceDigest: count.binding.evidence,
      policyDigest: count.binding.policy,
      ...(count.validDays === 0
        ? {}
        : { expiresAt: new Date(clock.now() + count.validDays * DAY_MS).toISOString() }),
    }
    const subjectName = formatModelVersionRef(version)
    const statement = { subjectName, digest: version.digest, predicateType: PREDICATE.approval, predicate }
    return (await evidence.attest(tx, principal, statement)).id
  }

  /** The statement, what it completes, and the step it leads to. Whatever is refused from here on takes all of it back. */
  const give = async (
    tx: Tx,
    principal: Principal,
    looked: Look & { readonly answer: Answer; readonly decision: Decision },
  ): Promise<Answered> => {
    const { version, candidate, count, newest, answer, decision } = looked
    const by = principalName(principal)
    const opened = await currentRequest(tx, { version, newest, binding: count.binding, by })
    const id = await attest(tx, principal, { version, request: opened, candidate, answer, count, decision })
    const facts = await evidence.evidenceIn(tx, digestsOf(version))
    const after = await standings.count(tx, version, facts)
    if (!after.standing.counted.includes(id)) {
      const why = after.ignored.find((one) => one.id === id)?.why ?? 'it was given already'
      throw approvalErrors.APPROVAL_DENIED(`The approval would not count: ${why}.`)
    }
    const details = {
      evidence: id,
      ...(answer.onBehalfOf === undefined ? {} : { onBehalfOf: answer.onBehalfOf }),
    }
    const { met } = after.standing
    const said = { principal: by, text: answer.reason, missing: after.missing, details }
    const given = await changes.change(tx, opened, { action: 'given', ...said })
    const request = met ? await changes.change(tx, given, { action: 'approved', ...said }) : given
    if (met && version.stage === 'assessed') await step(tx, principal, version, answer.reason, after)
    return { request, version, met, missing: after.missing }
  }

  /** The statement that closes the request. */
  const refuse = async (
    tx: Tx,
    principal: Principal,
    looked: Look & { readonly answer: Answer; readonly decision: Decision },
  ): Promise<Answered> => {
    const { version, candidate, count, newest, answer, decision } = looked
    const { binding } = count
    const by = principalName(principal)
    const open = await currentRequest(tx, { version, newest, binding, by })
    const { onBehalfOf } = candidate
    const predicate: RejectionPredicate = {
      model: version.name,
      version: version.version,
      tenant: version.tenant,
      rejectedBy: candidate.person,
      reason: answer.reason,
      decisionId: decision.id,
      rejectedAt: clock.iso(),
      roles: rolesOf(candidate),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      request: open.id,
      evidenceDigest: binding.evidence,
      policyDigest: binding.policy,
    }
    const { id } = await evidence.attest(tx, principal, {
      subjectName: formatModelVersionRef(version),
      digest: version.digest,
      predicateType: PREDICATE.rejection,
      predicate,
    })
    const details = { decision: decision.id, evidence: id }
    const said = { action: 'rejected', principal: by, text: answer.reason, details } as const
    return { request: await changes.change(tx, open, said), version, met: false, missing: [] }
  }

  const step = async (
    tx: Tx,
    principal: Principal,
    version: ModelVersion,
    reason: string,
    { standing }: Count,
  ): Promise<void> => {
    const taken = await versions.approve({ tx, principal, version, reason, approval: standing })
    if (!taken.allow) throw versions.denied(version, taken)
  }

  return { isOver, closeOverdue, currentRequest, give, refuse }
}
