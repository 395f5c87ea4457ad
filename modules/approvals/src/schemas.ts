/** Shapes of requests for approval and delegations on the wire. */
import { APPROVAL_STATES, MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import { ListQuery } from '@rampart/kit'
import { Type } from 'typebox'

const closed = { additionalProperties: false } as const
const text = Type.String()
const maybe = Type.Optional(Type.String())
const strings = Type.Array(Type.String())
const Reason = Type.String({ minLength: 1, maxLength: 2000 })
const Person = Type.String({ pattern: '^user:[^\\s]{1,256}$', description: 'user:ID' })

export const RefParams = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }), version: Type.String({ pattern: VERSION_PATTERN }) },
  closed,
)
export const IdParams = Type.Object(
  { id: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }) },
  closed,
)

const State = Type.Enum([...APPROVAL_STATES])

const Right = Type.Object(
  {
    allow: Type.Boolean(),
    reasons: strings,
    onBehalfOf: Type.Optional(Type.String({ description: 'whose right it is, when it is not his own' })),
  },
  { description: "policy's answer for the caller, before he clicks" },
)

const view = {
  id: text,
  name: Type.String({ description: 'NAME:VERSION' }),
  model: text,
  version: text,
  digest: text,
  stage: text,
  state: State,
  reason: text,
  requestedBy: text,
  approvers: strings,
  createdAt: text,
  updatedAt: text,
  expiresAt: text,
  revision: Type.Integer(),
  missing: Type.Array(Type.String(), { description: 'what is still needed, in words' }),
  needs: Type.Record(Type.String(), Type.Number(), { description: 'approvals needed by role' }),
  quorums: strings,
  given: Type.Integer({ description: 'approvals that count now' }),
  mayApprove: Right,
  mayReject: Right,
}

export const ApprovalView = Type.Object(view)

export const ApprovalDetail = Type.Object({
  ...view,
  evidenceDigest: text,
  policyDigest: text,
  bindingIsCurrent: Type.Boolean({
    description: 'false: bytes, evidence or policy changed since it was opened',
  }),
  approvals: Type.Array(
    Type.Object({
      evidence: text,
      approver: text,
      onBehalfOf: maybe,
      roles: strings,
      reason: text,
      at: text,
      expiresAt: maybe,
      counts: Type.Boolean(),
      why: maybe,
    }),
  ),
  history: Type.Array(Type.Object({ action: text, principal: text, text, time: text })),
})

export const ApprovalListQuery = Type.Object(
  {
    ...ListQuery.properties,
    state: Type.Optional(State),
    model: Type.Optional(Type.String({ pattern: MODEL_NAME_PATTERN })),
    version: Type.Optional(Type.String({ pattern: VERSION_PATTERN })),
    waitingForMe: Type.Optional(Type.Boolean({ description: 'only open ones that the caller may approve' })),
  },
  closed,
)

export const OpenBody = Type.Object(
  {
    model: Type.String({ pattern: MODEL_NAME_PATTERN }),
    version: Type.String({ pattern: VERSION_PATTERN }),
    reason: Reason,
    approvers: Type.Optional(Type.Array(Person, { maxItems: 50, description: 'who is asked by name' })),
    expiresAt: Type.Optional(Type.String({ format: 'date-time' })),
  },
  closed,
)

export const AnswerBody = Type.Object({ reason: Reason, onBehalfOf: Type.Optional(Person) }, closed)
export const TextBody = Type.Object({ text: Reason }, closed)

export const AnsweredView = Type.Object({
  id: Type.String({ description: 'the request' }),
  name: text,
  state: State,
  revision: Type.Integer(),
  met: Type.Boolean({ description: 'whether the approvals are enough now' }),
  missing: strings,
})

export const DelegateBody = Type.Object(
  { to: Person, until: Type.String({ format: 'date-time' }), reason: Reason },
  closed,
)

export const DelegationView = Type.Object({
  id: text,
  holder: text,
  delegate: text,
  roles: strings,
  reason: text,
  createdAt: text,
  until: text,
  state: Type.Enum(['active', 'ended', 'revoked']),
})
