import assert from 'node:assert/strict'
import { test } from 'node:test'
import { componentPrincipal, type ResponseAction } from '@rampart/domain'
import { AppError } from '@rampart/kit'
import { silentLogger } from '@rampart/kit/testing'
import { createDecidedConsumer, type DecidedDeps } from './decided.ts'
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

type Asked = Parameters<DecidedDeps['decideAgain']>[1]

/** Hands one decision to the consumer and gives what it would start, and what it would have decided again. */
const handled = async (
  actions: readonly ResponseAction[],
  refuse?: (run: RunRequest) => Error | undefined,
) => {
  const runs: RunRequest[] = []
  const again: Asked[] = []
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
        const refusal = refuse?.(request)
        if (refusal !== undefined) throw refusal
        runs.push(request)
        return {} as never
      },
    },
    playbookRevision: async () => 3,
    decideAgain: async (_tx, asked) => void again.push(asked),
    versions: { get: async () => ({ digest: `sha256:${'a'.repeat(64)}` }) as never },
    served: () => [
      { route: 'one', model: 'm', version: '2', digest: 'd', isDefault: true },
      { route: 'two', model: 'm', version: '2', digest: 'd', isDefault: true },
      { route: 'two', model: 'm', version: '1', digest: 'e', isDefault: false },
    ],
  })
  const incident = { id: 'i1', title: 'Something happened', severity: 'critical' }
  const data = { incident, decision: { id: 'd1', actions, reasons: [] } }
  await handle({ tenant: 'default', data } as never, {} as never)
  return { runs, again }
}
const started = async (actions: readonly ResponseAction[]): Promise<RunRequest[]> =>
  (await handled(actions)).runs

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

test('what there was no room for is decided again; what is refused for another reason is not', async () => {
  const freeAt = '2026-11-24T12:00:30.000Z'
  const [webhook, caller, route] = [
    action({ action: 'webhook.post', parameters: { webhook: 'https://soc.example.org/' } }),
    action({ action: 'caller.deny', entity: { kind: 'caller', id: 'service:x' } }),
    action({}),
  ]
  const { runs, again } = await handled([webhook, caller, route], ({ name }) =>
    name === 'caller.deny'
      ? responseErrors.RESPONSE_TOO_MANY('30 runs.', { details: { freeAt } })
      : name === 'webhook.post'
        ? responseErrors.RESPONSE_BUSY('Run 1 holds it.')
        : undefined,
  )
  assert.deepEqual(
    runs.map(({ name }) => name),
    ['route.previous-version'],
  )
  const about = { tenant: 'default', incident: 'i1', decision: 'd1' }
  assert.deepEqual(again, [{ ...about, actions: [caller], why: '30 runs.', freeAt }])
  const undone = await handled([caller], () =>
    responseErrors.RESPONSE_BUSY('Run 1 holds it.', { details: { run: '1', state: 'reverting' } }),
  )
  assert.deepEqual(undone.again, [{ ...about, actions: [caller], why: 'Run 1 holds it.' }])
})

test('a database that went away in mid-commit leaves the decision to be handled once more', async () => {
  const lost = new AppError({
    ...({ kind: 'Unavailable', code: 'KIT_COMMIT_UNKNOWN', retryable: false } as const),
    message: 'The connection was lost during commit.',
  })
  await assert.rejects(
    handled([action({})], () => lost),
    { code: 'KIT_COMMIT_UNKNOWN' },
  )
})
