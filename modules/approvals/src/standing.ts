/** From signed approvals to what the policy pack `approval` says of them. The statements decide; requests only close them. */
import {
  type ApprovalStanding,
  type DecisionResult,
  type Digest,
  type ModelVersion,
  PREDICATE,
} from '@rampart/domain'
import type { Clock, Tx } from '@rampart/kit'
import type { ApprovalPack, EvidenceFact } from './ports.ts'
import * as store from './store.ts'

/** Digests of what an approval rests on. */
export type Binding = { readonly evidence: Digest; readonly policy: Digest }

export type StandingDeps<Fact extends EvidenceFact> = {
  readonly clock: Clock
  readonly mode: 'development' | 'production'
  readonly pack: () => ApprovalPack
  /** Over every policy that an approval rests on. */
  readonly policyDigest: () => Digest
  /** Over what the evidence about a version says, not over who said it when. */
  readonly evidenceDigest: (version: ModelVersion, facts: readonly Fact[], nowMs: number) => Digest
}

export type Candidate = {
  readonly person: string
  readonly roles: readonly string[]
  readonly onBehalfOf?: string
  /** The roles handed over; absent when nothing is. */
  readonly delegatedRoles?: readonly string[]
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
/** ISO 8601 in UTC with milliseconds, so that texts compare as times do; what is no time has passed. */
const moment = (value: unknown): string => {
  const ms = Date.parse(text(value) ?? '')
  return Number.isFinite(ms) ? new Date(ms).toISOString() : '0000'
}

type Given = Readonly<Record<string, unknown>> & { readonly id: string; readonly expires_at?: string }

const givenOf = (fact: EvidenceFact, states: ReadonlyMap<string, string>): Given => {
  const { predicate } = fact
  const request = text(predicate.request)
  const state = request === undefined ? undefined : states.get(request)
  const optional = {
    on_behalf_of: text(predicate.onBehalfOf),
    request,
    request_state: state,
    evidence: text(predicate.evidenceDigest),
    policy: text(predicate.policyDigest),
    expires_at: predicate.expiresAt === undefined ? undefined : moment(predicate.expiresAt),
  }
  return {
    id: fact.id,
    verified: fact.verified && fact.subjectName === `${text(predicate.model)}:${text(predicate.version)}`,
    subject_digest: fact.subjectDigest,
    tenant: text(predicate.tenant) ?? '',
    model: text(predicate.model) ?? '',
    version: text(predicate.version) ?? '',
    approver: text(predicate.approver) ?? '',
    // Before roles were written down, the promotion policy had made sure of one.
    roles: predicate.roles === undefined ? ['approver'] : texts(predicate.roles),
    approved_at: text(predicate.approvedAt) ?? '',
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  } as Given
}

const isApproval = ({ predicateType }: EvidenceFact): boolean => predicateType === PREDICATE.approval
const byAge = (a: EvidenceFact, b: EvidenceFact): number =>
  `${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? -1 : 1

/** What the pack's obligations tell; anything unreadable is empty. */
export type Count = {
  readonly standing: ApprovalStanding
  readonly needs: Readonly<Record<string, number>>
  readonly quorums: readonly string[]
  readonly missing: readonly string[]
  readonly ignored: readonly { readonly id: string; readonly why: string }[]
  readonly mayApprove: { readonly allow: boolean; readonly reasons: readonly string[] }
  readonly mayReject: { readonly allow: boolean; readonly reasons: readonly string[] }
  readonly validDays: number
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const answerOf = (value: unknown): Count['mayApprove'] => {
  const { allow, reasons } = record(value)
  return { allow: allow === true, reasons: texts(reasons) }
}

const readCount = (result: DecisionResult, given: readonly Given[]): Count => {
  const { obligations } = result
  const counted = texts(obligations.counted)
  const ends = given.flatMap(({ id, expires_at: end }) =>
    counted.includes(id) && end !== undefined ? [end] : [],
  )
  const [first] = ends.sort()
  const days = obligations.valid_days
  return {
    standing: {
      met: result.allow,
      reasons: result.allow ? [] : result.reasons,
      counted,
      persons: texts(obligations.persons),
      ...(first === undefined ? {} : { expiresAt: first }),
    },
    needs: record(obligations.needs) as Record<string, number>,
    quorums: texts(obligations.quorums),
    missing: texts(obligations.missing),
    ignored: (Array.isArray(obligations.ignored) ? obligations.ignored : []).map((one) => ({
      id: text(record(one).id) ?? '',
      why: text(record(one).why) ?? '',
    })),
    mayApprove: answerOf(obligations.may_approve),
    mayReject: answerOf(obligations.may_reject),
    validDays: typeof days === 'number' && days > 0 ? days : 0,
  }
}

export type Question = 'quorum' | 'approve' | 'reject'

export const createStandings = <Fact extends EvidenceFact>(deps: StandingDeps<Fact>) => {
  const { clock, mode } = deps

  const bindingOf = (version: ModelVersion, facts: readonly Fact[]): Binding => ({
    evidence: deps.evidenceDigest(version, facts, clock.now()),
    policy: deps.policyDigest(),
  })

  const givenFor = async (tx: Tx, version: ModelVersion, facts: readonly Fact[]): Promise<Given[]> => {
    const approvals = facts.filter(isApproval).sort(byAge)
    const requests = approvals.flatMap(({ predicate }) => text(predicate.request) ?? [])
    const states = await store.statesOf(tx, version, requests)
    return approvals.map((fact) => givenOf(fact, states))
  }

  /** The document that the pack reads; its names are the policy author's interface. */
  const input = (
    question: Question,
    version: ModelVersion,
    about: { readonly binding: Binding; readonly given: readonly Given[]; readonly candidate?: Candidate },
  ): Record<string, unknown> => {
    const { candidate } = about
    return {
      question,
      mode,
      now: clock.iso(),
      version: {
        name: version.name,
        version: version.version,
        tenant: version.tenant,
        digest: version.digest,
        labels: version.spec.labels ?? {},
        created_by: version.createdBy,
      },
      binding: about.binding,
      approvals: about.given,
      ...(candidate === undefined ? {} : { candidate: candidateInput(candidate) }),
    }
  }

  /** What the pack is asked about a version, and with what answer. */
  const count = async (
    tx: Tx,
    version: ModelVersion,
    facts: readonly Fact[],
    candidate?: Candidate,
  ): Promise<
    Count & { readonly binding: Binding; readonly ask: (question: Question) => Record<string, unknown> }
  > => {
    const binding = bindingOf(version, facts)
    const given = await givenFor(tx, version, facts)
    const about = { binding, given, ...(candidate === undefined ? {} : { candidate }) }
    const result = deps.pack().evaluate(input('quorum', version, about))
    return { ...readCount(result, given), binding, ask: (question) => input(question, version, about) }
  }

  return {
    count,
    standing: async (tx: Tx, version: ModelVersion, facts: readonly Fact[]): Promise<ApprovalStanding> =>
      (await count(tx, version, facts)).standing,
    /** Another value means: every standing may be another. */
    policyDigest: deps.policyDigest,
  }
}

const candidateInput = ({ person, roles, onBehalfOf, delegatedRoles }: Candidate) => ({
  person,
  roles,
  ...(onBehalfOf === undefined
    ? {}
    : {
        on_behalf_of: onBehalfOf,
        delegated: delegatedRoles !== undefined,
        delegated_roles: delegatedRoles ?? [],
      }),
})

export type Standings<Fact extends EvidenceFact> = ReturnType<typeof createStandings<Fact>>
