/** Requests for approval of the mock: one open per assessed version, answered by the mock's own rules about steps. */
import type { Approval, ApprovalDetail, Delegation } from '../src/api/approval-queries.ts'
import { type Call, ok, problem, type Route, route } from './router.ts'
import { refusals, step } from './routes-models.ts'
import { iso, type World } from './world.ts'
import { type MockVersion, ref } from './world-models.ts'

const DAY_MS = 86_400_000

/** The same version has the same request, whoever looks. */
const idOf = (world: World, item: MockVersion): string =>
  `0199f5b0-0000-7000-8000-${String(world.versions.indexOf(item)).padStart(12, '0')}`

export const approvalRoutes = (world: World): readonly Route[] => {
  const answered = new Map<string, Approval['state']>()
  const said = new Map<string, ApprovalDetail['history']>()
  let delegations: readonly Delegation[] = world.empty
    ? []
    : [
        {
          id: '0199f5c0-0000-7000-8000-000000000001',
          holder: 'user:maria',
          delegate: 'user:admin',
          roles: ['approver'],
          reason: 'On leave until Saturday',
          createdAt: iso(world.now() - DAY_MS),
          until: iso(world.now() + 5 * DAY_MS),
          state: 'active',
        },
      ]
  const asked = () =>
    world.versions.filter((item) => item.stage === 'assessed' || answered.has(idOf(world, item)))
  const find = (id: string | undefined) => asked().find((item) => idOf(world, item) === id)

  const view = (item: MockVersion, call: Call): Approval => {
    const id = idOf(world, item)
    const reasons = refusals(item, 'approved', call)
    const state = answered.get(id) ?? 'open'
    const right = { allow: state === 'open' && reasons.length === 0, reasons }
    return {
      id,
      name: ref(item),
      model: item.name,
      version: item.version,
      digest: item.digest,
      stage: item.stage,
      state,
      reason: 'passed its assessment',
      requestedBy: 'component:approvals',
      approvers: [],
      createdAt: item.updatedAt,
      updatedAt: item.updatedAt,
      expiresAt: iso(Date.parse(item.updatedAt) + 14 * DAY_MS),
      revision: 1,
      missing: state === 'open' ? ['needs 1 more approval by approver'] : [],
      needs: { approver: 1 },
      quorums: ['default'],
      given: state === 'approved' ? 1 : 0,
      mayApprove: right,
      mayReject: right,
    }
  }
  const detail = (item: MockVersion, call: Call): ApprovalDetail => ({
    ...view(item, call),
    evidenceDigest: item.digest,
    policyDigest: item.digest,
    bindingIsCurrent: true,
    approvals: [],
    history: [
      {
        action: 'opened',
        principal: 'component:approvals',
        text: 'passed its assessment',
        time: item.updatedAt,
      },
      ...(said.get(idOf(world, item)) ?? []),
    ],
  })
  const unknown = () => problem(404, 'APPROVAL_NOT_FOUND', 'There is no such request.')
  const note = (item: MockVersion, action: string, text: string, call: Call) => {
    const id = idOf(world, item)
    said.set(id, [
      ...(said.get(id) ?? []),
      { action, principal: call.principal, text, time: iso(world.now()) },
    ])
  }
  const answer = (state: 'approved' | 'rejected') => (call: Call) => {
    const item = find(call.params['id'])
    if (item === undefined) return unknown()
    const reasons = refusals(item, 'approved', call)
    if (reasons.length > 0)
      return problem(403, 'APPROVAL_DENIED', reasons.join('; '), { details: { reasons } })
    const reason = String(call.body['reason'] ?? '')
    if (reason === 'sentinel conflict')
      return problem(409, 'INVENTORY_STALE_REVISION', 'The version changed since you looked.', {
        help: 'Reload and decide again.',
      })
    answered.set(idOf(world, item), state)
    note(item, state, reason, call)
    if (state === 'approved') step(world, item, 'approved', reason, call)
    const { id, name, revision } = view(item, call)
    return ok({ id, name, state, revision: revision + 1, met: state === 'approved', missing: [] })
  }
  return [
    route('GET', '/approvals', (call) => {
      const { query } = call
      const items = asked()
        .map((item) => view(item, call))
        .filter(({ state }) => query.get('state') === null || state === query.get('state'))
        .filter(({ model }) => query.get('model') === null || model === query.get('model'))
        .filter(({ version }) => query.get('version') === null || version === query.get('version'))
        .filter(({ mayApprove }) => query.get('waitingForMe') !== 'true' || mayApprove.allow)
      return ok({ items })
    }),
    route('GET', '/approvals/delegations', () => ok({ items: delegations })),
    route('POST', '/approvals/delegations', ({ body, principal, role }) => {
      const made: Delegation = {
        id: world.random.id(world.now()),
        holder: principal,
        delegate: String(body['to']),
        roles: [role],
        reason: String(body['reason']),
        createdAt: iso(world.now()),
        until: String(body['until']),
        state: 'active',
      }
      if (made.delegate === principal)
        return problem(409, 'APPROVAL_DELEGATION_REFUSED', 'Nobody hands a right to himself.')
      delegations = [made, ...delegations]
      return { status: 201, body: made }
    }),
    route('DELETE', '/approvals/delegations/{id}', ({ params }) => {
      delegations = delegations.map((one) =>
        one.id === params['id'] ? { ...one, state: 'revoked' as const } : one,
      )
      return { status: 204 }
    }),
    route('POST', '/approvals/{id}/withdraw', (call) => {
      const item = find(call.params['id'])
      if (item === undefined) return unknown()
      answered.set(idOf(world, item), 'withdrawn')
      note(item, 'withdrawn', String(call.body['text'] ?? ''), call)
      const { id, name, revision } = view(item, call)
      return ok({ id, name, state: 'withdrawn', revision: revision + 1 })
    }),
    route('GET', '/approvals/{id}', (call) => {
      const item = find(call.params['id'])
      return item === undefined ? unknown() : ok(detail(item, call), { etag: '"1"' })
    }),
    route('POST', '/approvals/{id}/approve', answer('approved')),
    route('POST', '/approvals/{id}/reject', answer('rejected')),
    route('POST', '/approvals/{id}/comments', (call) => {
      const item = find(call.params['id'])
      if (item === undefined) return unknown()
      note(item, 'commented', String(call.body['text'] ?? ''), call)
      const { id, name, state, revision } = view(item, call)
      return { status: 201, body: { id, name, state, revision } }
    }),
  ]
}
