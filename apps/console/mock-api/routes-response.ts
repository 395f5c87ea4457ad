/** Response: one containment in force, one that waits for approval, one undone; a playbook that waits for a person. */
import type { PlaybookItem, PlaybookRunItem, ProtectedItem, RunItem } from '../src/api/response-queries.ts'
import { type Call, ok, problem, type Route, route } from './router.ts'
import { iso, type World } from './world.ts'

const MINUTE = 60_000

const runsOf = (world: World): RunItem[] => {
  const ago = (ms: number): string => iso(world.now() - ms)
  const base = {
    onFailure: 'revert',
    planDigest: `sha256:${'5e'.repeat(32)}`,
    approvalsNeeded: 0,
    isProtected: false,
    approvals: [],
    requestedBy: 'component:response',
    updatedAt: ago(MINUTE),
  } as const
  const step = (index: number, action: string, detail: string): RunItem['steps'][number] => ({
    index,
    action,
    state: 'probed',
    detail,
    parameters: { route: 'card-fraud' },
    attempts: 1,
    startedAt: ago(9 * MINUTE),
    probedAt: ago(9 * MINUTE - 412),
    durationMs: 412,
  })
  return [
    {
      ...base,
      id: '0199f2a0-0000-7000-8000-000000000001',
      name: 'reroute card-fraud',
      state: 'contained',
      reason: 'incident: drift and a moved alias on card-fraud',
      incident: 'incident-1',
      subject: { kind: 'route', id: 'card-fraud' },
      blastRadius: [
        {
          entities: [{ kind: 'route', id: 'card-fraud' }],
          summary: 'route card-fraud: about 120 calls a second',
        },
      ],
      createdAt: ago(9 * MINUTE),
      expiresAt: iso(world.now() + 51 * MINUTE),
      steps: [
        step(0, 'route.previous-version', 'card-fraud answers with 1.1.0'),
        step(1, 'canary.stop', 'no canary runs'),
      ],
    },
    {
      ...base,
      id: '0199f2a0-0000-7000-8000-000000000002',
      name: 'suspend release-signer',
      state: 'waiting',
      reason: 'key seen in a public repository',
      subject: { kind: 'signer', id: 'release-signer' },
      requestedBy: 'user:ann',
      approvalsNeeded: 2,
      isProtected: true,
      approvals: [{ approver: 'user:bo', reason: 'seen it too', approvedAt: ago(2 * MINUTE) }],
      blastRadius: [
        {
          entities: [{ kind: 'signer', id: 'release-signer' }],
          summary: '4 versions rest on signatures of it',
        },
      ],
      createdAt: ago(3 * MINUTE),
      approveUntil: iso(world.now() + 57 * MINUTE),
      steps: [
        {
          index: 0,
          action: 'signer.suspend',
          state: 'pending',
          parameters: { signer: 'release-signer' },
          attempts: 0,
        },
      ],
    },
  ]
}

const start = 'start--3d1f2b60-7a52-4d1c-9d3e-1c5b8f6a0e01'
const cut = 'action--a1b0c9d8-e7f6-4a5b-8c4d-3e2f1a0b9c02'
const look = 'action--b2c1dae9-f807-4b6c-9d5e-4f302b1cad04'
const end = 'end--c3d2ebfa-0918-4c7d-ae6f-50413c2dbe05'
const failed = 'end--d4e3fc0b-1a29-4d8e-bf70-61524d3ecf06'

const DOCUMENT = {
  type: 'playbook',
  spec_version: 'cacao-2.0',
  name: 'contain host',
  description:
    'An address attacks a host that serves models. It is cut off for a time; a person says what comes next.',
  modified: '2026-11-23T19:00:00.000Z',
  workflow_start: start,
  workflow: {
    [start]: { type: 'start', on_completion: cut },
    [cut]: {
      type: 'action',
      name: 'cut the address off',
      commands: [{ type: 'rampart-action', command: 'network.segment' }],
      on_success: look,
      on_failure: failed,
    },
    [look]: { type: 'action', name: 'look at the host', commands: [{ type: 'manual' }], on_completion: end },
    [end]: { type: 'end' },
    [failed]: { type: 'end' },
  },
}

const playbooksOf = (world: World): PlaybookItem[] => [
  {
    name: 'contain-host',
    spec: DOCUMENT as never,
    revision: 2,
    updatedBy: 'user:admin',
    updatedAt: iso(world.now() - 300 * MINUTE),
  },
]

