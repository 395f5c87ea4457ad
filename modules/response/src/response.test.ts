import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Principal } from '@rampart/domain'
import { componentPrincipal } from '@rampart/domain'
import { createLogger, createMetrics, cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createResponse, type ResponseDeps } from './response.ts'
import type { RunRequest } from './run.ts'
import { worldActions } from './testing.ts'

let store: TestDatabase
const audited: { action: string; outcome: string; details: unknown }[] = []

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'response', dir }] })
})
after(() => store.stop())

const createWorld = () => {
  const values: Record<string, string> = {}
  const effects: string[] = []
  return {
    values,
    done: effects,
    world: {
      read: () => values,
      write: (name: string, value: string) => void Object.assign(values, { [name]: value }),
      effects: (line: string) => void effects.push(line),
    },
  }
}

type Made = ReturnType<typeof createWorld>

const create = (made: Made, over: Partial<ResponseDeps> = {}) =>
  createResponse({
    database: store.database,
    eventLog: { publish: async () => undefined },
    clock: systemClock,
    random: cryptoRandom,
    logger: createLogger({ level: 'silent', name: 'test' }),
    metrics: createMetrics(),
    audit: { record: async (_tx, entry) => void audited.push(entry) },
    actions: worldActions(made.world),
    ...over,
  })

const person = (id: string, tenant: string): Principal => ({
  kind: 'user',
  id,
  tenant,
  roles: ['approver'],
  via: 'token',
})

const request = (actions: readonly string[], over: Partial<RunRequest> = {}): RunRequest => ({
  name: 'test',
  reason: 'because',
  subject: { kind: 'system', id: 's' },
  steps: actions.map((action, index) => ({ action, parameters: { name: `${action}-${index}` } })),
  ...over,
})

test('steps take effect in order, are proven, and a revert undoes them', async () => {
  const made = createWorld()
  const response = create(made)
  const ann = person('ann', 'plain')
  const run = await response.start(ann, request(['switch.turn', 'notch.turn']))
  const contained = await response.settle('plain', run.id, 30_000)
  assert.equal(contained.state, 'contained')
  assert.deepEqual(
    contained.steps.map(({ state }) => state),
    ['probed', 'probed'],
  )
  assert.equal(contained.blastRadius[0]?.summary, 'one switch')
  assert.deepEqual(made.values, { 'switch.turn-0': 'on', 'notch.turn-1': 'on' })
  assert.equal((await response.containments('plain', { limit: 10 })).length, 1)
  await response.revert(ann, run.id, 'false alarm')
  assert.equal((await response.settle('plain', run.id, 30_000)).state, 'reverted')
  assert.deepEqual(made.values, { 'switch.turn-0': 'off', 'notch.turn-1': 'off' })
  assert.deepEqual(await response.containments('plain', { limit: 10 }), [])
})

test('equal keys are one run, another plan under the key is refused, and so is a second run on a held key', async () => {
  const made = createWorld()
  const response = create(made)
  const ann = person('ann', 'keys')
  const asked = request(['switch.turn'], { idempotencyKey: 'k', concurrencyKey: 'c', approvals: 1 })
  const [one, two] = await Promise.all([response.start(ann, asked), response.start(ann, asked)])
  assert.equal(one.id, two.id)
  await assert.rejects(response.start(ann, request(['notch.turn'], { idempotencyKey: 'k' })), {
    code: 'RESPONSE_KEY_REUSED',
  })
  await assert.rejects(response.start(ann, request(['notch.turn'], { concurrencyKey: 'c' })), {
    code: 'RESPONSE_BUSY',
  })
})

test('what policy may do by itself now takes the place of what it asked a person for, and of nothing else', async () => {
  const made = createWorld()
  const response = create(made, { runsPerMinute: 3 })
  const policy = componentPrincipal('response', ['operator'], 'overtaken')
  const held = (approvals: number) =>
    request(['switch.turn'], { concurrencyKey: 'c', approvals, isUrgent: true })
  const busy = (state: string) => (error: { code?: string; details?: { state?: string } }) =>
    error.code === 'RESPONSE_BUSY' && error.details?.state === state
  const recommended = await response.start(policy, held(1))
  await assert.rejects(response.start(policy, held(2)), busy('waiting'))
  await assert.rejects(response.start(person('ann', 'overtaken'), held(0)), busy('waiting'))
  const acted = await response.start(policy, held(0))
  assert.equal((await response.get('overtaken', recommended.id)).state, 'refused')
  assert.equal((await response.settle('overtaken', acted.id, 30_000)).state, 'contained')
  const asked = await response.start(person('ann', 'overtaken'), held(1))
  await assert.rejects(response.start(policy, held(0)), busy('waiting'))
  assert.equal((await response.withdraw(person('ann', 'overtaken'), asked.id, 'done')).state, 'refused')
  const waits = await response.start(policy, held(1))
  await assert.rejects(response.start(policy, held(0)), { code: 'RESPONSE_TOO_MANY' })
  assert.equal((await response.get('overtaken', waits.id)).state, 'waiting')
})

