import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Playbook, signPlaybook } from '@rampart/cacao'
import { componentPrincipal, type Principal } from '@rampart/domain'
import { createLogger, createMetrics, cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import { createResponse } from '../response.ts'
import { worldActions } from '../testing.ts'
import { createPlaybooks, type Playbooks } from './playbooks.ts'

let store: TestDatabase
const audited: { action: string; outcome: string }[] = []
const stops: (() => Promise<void>)[] = []
const signer = createEd25519Signer(generateEd25519Pem())
const friend = createEd25519Signer(generateEd25519Pem())

before(async () => {
  const dir = fileURLToPath(new URL('../../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'response', dir }] })
  made = create()
})
after(async () => {
  for (const stop of stops) await stop()
  await store.stop()
})

/** One world for all: every engine on the database drives every run. */
let made: ReturnType<typeof create>

const create = () => {
  const values: Record<string, string> = {}
  const done: string[] = []
  const world = {
    read: () => values,
    write: (name: string, value: string) => void Object.assign(values, { [name]: value }),
    effects: (line: string) => void done.push(line),
  }
  const deps = {
    database: store.database,
    eventLog: { publish: async () => undefined },
    clock: systemClock,
    random: cryptoRandom,
    logger: createLogger({ level: 'silent', name: 'test' }),
    metrics: createMetrics(),
    audit: { record: async (_tx: unknown, entry: (typeof audited)[number]) => void audited.push(entry) },
  }
  const response = createResponse({ ...deps, actions: worldActions(world) })
  const begin = (): Playbooks => {
    const trustedKeys = new Set([friend.publicKey.keyid])
    const playbooks = createPlaybooks({ ...deps, response, signer, trustedKeys })
    playbooks.start()
    stops.push(playbooks.stop)
    return playbooks
  }
  response.begin()
  stops.push(response.stop)
  return { values, done, response, playbooks: begin(), begin }
}

const ann: Principal = { kind: 'user', id: 'ann', tenant: 'plays', roles: ['admin'], via: 'token' }
const id = (type: string, digit: number) => `${type}--${String(digit).repeat(8)}-0000-4000-8000-000000000000`
const agent = id('http-api', 9)

const turn = (name: string, extra = {}) => ({
  type: 'rampart-action',
  command: 'switch.turn',
  parameters: { name },
  ...extra,
})

const document = (workflow: Record<string, unknown>, extra: Record<string, unknown> = {}): Playbook =>
  ({
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: id('playbook', 1),
    name: 'contain',
    created_by: id('identity', 1),
    created: '2026-11-23T10:00:00.000Z',
    modified: '2026-11-23T10:00:00.000Z',
    workflow_start: id('start', 1),
    workflow: { [id('start', 1)]: { type: 'start', on_completion: id('action', 1) }, ...workflow },
    agent_definitions: { [agent]: { type: 'http-api', name: 'rampart' } },
    ...extra,
  }) as unknown as Playbook

const action = (commands: readonly unknown[], after: string, extra = {}) => ({
  type: 'action',
  agent,
  commands,
  on_success: after,
  ...extra,
})

const simple = (commands: readonly unknown[] = [turn('a')]): Playbook =>
  document({
    [id('action', 1)]: action(commands, id('end', 1)),
    [id('end', 1)]: { type: 'end' },
  })

const subject = { kind: 'system', id: 's' } as const
const ended = async (playbooks: Playbooks, run: string) => {
  await until(async () => (await playbooks.get(ann.tenant, run)).state.phase !== 'running', 60_000, 50)
  return playbooks.get(ann.tenant, run)
}

test('a playbook with a condition, a person and two runs comes to its end, each effect once', async () => {
  const { playbooks, values, done } = made
  const spec = document(
    {
      [id('action', 1)]: action([turn('__target__:value'), turn('second')], id('if-condition', 1), {
        out_args: ['__run_id__'],
      }),
      [id('if-condition', 1)]: {
        type: 'if-condition',
        condition: "__target__:value = 'db'",
        on_true: id('action', 2),
        on_completion: id('action', 3),
      },
      [id('action', 2)]: action([{ type: 'manual', command: 'Ask the owner.' }], id('end', 2)),
      [id('end', 2)]: { type: 'end' },
      [id('action', 3)]: action([turn('last')], id('end', 1)),
      [id('end', 1)]: { type: 'end' },
    },
    {
      playbook_variables: {
        __target__: { type: 'string', external: true },
        __run_id__: { type: 'string' },
      },
    },
  )
  const saved = await playbooks.resources.put(ann, { name: 'contain', spec })
  assert.equal(saved.spec.signatures?.[0]?.signee, 'user:ann')
  const request = {
    name: 'contain',
    reason: 'test',
    subject,
    inputs: { __target__: 'db' },
    idempotencyKey: 'once',
  }
  const run = await playbooks.run(ann, request)
  assert.equal((await playbooks.run(ann, request)).id, run.id)
  const manual = async () =>
    (await playbooks.get(ann.tenant, run.id)).steps.find(
      ({ dispatch, outcome }) => dispatch.step === id('action', 2) && outcome === undefined,
    )
  await until(async () => (await manual()) !== undefined, 60_000, 50)
  assert.deepEqual([values.db, values.second, values.last], ['on', 'on', undefined])
  const waiting = await manual()
  assert.ok(waiting)
  await playbooks.finishManual(ann, run.id, { key: waiting.key, outcome: { ok: true } })
  await assert.rejects(playbooks.finishManual(ann, run.id, { key: waiting.key, outcome: { ok: true } }), {
    code: 'RESPONSE_STATE_WRONG',
  })
  const over = await ended(playbooks, run.id)
  assert.equal(over.state.phase, 'completed')
  assert.match(over.state.values.__run_id__ ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual([values.db, values.second, values.last], ['on', 'on', 'on'])
  assert.equal(done.length, 3)
})

test('another process goes on where the first one was killed, and nothing happens twice', async () => {
  const { playbooks, begin, done } = made
  const before = done.length
  await playbooks.resources.put(ann, { name: 'twice', spec: simple([turn('x'), turn('y')]) })
  const run = await playbooks.run(ann, { name: 'twice', reason: 'test', subject })
  // Both look at once: the row's lock and the request's key make one run of it.
  const other = begin()
  const over = await ended(other, run.id)
  assert.equal(over.state.phase, 'completed')
  assert.equal(done.length, before + 2)
})

test('a step that fails takes its own way; one that takes too long is given up', async () => {
  const { playbooks, values } = made
  const failing = { ...turn('stuck'), parameters: { name: 'stuck', fails: true } }
  const spec = document({
    [id('action', 1)]: action([turn('kept'), failing], id('end', 1), { on_failure: id('action', 2) }),
    [id('action', 2)]: action([turn('mended')], id('action', 3)),
    [id('action', 3)]: action([{ type: 'manual', command: 'Wait for ever.' }], id('end', 1), {
      timeout: 300,
      on_failure: id('end', 2),
    }),
    [id('end', 1)]: { type: 'end' },
    [id('end', 2)]: { type: 'end' },
  })
  await playbooks.resources.put(ann, { name: 'mend', spec })
  const run = await playbooks.run(ann, { name: 'mend', reason: 'test', subject })
  const over = await ended(playbooks, run.id)
  assert.equal(over.state.phase, 'completed')
  assert.equal(over.steps.at(-1)?.outcome?.ok, false)
  // The run that failed undid what it had done.
  assert.deepEqual([values.kept, values.mended], ['off', 'on'])
})

test('a playbook calls another one, and not itself for ever', async () => {
  const { playbooks, values } = made
  const called = document(
    { [id('action', 1)]: action([turn('inner')], id('end', 1)), [id('end', 1)]: { type: 'end' } },
    { id: id('playbook', 2) },
  )
  const calling = (target: number) =>
    document(
      {
        [id('start', 1)]: { type: 'start', on_completion: id('playbook-action', 1) },
        [id('playbook-action', 1)]: {
          type: 'playbook-action',
          playbook_id: id('playbook', target),
          on_success: id('end', 1),
        },
        [id('end', 1)]: { type: 'end' },
      },
      { id: id('playbook', 3) },
    )
  await playbooks.resources.put(ann, { name: 'called', spec: called })
  await playbooks.resources.put(ann, { name: 'calling', spec: calling(2) })
  const run = await playbooks.run(ann, { name: 'calling', reason: 'test', subject })
  assert.equal((await ended(playbooks, run.id)).state.phase, 'completed')
  assert.equal(values.inner, 'on')
  await playbooks.resources.put(ann, { name: 'calling', spec: calling(3) })
  const endless = await playbooks.run(ann, { name: 'calling', reason: 'test', subject })
  const over = await ended(playbooks, endless.id)
  assert.equal(over.state.phase, 'failed')
})

test('what cannot be run or is not signed by a known key is refused and audited', async () => {
  const { playbooks } = made
  const facts = { id: id('jss', 1), signee: 'x', at: '2026-11-23T10:00:00.000Z' }
  const put = (spec: Playbook) => playbooks.resources.put(ann, { name: 'bad', spec })
  const signed = signPlaybook(simple(), friend, facts)
  await put(signed)
  const before = audited.filter(({ outcome }) => outcome === 'denied').length
  const cases: readonly [Playbook, string][] = [
    [{ ...signed, name: 'changed' }, 'CACAO_SIGNATURE_INVALID'],
    [signPlaybook(simple(), createEd25519Signer(generateEd25519Pem()), facts), 'CACAO_SIGNATURE_INVALID'],
    [simple([{ type: 'bash', command: 'rm -rf /' }]), 'RESPONSE_RESOURCE_INVALID'],
    [simple([turn('a', { command: 'no.such' })]), 'RESPONSE_RESOURCE_INVALID'],
    [simple([turn('a'), { type: 'manual' }]), 'RESPONSE_RESOURCE_INVALID'],
    [simple([turn('a', { ttl_seconds: -1 })]), 'RESPONSE_RESOURCE_INVALID'],
    [{ type: 'playbook' } as never, 'RESPONSE_RESOURCE_INVALID'],
  ]
  for (const [spec, code] of cases) await assert.rejects(put(spec), { code })
  assert.equal(audited.filter(({ outcome }) => outcome === 'denied').length, before + cases.length)
  await assert.rejects(playbooks.resources.put(ann, { name: 'bad', spec: signed, revision: 9 }), {
    code: 'RESPONSE_CHANGED_SINCE',
  })
  const revoked = await playbooks.resources.put(ann, { name: 'bad', spec: { ...simple(), revoked: true } })
  assert.equal(revoked.revision, 2)
  await assert.rejects(playbooks.run(ann, { name: 'bad', reason: 'test', subject }), {
    code: 'RESPONSE_NOT_POSSIBLE',
  })
  await playbooks.resources.remove(ann, 'bad', 2)
  await assert.rejects(playbooks.run(ann, { name: 'bad', reason: 'test', subject }), {
    code: 'RESPONSE_RESOURCE_UNKNOWN',
  })
  // A component of ours, too, needs what is there.
  await assert.rejects(
    playbooks.run(componentPrincipal('response', ['operator'], 'plays'), {
      name: 'bad',
      reason: 'x',
      subject,
    }),
    { code: 'RESPONSE_RESOURCE_UNKNOWN' },
  )
})