const playsOf = (world: World): PlaybookRunItem[] => {
  const ago = (ms: number): string => iso(world.now() - ms)
  return [
    {
      id: '0199f2a0-0000-7000-8000-000000000011',
      playbook: 'contain-host',
      revision: 2,
      phase: 'running',
      reason: 'scans our gateway',
      subject: { kind: 'host', id: '192.0.2.7' },
      requestedBy: 'user:admin',
      signedBy: 'user:admin',
      variables: { __address__: '192.0.2.7' },
      createdAt: ago(4 * MINUTE),
      updatedAt: ago(3 * MINUTE),
      steps: [
        {
          key: `2/0/${cut}`,
          step: cut,
          name: 'cut the address off',
          kind: 'action',
          state: 'succeeded',
          run: '0199f2a0-0000-7000-8000-000000000001',
          startedAt: ago(4 * MINUTE),
          endedAt: ago(4 * MINUTE - 900),
        },
        {
          key: `3/0/${look}`,
          step: look,
          name: 'look at the host',
          kind: 'manual',
          state: 'waiting',
          startedAt: ago(3 * MINUTE),
        },
      ],
    },
  ]
}

export const responseRoutes = (world: World): readonly Route[] => {
  const reverted = new Set<string>()
  const runs = (): RunItem[] =>
    (world.empty ? [] : runsOf(world)).map((run) =>
      reverted.has(run.id)
        ? { ...run, state: 'reverted', steps: run.steps.map((step) => ({ ...step, state: 'reverted' })) }
        : run,
    )
  const playbooks = () => (world.empty ? [] : playbooksOf(world))
  let isOn = false
  let guarded: readonly ProtectedItem[] = world.empty
    ? []
    : [
        {
          name: 'core-routes',
          spec: { kind: 'route', id: 'payments-*', reason: 'the shop stands still without them' },
          revision: 1,
          updatedBy: 'user:admin',
          updatedAt: iso(world.now() - 600 * MINUTE),
        },
      ]
  const missing = () => problem(404, 'RESPONSE_RUN_NOT_FOUND', 'There is no such run or playbook.')
  const oneRun = ({ params }: Call) => runs().find(({ id }) => id === params['id'])
  return [
    route('GET', '/response/kill-switch', () =>
      ok(
        isOn
          ? { on: true, by: 'user:admin', at: iso(world.now() - MINUTE), reason: 'storm of false alarms' }
          : { on: false },
      ),
    ),
    route('PUT', '/response/kill-switch', ({ body }) => {
      isOn = body['on'] === true
      return ok({ on: isOn })
    }),
    route('GET', '/protected-entities', () => ok({ items: guarded })),
    route('PUT', '/protected-entities/{name}', ({ params, body }) => {
      const name = params['name'] ?? ''
      if (guarded.some((one) => one.name === name))
        return problem(412, 'RESPONSE_REVISION_CHANGED', `${name} is there already.`)
      const made: ProtectedItem = {
        name,
        spec: {
          kind: String(body['kind']),
          id: String(body['id']),
          reason: String(body['reason']),
        },
        revision: 1,
        updatedBy: 'user:admin',
        updatedAt: iso(world.now()),
      }
      guarded = [...guarded, made]
      return ok(made, { etag: '"1"' })
    }),
    route('DELETE', '/protected-entities/{name}', ({ params }) => {
      guarded = guarded.filter(({ name }) => name !== params['name'])
      return { status: 204 }
    }),
    route('GET', '/response/runs', ({ query }) => {
      const [incident, state] = [query.get('incident'), query.get('state')]
      const isAsked = (run: { incident?: string; state: string }) =>
        (incident === null || run.incident === incident) && (state === null || run.state === state)
      return ok({ items: runs().filter(isAsked) })
    }),
    route('GET', '/containments', () =>
      ok({
        items: runs().filter(({ state }) => !['waiting', 'reverted', 'failed', 'refused'].includes(state)),
      }),
    ),
    route('POST', '/response/runs/{id}/revert', (call) => {
      const found = oneRun(call)
      if (found === undefined) return missing()
      reverted.add(found.id)
      return ok(oneRun(call))
    }),
    route('GET', '/response/runs/{id}', (call) => {
      const found = oneRun(call)
      return found === undefined ? missing() : ok(found)
    }),
    route('GET', '/playbooks', () => ok({ items: playbooks() })),
    route('GET', '/playbooks/{name}', ({ params }) => {
      const found = playbooks().find(({ name }) => name === params['name'])
      return found === undefined ? missing() : ok(found, { etag: `"${found.revision}"` })
    }),
    route('GET', '/playbook-runs', () => ok({ items: world.empty ? [] : playsOf(world) })),
  ]
}