test('a failing step undoes what came before; continue does the rest and says what is not proven', async () => {
  const made = createWorld()
  const response = create(made)
  const ann = person('ann', 'fails')
  const steps = [
    { action: 'switch.turn', parameters: { name: 'a' } },
    { action: 'switch.turn', parameters: { name: 'b', fails: true } },
    { action: 'switch.turn', parameters: { name: 'c' } },
  ]
  const failed = await response.start(ann, request([], { steps }))
  assert.equal((await response.settle('fails', failed.id, 30_000)).state, 'failed')
  assert.deepEqual(made.values, { a: 'off' })
  const going = await response.start(ann, request([], { steps, onFailure: 'continue' }))
  const incomplete = await response.settle('fails', going.id, 30_000)
  assert.equal(incomplete.state, 'incomplete')
  assert.deepEqual(
    incomplete.steps.map(({ state }) => state),
    ['probed', 'failed', 'probed'],
  )
})

test('a run reverts by itself when its time is over', async () => {
  const made = createWorld()
  const response = create(made)
  const run = await response.start(person('ann', 'ttl'), request(['switch.turn'], { ttlMs: 300 }))
  assert.equal((await response.settle('ttl', run.id, 30_000)).state, 'contained')
  response.begin()
  await until(async () => (await response.get('ttl', run.id)).state === 'reverted')
  assert.equal(made.values['switch.turn-0'], 'off')
  await response.stop()
})

test('the kill switch stops what is new and halts what runs; reverts go on', async () => {
  const made = createWorld()
  let hold: Promise<unknown> = Promise.resolve()
  const ann = person('ann', 'switch')
  const response = create(made, { boundary: async () => void (await hold) })
  const before = await response.start(ann, request(['switch.turn']))
  await response.settle('switch', before.id, 30_000)
  let free = (): void => undefined
  hold = new Promise<void>((resolve) => {
    free = resolve
  })
  const running = await response.start(ann, request(['switch.turn', 'notch.turn']))
  await response.setKillSwitch(ann, true, 'storm')
  free()
  assert.equal((await response.settle('switch', running.id, 30_000)).state, 'halted')
  await assert.rejects(response.start(ann, request(['switch.turn'])), { code: 'RESPONSE_KILL_SWITCH' })
  assert.ok(audited.some(({ action, outcome }) => action === 'response.start' && outcome === 'denied'))
  await response.revert(ann, before.id, 'still possible')
  assert.equal((await response.settle('switch', before.id, 30_000)).state, 'reverted')
  await response.setKillSwitch(ann, false, 'over')
  await response.resume(ann, running.id)
  assert.equal((await response.settle('switch', running.id, 30_000)).state, 'contained')
})

test('approvals: two different people for a protected entity; forged, repeated and late ones do not count', async () => {
  const made = createWorld()
  const response = create(made)
  const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((id) => person(id, 'agree')) as [
    Principal,
    Principal,
    Principal,
  ]
  const run = await response.start(ann, request(['switch.turn'], { isProtected: true }))
  assert.equal(run.state, 'waiting')
  const yes = { planDigest: run.planDigest, reason: 'yes' }
  const refused = { code: 'RESPONSE_APPROVAL_REFUSED' }
  await assert.rejects(response.approve(ann, run.id, yes), refused)
  await assert.rejects(response.approve(bob, run.id, { ...yes, planDigest: 'sha256:other' }), refused)
  await assert.rejects(response.approve({ ...bob, roles: ['viewer'] }, run.id, yes), refused)
  await response.approve(bob, run.id, yes)
  await assert.rejects(response.approve(bob, run.id, yes), refused)
  assert.equal(made.done.length, 0)
  await response.approve(eve, run.id, yes)
  assert.equal((await response.settle('agree', run.id, 30_000)).state, 'contained')
  await assert.rejects(response.approve(eve, run.id, yes), refused)
  assert.equal(
    audited.filter(({ action, outcome }) => action === 'response.approve' && outcome === 'denied').length,
    5,
  )
  const late = await response.start(ann, request(['switch.turn'], { approvals: 1, approvalMs: 1 }))
  await until(() => Promise.resolve(Date.parse(String(late.approveUntil)) < Date.now()))
  await assert.rejects(response.approve(bob, late.id, { ...yes, planDigest: late.planDigest }), refused)
  response.begin()
  await until(async () => (await response.get('agree', late.id)).state === 'refused')
  await response.stop()
})

