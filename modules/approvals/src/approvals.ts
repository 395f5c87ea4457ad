/** Use cases of approvals: ask, approve, reject, comment, withdraw. State, signed statement and audit entry are one transaction. */
import {
  type Decision,
  formatModelVersionRef,
  type ModelVersion,
  type ModelVersionRef,
  type Principal,
  principalName,
} from '@rampart/domain'
import type { Clock, Database, Tx } from '@rampart/kit'
import type { Changes } from './changes.ts'
import { refOf } from './changes.ts'
import { holdDelegation } from './delegation-store.ts'
import { approvalErrors } from './errors.ts'
import { type Answer, type Answered, CHANGED, createGiving, digestsOf, sameBinding } from './giving.ts'
import type { EvidenceFact, EvidencePort, PolicyPort, VersionsPort } from './ports.ts'
import type { Candidate, Standings } from './standing.ts'
import * as store from './store.ts'

export type ApprovalsDeps<Fact extends EvidenceFact> = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly policy: PolicyPort
  readonly evidence: EvidencePort<Fact>
  readonly versions: VersionsPort
  readonly standings: Standings<Fact>
  readonly changes: Changes
}

export type OpenRequest = {
  readonly reason: string
  readonly approvers?: readonly string[]
  readonly expiresAt?: string
}

/** Stages that an approval speaks for; beyond `assessed` it is given again because the first counts no more. */
const WAITS: ReadonlySet<string> = new Set(['assessed', 'approved', 'deployed'])
const DAY_MS = 86_400_000
const MAX_REQUEST_DAYS = 90

type Refused =
  | { readonly kind: 'step'; readonly version: ModelVersion; readonly decision: Decision }
  | { readonly kind: 'policy'; readonly version: ModelVersion; readonly decision: Decision }
  | { readonly kind: 'changed'; readonly version: ModelVersion }
type Outcome =
  | Refused
  | { readonly kind: 'answered'; readonly before: ModelVersion; readonly answered: Answered }

