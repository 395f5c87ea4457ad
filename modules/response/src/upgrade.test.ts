import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Principal } from '@rampart/domain'
import { createMetrics, cryptoRandom, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import type { Action } from './action.ts'
import { createResponse } from './response.ts'
import type { RunRequest } from './run.ts'
import { worldActions } from './testing.ts'

const WITHIN_MS = 30_000
let store: TestDatabase
before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'response', dir }] })
})
after(() => store.stop())

const ann = (tenant: string): Principal => ({
  kind: 'user',
  id: 'ann',
  tenant,
  roles: ['admin'],
  via: 'token',
})

const createReleases = () => {
  const values: Record<string, string> = {}
  const done: string[] = []
  const world = {
    read: () => values,
    write: (name: string, value: string) => void Object.assign(values, { [name]: value }),
    effects: (line: string) => void done.push(line),
  }
  /** From the boundary `diesAt` on it does nothing more, as a process that is replaced. */
  const release = (name: string, change: (action: Action) => Action | undefined, diesAt?: string) => {
    let dead = false
    return createResponse({
      database: store.database,
      eventLog: { publish: async () => undefined },
      clock: systemClock,
      random: cryptoRandom,
      logger: silentLogger,
      metrics: createMetrics(),
      audit: { record: async () => undefined },
      release: name,
      actions: worldActions(world).flatMap((action) => change(action) ?? []),
      boundary: (at) => {
        dead ||= at === diesAt
        if (dead) throw new Error('replaced')
      },
    })
  }
  return { values, done, release }
}

const same = (action: Action): Action => action
const notchIs = (over: Partial<Action>) => (action: Action) =>
  action.name === 'notch.turn' ? { ...action, ...over } : action

const request: RunRequest = {
  name: 'upgrade',
  reason: 'because',
  subject: { kind: 'system', id: 's' },
  steps: [
    { action: 'switch.turn', parameters: { name: 'a' } },
    { action: 'notch.turn', parameters: { name: 'b' } },
  ],
}

/** Begun by release 1, which is replaced at the boundary. */
const begun = async (tenant: string, diesAt: string) => {
  const made = createReleases()
  const old = made.release('1', same, diesAt)
  const run = await old.start(ann(tenant), request)
  await old.settle(tenant, run.id, WITHIN_MS)
  return { ...made, id: run.id }
}

test('another release with the same contracts goes on where the run was, and the run names who began it', async () => {
  const { id, release, done } = await begun('same', 'do:1:dispatched')
  const over = await release('2', same).settle('same', id, WITHIN_MS)
  assert.deepEqual(
    [over.state, over.release, over.contracts],
    ['contained', '1', { 'switch.turn': 1, 'notch.turn': 1 }],
  )
  assert.equal(done.length, 2)
})

test('a contract that changed in mid-run asks a person before anything is done; his word is kept', async () => {
  const { id, release, done } = await begun('changed', 'do:1:dispatched')
  const next = release('2', notchIs({ contract: 2 }))
  const halted = await next.settle('changed', id, WITHIN_MS)
  assert.deepEqual([halted.state, done.length], ['halted', 1])
  assert.match(halted.changed ?? '', /begun by release 1 under contract 1, this is 2/)
  await next.resume(ann('changed'), id)
  const over = await next.settle('changed', id, WITHIN_MS)
  assert.deepEqual([over.state, over.contracts?.['notch.turn'], done.length], ['contained', 2, 2])
})

test('a newer contract that carries the older on needs nobody', async () => {
  const { id, release } = await begun('carried', 'do:1:applied')
  const over = await release('2', notchIs({ contract: 3, carriesOn: [1, 2] })).settle(
    'carried',
    id,
    WITHIN_MS,
  )
  assert.equal(over.state, 'contained')
})

test('an action that is gone halts its run; undoing does the rest, and says what it cannot', async () => {
  const { id, release, values } = await begun('gone', 'do:1:applied-kept')
  const next = release('2', (action) => (action.name === 'notch.turn' ? undefined : action))
  const halted = await next.settle('gone', id, WITHIN_MS)
  assert.deepEqual([halted.state, halted.changed], ['halted', 'this release has no action notch.turn'])
  await next.revert(ann('gone'), id, 'undo')
  const left = await next.settle('gone', id, WITHIN_MS)
  assert.deepEqual([left.state, values], ['revert-incomplete', { a: 'off', b: 'on' }])
  assert.equal((await next.containments('gone', { limit: 5 })).length, 1)
  const back = release('3', same)
  await back.revert(ann('gone'), id, 'once more')
  assert.equal((await back.settle('gone', id, WITHIN_MS)).state, 'reverted')
  assert.deepEqual(values, { a: 'off', b: 'off' })
})

test('at its time a run of an older contract is undone as far as that is known; asked again, a person agrees', async () => {
  const made = createReleases()
  const tenant = 'late'
  const old = made.release('1', same)
  const run = await old.start(ann(tenant), { ...request, ttlMs: 400 })
  await old.settle(tenant, run.id, WITHIN_MS)
  const next = made.release('2', notchIs({ contract: 2 }))
  next.begin()
  await until(async () => (await next.get(tenant, run.id)).state === 'revert-incomplete', WITHIN_MS)
  await next.stop()
  assert.deepEqual(made.values, { a: 'off', b: 'on' })
  const later = made.release('2', notchIs({ contract: 2 }))
  await later.revert(ann(tenant), run.id, 'I looked at it')
  assert.equal((await later.settle(tenant, run.id, WITHIN_MS)).state, 'reverted')
  assert.deepEqual(made.values, { a: 'off', b: 'off' })
})