test('policy may start only so many runs a minute, some of them only urgent ones; people are not counted', async () => {
  const made = createWorld()
  const response = create(made, { runsPerMinute: 3 })
  const policy = componentPrincipal('response', ['operator'], 'storm')
  const begin = (isUrgent: boolean) => response.start(policy, request(['switch.turn'], { isUrgent }))
  const freedBy = ({ createdAt }: { readonly createdAt: string }) => ({
    code: 'RESPONSE_TOO_MANY',
    details: { freeAt: new Date(Date.parse(createdAt) + 60_000).toISOString() },
  })
  const first = await begin(false)
  await begin(false)
  await assert.rejects(begin(false), freedBy(first))
  await begin(true)
  await assert.rejects(begin(true), freedBy(first))
  await response.start(person('ann', 'storm'), request(['switch.turn']))
})

const BOUNDARIES = ['begun', 'prechecked', 'dispatched', 'applied', 'applied-kept', 'probed', 'probe-kept']

/** Dies once, at the named boundary: the process that follows knows only what was written. */
const crashAt = (name: string) => {
  let done = false
  return async (at: string): Promise<void> => {
    if (done || at !== name) return
    done = true
    throw new Error('crash')
  }
}

test('a crash at every boundary of every step: no double effect, everything proven, then everything undone', async () => {
  const sides = [
    ...BOUNDARIES.flatMap((name) => [`do:0:${name}`, `do:1:${name}`]),
    ...['begun', 'dispatched', 'applied', 'applied-kept', 'probed', 'probe-kept'].flatMap((name) => [
      `undo:0:${name}`,
      `undo:1:${name}`,
    ]),
  ]
  for (const boundary of sides) {
    const made = createWorld()
    const tenant = 'crash'
    const ann = person('ann', tenant)
    const first = create(made, { boundary: crashAt(boundary) })
    const run = await first.start(ann, request(['switch.turn', 'notch.turn']))
    await first.settle(tenant, run.id, 30_000)
    const second = create(made, boundary.startsWith('undo') ? { boundary: crashAt(boundary) } : {})
    assert.equal((await second.settle(tenant, run.id, 30_000)).state, 'contained', boundary)
    await second.revert(ann, run.id, 'undo')
    await second.settle(tenant, run.id, 30_000)
    const third = create(made)
    assert.equal((await third.settle(tenant, run.id, 30_000)).state, 'reverted', boundary)
    assert.deepEqual(made.values, { 'switch.turn-0': 'off', 'notch.turn-1': 'off' }, boundary)
    const notches = made.done.filter((key) => key.endsWith('/1/do'))
    assert.equal(notches.length, 1, `${boundary}: ${made.done.join(' ')}`)
  }
})

test('a letter that may have been sent asks a person and is never sent again by itself', async () => {
  for (const [boundary, sent] of [
    ['do:0:dispatched', 0],
    ['do:0:applied', 1],
  ] as const) {
    const made = createWorld()
    const ann = person('ann', 'letters')
    const first = create(made, { boundary: crashAt(boundary) })
    const run = await first.start(ann, request(['letter.send', 'switch.turn']))
    await first.settle('letters', run.id, 30_000)
    const second = create(made)
    const asking = await second.settle('letters', run.id, 30_000)
    assert.equal(asking.state, 'ambiguous')
    assert.match(asking.steps[0]?.detail ?? '', /ambiguous after dispatch/)
    assert.equal(made.done.length, sent)
    await second.resolve(ann, run.id, { tookEffect: sent === 1, note: 'asked the recipient' })
    const over = await second.settle('letters', run.id, 30_000)
    assert.equal(over.state, 'contained')
    assert.equal(made.done.filter((key) => key.endsWith('/0/do')).length, 1)
    await second.revert(ann, run.id, 'undo')
    const undone = await second.settle('letters', run.id, 30_000)
    assert.equal(undone.state, 'reverted')
    assert.equal(undone.steps[0]?.state, 'kept')
  }
})
