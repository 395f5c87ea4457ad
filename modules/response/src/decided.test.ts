import assert from 'node:assert/strict'
import { test } from 'node:test'
import { componentPrincipal, type ResponseAction } from '@rampart/domain'
import { silentLogger } from '@rampart/kit/testing'
import { createDecidedConsumer } from './decided.ts'
import { responseErrors } from './errors.ts'
import type { RunRequest } from './run.ts'

const action = (over: Partial<ResponseAction>): ResponseAction => ({
  action: 'route.previous-version',
  entity: { kind: 'model-version', id: 'm:2' },
  parameters: {},
  mode: 'act',
  approvals_needed: 0,
  reasons: ['r'],
  ...over,
})

/** Hands one decision to the consumer and gives what it would start. */
const started = async (actions: readonly ResponseAction[]): Promise<RunRequest[]> => {
  const runs: RunRequest[] = []
  let handle: (event: never, tx: never) => Promise<void> = async () => undefined
  createDecidedConsumer({
    eventLog: {
      consumer: (options) => {
        handle = options.handle as typeof handle
        return {} as never
      },
    },
    logger: silentLogger,
    response: {
      component: (tenant) => componentPrincipal('response', [], tenant),
      actions: () => [],
      start: async (_principal, request) => {
        if (request.steps.length === 0) throw responseErrors.RESPONSE_PARAMETERS_INVALID('no steps')
        runs.push(request)
        return {} as never
      },
    },
    playbookRevision: async () => 3,
    versions: { get: async () => ({ digest: `sha256:${'a'.repeat(64)}` }) as never },
    served: () => [
      { route: 'one', model: 'm', version: '2', digest: 'd', isDefault: true },
      { route: 'two', model: 'm', version: '2', digest: 'd', isDefault: true },
      { route: 'two', model: 'm', version: '1', digest: 'e', isDefault: false },
    ],
  })
  const incident = { id: 'i1', title: 'Something happened' }
  const data = { incident, decision: { id: 'd1', actions, reasons: [] } }
  await handle({ tenant: 'default', data } as never, {} as never)
  return runs
}

test('a version stands for every route that it answers on; what policy only observes is not started', async () => {
  const runs = await started([
    action({ ttl_s: 60 }),
    action({ mode: 'observe' }),
    action({
      action: 'caller.throttle',
      entity: { kind: 'caller', id: 'service:x' },
      parameters: { caller: 'service:x', requests_per_minute: 5 },
    }),
    action({ mode: 'recommend', action: 'version.quarantine', parameters: { model: 'm', version: '2' } }),
    action({ entity: { kind: 'model-version', id: 'other:1' } }),
    action({ action: 'playbook.run', parameters: { playbook: 'contain-host', variables: { address: 'h' } } }),
  ])
  assert.deepEqual(
    runs.map(({ steps }) => steps.map(({ parameters }) => parameters)),
    [
      [{ route: 'one' }, { route: 'two' }],
      [{ caller: 'service:x', perMinute: 5 }],
      [{ model: 'm', version: '2' }],
      [{ playbook: 'contain-host', variables: { address: 'h' }, revision: 3 }],
    ],
  )
  assert.deepEqual(
    runs.map(({ approvals, ttlMs, idempotencyKey, incident }) => [
      approvals,
      ttlMs,
      idempotencyKey,
      incident,
    ]),
    [
      [0, 60_000, 'decision d1 0', 'i1'],
      [0, undefined, 'decision d1 2', 'i1'],
      [1, undefined, 'decision d1 3', 'i1'],
      [0, undefined, 'decision d1 5', 'i1'],
    ],
  )
})

test('a retraction that policy asks for is the whole of it', async () => {
  const [run] = await started([
    action({ action: 'version.retract', approvals_needed: 2, parameters: { model: 'm', version: '2' } }),
  ])
  assert.deepEqual(
    run?.steps.map((step) => step.action),
    ['digest.deny', 'route.withdraw', 'caches.evict', 'version.retract'],
  )
  assert.equal(run?.approvals, 2)
})
