/** What people are shown of a request: what is still needed, what they may do about it, and why not. */
import { type ModelVersion, type Principal, principalName } from '@rampart/domain'
import type { Clock, Database, Tx } from '@rampart/kit'
import { refOf } from './changes.ts'
import { activeDelegations } from './delegation-store.ts'
import { approvalErrors } from './errors.ts'
import { digestsOf } from './giving.ts'
import type { EvidenceFact, EvidencePort, VersionsPort } from './ports.ts'
import type { Candidate, Count, Standings } from './standing.ts'
import * as store from './store.ts'

export type ViewsDeps<Fact extends EvidenceFact> = {
  readonly database: Pick<Database, 'read'>
  readonly clock: Clock
  readonly evidence: EvidencePort<Fact>
  readonly versions: Pick<VersionsPort, 'find'>
  readonly standings: Standings<Fact>
}

export type Right = {
  readonly allow: boolean
  readonly reasons: readonly string[]
  readonly onBehalfOf?: string
}

export type RequestView = {
  readonly id: string
  readonly model: string
  readonly version: string
  readonly name: string
  readonly digest: string
  readonly stage: string
  readonly state: string
  readonly reason: string
  readonly requestedBy: string
  readonly approvers: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
  readonly expiresAt: string
  readonly revision: number
  /** What is still needed, in words; empty when the approvals are enough. */
  readonly missing: readonly string[]
  readonly needs: Readonly<Record<string, number>>
  readonly quorums: readonly string[]
  readonly given: number
  readonly mayApprove: Right
  readonly mayReject: Right
}

export type ListFilter = store.RequestFilter & { readonly waitingForMe?: boolean }

const SCANNED = 500

export const createViews = <Fact extends EvidenceFact>(deps: ViewsDeps<Fact>) => {
  const { database, clock, evidence, versions, standings } = deps

  /** In his own right first, then in those that were handed to him. */
  const candidatesOf = async (tx: Tx, principal: Principal): Promise<readonly Candidate[]> => {
    const person = principalName(principal)
    const { roles } = principal
    const handed = (await activeDelegations(tx, clock.iso())).filter(({ delegate }) => delegate === person)
    return [
      { person, roles },
      ...handed.map(({ holder, roles: delegatedRoles }) => ({
        person,
        roles,
        onBehalfOf: holder,
        delegatedRoles,
      })),
    ]
  }

  const rightOf = (
    counts: readonly (Count & { candidate: Candidate })[],
    of: 'mayApprove' | 'mayReject',
  ): Right => {
    const [first] = counts
    const found = counts.find((one) => one[of].allow) ?? first
    if (found === undefined) return { allow: false, reasons: [] }
    const { onBehalfOf } = found.candidate
    return { ...found[of], ...(onBehalfOf === undefined || !found[of].allow ? {} : { onBehalfOf }) }
  }

  const countsFor = async (
    tx: Tx,
    version: ModelVersion,
    facts: readonly Fact[],
    candidates: readonly Candidate[],
  ) => {
    const counts = []
    for (const candidate of candidates)
      counts.push({ ...(await standings.count(tx, version, facts, candidate)), candidate })
    return counts
  }

  const viewIn = async (tx: Tx, request: store.ApprovalRequest, candidates: readonly Candidate[]) => {
    const version = await versions.find(tx, request)
    if (version === undefined) throw approvalErrors.APPROVAL_NOT_FOUND(`${refOf(request)} is gone.`)
    const facts = await evidence.evidenceIn(tx, digestsOf(version))
    const counts = await countsFor(tx, version, facts, candidates)
    const [count] = counts
    if (count === undefined) throw new Error('nobody asks')
    const closed: Right = { allow: false, reasons: [`the request is ${request.state}`] }
    const isOpen = request.state === 'open'
    const view: RequestView = {
      id: request.id,
      model: request.name,
      version: request.version,
      name: refOf(request),
      digest: request.digest,
      stage: version.stage,
      state: request.state,
      reason: request.reason,
      requestedBy: request.requestedBy,
      approvers: request.approvers,
      createdAt: request.createdAt.toISOString(),
      updatedAt: request.updatedAt.toISOString(),
      expiresAt: request.expiresAt.toISOString(),
      revision: request.revision,
      missing: isOpen ? count.missing : [],
      needs: count.needs,
      quorums: count.quorums,
      given: count.standing.counted.length,
      mayApprove: isOpen ? rightOf(counts, 'mayApprove') : closed,
      mayReject: isOpen ? rightOf(counts, 'mayReject') : closed,
    }
    return { view, count, facts }
  }

  return {
    /** Newest first. `waitingForMe`: open ones that the principal may approve now. */
    list: (
      principal: Principal,
      filter: ListFilter,
    ): Promise<{ items: readonly RequestView[]; next?: string }> =>
      database.read(principal.tenant, async (tx) => {
        const { waitingForMe = false, limit, ...rest } = filter
        const query = waitingForMe
          ? { ...rest, state: 'open' as const, limit: SCANNED }
          : { ...rest, limit: limit + 1 }
        const found = await store.listRequests(tx, query)
        const candidates = await candidatesOf(tx, principal)
        const views: RequestView[] = []
        for (const request of waitingForMe ? found : found.slice(0, limit)) {
          const { view } = await viewIn(tx, request, candidates)
          if (!waitingForMe || view.mayApprove.allow) views.push(view)
          if (views.length >= limit) break
        }
        const last = found[limit - 1]
        return {
          items: views,
          ...(!waitingForMe && found.length > limit && last !== undefined ? { next: last.seq } : {}),
        }
      }),
    /** With its history, its approvals and why some do not count. */
    detail: (principal: Principal, id: string) =>
      database.read(principal.tenant, async (tx) => {
        const request = await store.findRequest(tx, id)
        if (request === undefined) throw approvalErrors.APPROVAL_NOT_FOUND(`There is no request ${id}.`)
        const { view, count, facts } = await viewIn(tx, request, await candidatesOf(tx, principal))
        const ignored = new Map(count.ignored.map((one) => [one.id, one.why]))
        const approvals = facts
          .filter(({ predicate }) => predicate.request === id)
          .map(({ id: evidenceId, predicate, createdAt }) => ({
            evidence: evidenceId,
            approver: String(predicate.approver),
            ...(typeof predicate.onBehalfOf === 'string' ? { onBehalfOf: predicate.onBehalfOf } : {}),
            roles: Array.isArray(predicate.roles) ? predicate.roles.map(String) : [],
            reason: String(predicate.reason),
            at: createdAt,
            ...(typeof predicate.expiresAt === 'string' ? { expiresAt: predicate.expiresAt } : {}),
            counts: count.standing.counted.includes(evidenceId),
            ...(ignored.has(evidenceId) ? { why: ignored.get(evidenceId) as string } : {}),
          }))
        const history = await store.listHistory(tx, id)
        return {
          ...view,
          evidenceDigest: request.evidenceDigest,
          policyDigest: request.policyDigest,
          bindingIsCurrent:
            request.evidenceDigest === count.binding.evidence &&
            request.policyDigest === count.binding.policy,
          approvals,
          history: history.map(({ action, principal: by, text, time }) => ({
            action,
            principal: by,
            text,
            time: time.toISOString(),
          })),
        }
      }),
    /** Whether the principal may approve a version, in his own right or one that was handed to him. */
    preview: async (
      tx: Tx,
      principal: Principal,
      version: ModelVersion,
      facts: readonly Fact[],
    ): Promise<Right> =>
      rightOf(await countsFor(tx, version, facts, await candidatesOf(tx, principal)), 'mayApprove'),
  }
}