export const createApprovals = <Fact extends EvidenceFact>(deps: ApprovalsDeps<Fact>) => {
  const { database, clock, policy, evidence, versions, standings, changes } = deps
  const { isOver, closeOverdue, currentRequest, give, refuse } = createGiving(deps)

  const candidateOf = async (tx: Tx, principal: Principal, onBehalfOf?: string): Promise<Candidate> => {
    const person = principalName(principal)
    if (onBehalfOf === undefined) return { person, roles: principal.roles }
    const held = await holdDelegation(tx, { holder: onBehalfOf, delegate: person, now: clock.iso() })
    return {
      person,
      roles: principal.roles,
      onBehalfOf,
      ...(held === undefined ? {} : { delegatedRoles: held.roles }),
    }
  }

  /** What an approval of this version would be judged by, with the version and its newest request locked. */
  const look = async (tx: Tx, principal: Principal, ref: ModelVersionRef, answer: Answer) => {
    const version = await versions.lock(tx, ref, answer.versionRevision)
    if (!WAITS.has(version.stage)) throw versions.illegal(version)
    const facts = await evidence.evidenceIn(tx, digestsOf(version))
    const candidate = await candidateOf(tx, principal, answer.onBehalfOf)
    const count = await standings.count(tx, version, facts, candidate)
    const newest = await store.lockNewest(tx, ref)
    if (answer.request !== undefined) requireAnswerable(answer.request, newest)
    return { version, candidate, count, newest }
  }
  type Look = Awaited<ReturnType<typeof look>>

  const requireAnswerable = (
    asked: NonNullable<Answer['request']>,
    newest: store.ApprovalRequest | undefined,
  ): void => {
    if (newest === undefined || newest.id !== asked.id || newest.state !== 'open' || isOver(newest))
      throw approvalErrors.APPROVAL_CLOSED('The request is not open any more.')
    if (asked.revision !== undefined && asked.revision !== newest.revision)
      throw approvalErrors.APPROVAL_REVISION_CHANGED(
        `The request's revision is ${newest.revision}, not ${asked.revision}.`,
      )
  }

  /** True when the caller looked at something else than what is there now; then that is what waits from here on. */
  const hasChanged = async (tx: Tx, { version, newest, count }: Look, answer: Answer, by: string) => {
    if (answer.request?.revision === undefined || newest === undefined) return false
    if (sameBinding(newest, count.binding)) return false
    await currentRequest(tx, { version, newest, binding: count.binding, by })
    return true
  }

  const ask = async (
    tx: Tx,
    principal: Principal,
    { version, count, newest }: Look,
    question: 'approve' | 'reject',
  ): Promise<Decision> => {
    const decision = await policy.decide({
      pack: 'approval',
      principal,
      entity: { kind: 'model-version', id: formatModelVersionRef(version) },
      input: count.ask(question),
      tx,
    })
    if (!decision.allow)
      await changes.refused(tx, principal, {
        request: newest?.id ?? formatModelVersionRef(version),
        action: question,
        details: {
          version: formatModelVersionRef(version),
          decision: decision.id,
          reasons: decision.reasons,
        },
      })
    return decision
  }

  const approveIn = async (
    tx: Tx,
    principal: Principal,
    ref: ModelVersionRef,
    answer: Answer,
  ): Promise<Outcome> => {
    const looked = await look(tx, principal, ref, answer)
    const { version, count, newest } = looked
    const by = principalName(principal)
    if (version.stage !== 'assessed' && count.standing.met) throw versions.illegal(version)
    if (
      newest?.state === 'rejected' &&
      newest.digest === version.digest &&
      sameBinding(newest, count.binding)
    )
      throw approvalErrors.APPROVAL_REJECTED(`${refOf(newest)} was rejected as it is.`)
    if (await hasChanged(tx, looked, answer, by)) return { kind: 'changed', version }
    if (version.stage === 'assessed') {
      const supposed = { met: true, reasons: [], counted: [], persons: [by] }
      const { reason } = answer
      const may = await versions.mayApprove({ tx, principal, version, reason, approval: supposed })
      if (!may.allow) return { kind: 'step', version, decision: may }
    }
    const decision = await ask(tx, principal, looked, 'approve')
    if (!decision.allow) return { kind: 'policy', version, decision }
    const answered = await give(tx, principal, { ...looked, answer, decision })
    return { kind: 'answered', before: version, answered }
  }

  const rejectIn = async (
    tx: Tx,
    principal: Principal,
    ref: ModelVersionRef,
    answer: Answer,
  ): Promise<Outcome> => {
    const looked = await look(tx, principal, ref, answer)
    const { version, newest } = looked
    if (await hasChanged(tx, looked, answer, principalName(principal))) return { kind: 'changed', version }
    if (version.stage !== 'assessed' && newest?.state !== 'open')
      throw approvalErrors.APPROVAL_STAGE(
        `${formatModelVersionRef(version)} is ${version.stage}: quarantine it instead.`,
      )
    const decision = await ask(tx, principal, looked, 'reject')
    if (!decision.allow) return { kind: 'policy', version, decision }
    return {
      kind: 'answered',
      before: version,
      answered: await refuse(tx, principal, { ...looked, answer, decision }),
    }
  }

  /** Refusals are thrown only after what they left on record is committed. */
  const conclude = async (outcome: Outcome): Promise<Answered> => {
    switch (outcome.kind) {
      case 'step':
        throw versions.denied(outcome.version, outcome.decision)
      case 'policy': {
        const { id, reasons } = outcome.decision
        throw approvalErrors.APPROVAL_DENIED(
          `${formatModelVersionRef(outcome.version)}: ${reasons.join('; ')}`,
          { details: { decisionId: id, reasons } },
        )
      }
      case 'changed':
        throw approvalErrors.APPROVAL_REVISION_CHANGED(`${CHANGED}; a new request is open.`)
      case 'answered':
        await versions.settle(outcome.before)
        return outcome.answered
    }
  }

  const requestFor = async (tenant: string, id: string): Promise<store.ApprovalRequest> => {
    const found = await database.read(tenant, (tx) => store.findRequest(tx, id))
    if (found === undefined) throw approvalErrors.APPROVAL_NOT_FOUND(`There is no request ${id}.`)
    return found
  }

  /** Locks the version before the request, in the order of everybody else. */
  const withRequest = async <T>(
    tenant: string,
    id: string,
    work: (tx: Tx, request: store.ApprovalRequest) => Promise<T>,
  ): Promise<T> => {
    const { name, version } = await requestFor(tenant, id)
    return database.tx(tenant, async (tx) => {
      await versions.lock(tx, { name, version })
      const request = await store.lockRequest(tx, id)
      if (request === undefined) throw approvalErrors.APPROVAL_NOT_FOUND(`There is no request ${id}.`)
      return work(tx, request)
    })
  }

  const requireOpen = (request: store.ApprovalRequest): void => {
    if (request.state !== 'open') throw approvalErrors.APPROVAL_CLOSED(`The request is ${request.state}.`)
  }

  return {
    /**
     * One approval. When it completes the quorum the version moves to `approved` in the same transaction; a version in
     * use whose approvals count no more is approved again and stays where it is.
     */
    approve: async (principal: Principal, ref: ModelVersionRef, answer: Answer): Promise<Answered> =>
      conclude(await database.tx(principal.tenant, (tx) => approveIn(tx, principal, ref, answer))),
    reject: async (principal: Principal, ref: ModelVersionRef, answer: Answer): Promise<Answered> =>
      conclude(await database.tx(principal.tenant, (tx) => rejectIn(tx, principal, ref, answer))),
    /** Asks for an approval by hand: again after a rejection, or of somebody by name. */
    open: (principal: Principal, ref: ModelVersionRef, asked: OpenRequest): Promise<store.ApprovalRequest> =>
      database.tx(principal.tenant, async (tx) => {
        const { expiresAt } = asked
        if (expiresAt !== undefined) requireSoon(expiresAt, clock.now())
        const version = await versions.lock(tx, ref)
        const facts = await evidence.evidenceIn(tx, digestsOf(version))
        const { binding, standing } = await standings.count(tx, version, facts)
        if (!WAITS.has(version.stage) || (version.stage !== 'assessed' && standing.met))
          throw approvalErrors.APPROVAL_STAGE(
            `${refOf(version)} is ${version.stage} and waits for no approval.`,
          )
        const newest = await store.lockNewest(tx, ref)
        if (newest?.state === 'open' && isOver(newest)) await closeOverdue(tx, newest)
        return changes.open(tx, { version, binding, by: principalName(principal), ...asked })
      }),
    comment: (principal: Principal, id: string, text: string): Promise<store.ApprovalRequest> =>
      withRequest(principal.tenant, id, (tx, request) =>
        changes.change(tx, request, { action: 'commented', principal: principalName(principal), text }),
      ),
    /** By who asked, who registered the version, or an administrator. */
    withdraw: (principal: Principal, id: string, text: string): Promise<store.ApprovalRequest> =>
      withRequest(principal.tenant, id, async (tx, request) => {
        requireOpen(request)
        const by = principalName(principal)
        const version = await versions.find(tx, request)
        if (![request.requestedBy, version?.createdBy].includes(by) && !principal.roles.includes('admin'))
          throw approvalErrors.APPROVAL_DENIED(
            'Only who asked, who registered the version or an administrator withdraws.',
          )
        return changes.change(tx, request, { action: 'withdrawn', principal: by, text })
      }),
    /** Closes what nobody answered in time. */
    expire: (tenant: string, id: string): Promise<void> =>
      withRequest(tenant, id, async (tx, request) => {
        if (request.state === 'open' && isOver(request)) await closeOverdue(tx, request)
      }),
    request: requestFor,
  }
}

const requireSoon = (expiresAt: string, nowMs: number): void => {
  const ms = Date.parse(expiresAt) - nowMs
  if (!(ms > 0 && ms <= MAX_REQUEST_DAYS * DAY_MS))
    throw approvalErrors.APPROVAL_INVALID(
      `A request ends within ${MAX_REQUEST_DAYS} days, and in the future.`,
    )
}

export type Approvals = ReturnType<typeof createApprovals>
