import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Playbook, signPlaybook } from '@rampart/cacao'
import { componentPrincipal, type Principal } from '@rampart/domain'
import { createMetrics, cryptoRandom, migrate, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import { playbookRun } from '../actions/playbook.ts'
import { createProtectedEntities } from '../resources/protected-entities.ts'
import { createResponse } from '../response.ts'
import type { RunRequest, RunState } from '../run.ts'
import { worldActions } from '../testing.ts'
import { createPlaybooksPort } from './playbook-port.ts'
import { createPlaybooks } from './playbooks.ts'

const TENANT = 'plays'
const WITHIN_MS = 60_000
const signer = createEd25519Signer(generateEd25519Pem())
const audited: { action: string; outcome: string; details: Readonly<Record<string, unknown>> }[] = []
const values: Record<string, string> = {}
const effects: string[] = []
let store: TestDatabase
let made: ReturnType<typeof create>

const create = () => {
  const deps = {
    database: store.database,
    eventLog: { publish: async () => undefined },
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    metrics: createMetrics(),
    audit: { record: async (_tx: unknown, entry: (typeof audited)[number]) => void audited.push(entry) },
  }
  const world = {
    read: () => values,
    write: (name: string, value: string) => void Object.assign(values, { [name]: value }),
    effects: (line: string) => void effects.push(line),
  }
  const guarded = createProtectedEntities(deps)
  const port = createPlaybooksPort(() => ({ response, playbooks }))
  const response = createResponse({
    ...deps,
    actions: [...worldActions(world), playbookRun(port)],
    protectedEntities: guarded.inForce,
  })
  const playbooks = createPlaybooks({ ...deps, response, signer, trustedKeys: new Set() })
  return { response, playbooks, guarded }
}

before(async () => {
  const dir = fileURLToPath(new URL('../../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'response', dir }] })
  made = create()
  made.response.begin()
  made.playbooks.start()
})
after(async () => {
  await made.playbooks.stop()
  await made.response.stop()
  await store.stop()
})

const person = (id: string): Principal => ({
  kind: 'user',
  id,
  tenant: TENANT,
  roles: ['admin'],
  via: 'token',
})
const ann = person('ann')
const policy = componentPrincipal('response', ['operator', 'approver'], TENANT)
const id = (type: string, digit: number) => `${type}--${String(digit).repeat(8)}-0000-4000-8000-000000000000`
const agent = id('http-api', 9)
const turn = (name: string, extra = {}) => ({
  type: 'rampart-action',
  command: 'switch.turn',
  parameters: { name },
  ...extra,
})

/** Action steps one after the other. */
const chain = (...steps: readonly (readonly unknown[])[]): Playbook =>
  ({
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: id('playbook', 1),
    name: 'contain',
    created_by: id('identity', 1),
    created: '2026-11-23T10:00:00.000Z',
    modified: '2026-11-23T10:00:00.000Z',
    workflow_start: id('start', 1),
    playbook_variables: { __target__: { type: 'string', external: true } },
    agent_definitions: { [agent]: { type: 'http-api', name: 'rampart' } },
    workflow: {
      [id('start', 1)]: { type: 'start', on_completion: id('action', 1) },
      ...Object.fromEntries(
        steps.map((commands, at) => [
          id('action', at + 1),
          {
            type: 'action',
            agent,
            commands,
            on_success: at + 1 < steps.length ? id('action', at + 2) : id('end', 1),
          },
        ]),
      ),
      [id('end', 1)]: { type: 'end' },
    },
  }) as unknown as Playbook

const request = (playbook: string, over: Partial<RunRequest> = {}): RunRequest => ({
  name: 'playbook.run',
  reason: 'policy says so',
  subject: { kind: 'host', id: 'h1' },
  steps: [{ action: 'playbook.run', parameters: { playbook, revision: 1, variables: { target: 'db' } } }],
  ...over,
})

const reaches = async (run: string, ...states: readonly RunState[]) => {
  await until(async () => states.includes((await made.response.get(TENANT, run)).state), WITHIN_MS, 50)
  return made.response.get(TENANT, run)
}

test('a playbook that policy chose is one containment: proven at its end, undone as one, also at its time', async () => {
  const { response, playbooks } = made
  await playbooks.resources.put(ann, {
    name: 'two',
    spec: chain([turn('__target__:value')], [turn('second')]),
  })
  const started = await response.start(policy, request('two'))
  const over = await reaches(started.id, 'contained')
  assert.match(over.blastRadius[0]?.summary ?? '', /contain: switch.turn/)
  const done = effects.filter((key) => key.endsWith('/do'))
  assert.deepEqual([done.length, new Set(done).size], [2, 2])
  assert.deepEqual([values.db, values.second], ['on', 'on'])
  await response.revert(ann, started.id, 'over')
  await reaches(started.id, 'reverted')
  // Wherever its time finds it, nothing is left.
  const short = await response.start(policy, request('two', { ttlMs: 700 }))
  await reaches(short.id, 'reverted')
  assert.deepEqual([values.db, values.second], ['off', 'off'])
  assert.deepEqual(await response.containments(TENANT, { limit: 10 }), [])
})

test('what a playbook still waits for is withdrawn when it is undone, and what failed in it undoes the rest', async () => {
  const { response, playbooks } = made
  await playbooks.resources.put(ann, {
    name: 'waits',
    spec: chain([turn('first')], [turn('later', { approvals: 1 })]),
  })
  const waiting = await response.start(policy, request('waits'))
  await until(
    async () => (await response.list(TENANT, { states: ['waiting'], limit: 10 })).length === 1,
    WITHIN_MS,
    50,
  )
  const [child] = await response.list(TENANT, { states: ['waiting'], limit: 10 })
  assert.equal(values.first, 'on')
  await response.revert(ann, waiting.id, 'false alarm')
  await reaches(waiting.id, 'reverted')
  assert.deepEqual([values.first, values.later], ['off', undefined])
  assert.equal((await response.get(TENANT, child?.id ?? '')).state, 'refused')
  await playbooks.resources.put(ann, {
    name: 'fails',
    spec: chain([turn('kept')], [{ ...turn('stuck'), parameters: { name: 'stuck', fails: true } }]),
  })
  const failed = await response.start(policy, request('fails'))
  assert.match((await reaches(failed.id, 'failed')).failed ?? '', /the playbook failed/)
  assert.equal(values.kept, 'off')
})

test('a playbook that handles a failure by ending contains nothing, by another action it does', async () => {
  const { response, playbooks } = made
  const stuck = { ...turn('stuck'), parameters: { name: 'stuck', fails: true } }
  const failingTo = (plain: Playbook, on_failure: string): Playbook => {
    const first = plain.workflow[id('action', 1)]
    const handled = { ...first, on_success: id('end', 1), on_failure }
    return { ...plain, workflow: { ...plain.workflow, [id('action', 1)]: handled } } as unknown as Playbook
  }
  await playbooks.resources.put(ann, { name: 'gives-up', spec: failingTo(chain([stuck]), id('end', 1)) })
  const gaveUp = await response.start(policy, request('gives-up'))
  assert.match((await reaches(gaveUp.id, 'failed')).failed ?? '', /nothing that the playbook did is in force/)
  const fallback = chain([stuck], [turn('other')])
  await playbooks.resources.put(ann, { name: 'falls-back', spec: failingTo(fallback, id('action', 2)) })
  const other = await response.start(policy, request('falls-back'))
  const { steps } = await reaches(other.id, 'contained')
  assert.match(steps[0]?.detail ?? '', /went another way/)
  assert.equal(values.other, 'on')
  await response.revert(ann, other.id, 'over')
  await reaches(other.id, 'reverted')
  assert.equal(values.other, 'off')
})

test('a protected entity needs two people, whatever the request says; a name with a star covers many', async () => {
  const { response, guarded } = made
  await guarded.resources.put(ann, { name: 'core', spec: { kind: 'system', id: 'core-*', reason: 'ours' } })
  const steps = [{ action: 'switch.turn', parameters: { name: 'core-1' } }]
  const ask = (principal: Principal) => response.start(principal, request('', { steps }))
  const asked = await ask(policy)
  assert.deepEqual([asked.state, asked.isProtected, asked.approvalsNeeded], ['waiting', true, 2])
  const yes = { planDigest: asked.planDigest, reason: 'yes' }
  assert.equal((await response.approve(ann, asked.id, yes)).state, 'waiting')
  await assert.rejects(response.approve(ann, asked.id, yes), { code: 'RESPONSE_APPROVAL_REFUSED' })
  await response.approve(person('bob'), asked.id, yes)
  await reaches(asked.id, 'contained')
  const mine = await ask(ann)
  await assert.rejects(response.approve(ann, mine.id, yes), { code: 'RESPONSE_APPROVAL_REFUSED' })
  await assert.rejects(guarded.resources.put(ann, { name: 'bad', spec: { kind: 'X y', id: '' } }), {
    code: 'RESPONSE_RESOURCE_INVALID',
  })
})

test('a kept playbook that was changed behind our back is not begun, and one that runs ends there', async () => {
  const { response, playbooks } = made
  const spec = chain([turn('before')], [{ type: 'manual', command: 'Wait.' }], [turn('after')])
  await playbooks.resources.put(ann, { name: 'changed', spec })
  const run = await playbooks.run(ann, {
    name: 'changed',
    reason: 'test',
    subject: { kind: 'host', id: 'h' },
  })
  const open = async () =>
    (await playbooks.get(TENANT, run.id)).steps.find(
      ({ dispatch, outcome }) => dispatch.step === id('action', 2) && outcome === undefined,
    )
  await until(async () => (await open()) !== undefined, WITHIN_MS, 50)
  const other = signPlaybook({ ...spec, description: 'another' }, createEd25519Signer(generateEd25519Pem()), {
    id: id('jss', 1),
    signee: 'x',
    at: '2026-11-23T10:00:00.000Z',
  })
  const dir = await mkdtemp(join(tmpdir(), 'rampart-tamper-'))
  const sql = `UPDATE response_resource SET spec = $json$${JSON.stringify(other)}$json$ WHERE name = 'changed';`
  await writeFile(join(dir, '0001_tamper.sql'), sql)
  await migrate({ url: store.url, sources: [{ module: 'tamper', dir }], logger: silentLogger })
  await rm(dir, { recursive: true })
  await playbooks.finishManual(ann, run.id, { key: (await open())?.key ?? '', outcome: { ok: true } })
  const { state } = await playbooks.get(TENANT, run.id)
  assert.deepEqual(
    [state.phase, state.failure?.reason],
    ['failed', 'the kept playbook is not the one that was begun'],
  )
  assert.equal(values.after, undefined)
  await assert.rejects(
    playbooks.run(ann, { name: 'changed', reason: 'test', subject: { kind: 'host', id: 'h' } }),
    { code: 'CACAO_SIGNATURE_INVALID' },
  )
  assert.deepEqual(
    audited.filter(({ action }) => action === 'playbook.start').map(({ outcome }) => outcome),
    ['denied'],
  )
  const refused = await response.start(policy, request('changed'))
  assert.equal((await reaches(refused.id, 'failed')).steps[0]?.state, 'failed')
})

test('a playbook that is edited in mid-run goes on as it was begun; one of another interpreter ends and says so', async () => {
  const { playbooks } = made
  const subject = { kind: 'host', id: 'h' } as const
  const waits = (name: string) => chain([{ type: 'manual', command: 'Wait.' }], [turn(name)])
  const waiting = async (run: string) => {
    const open = async () =>
      (await playbooks.get(TENANT, run)).steps.find(({ outcome }) => outcome === undefined)
    await until(async () => (await open()) !== undefined, WITHIN_MS, 50)
    return (await open())?.key ?? ''
  }
  await playbooks.resources.put(ann, { name: 'edited', spec: waits('old-way') })
  const run = await playbooks.run(ann, { name: 'edited', reason: 'test', subject })
  const other = await playbooks.run(ann, { name: 'edited', reason: 'test', subject })
  await playbooks.resources.put(ann, { name: 'edited', spec: waits('new-way') })
  await playbooks.finishManual(ann, run.id, { key: await waiting(run.id), outcome: { ok: true } })
  await until(async () => (await playbooks.get(TENANT, run.id)).state.phase === 'completed', WITHIN_MS, 50)
  assert.deepEqual([values['old-way'], values['new-way']], ['on', undefined])
  await store.database.tx(TENANT, (tx) =>
    tx.query(`UPDATE response_playbook_run SET body = body || '{"interpreter": 0}' WHERE id = $1`, [
      other.id,
    ]),
  )
  await playbooks.finishManual(ann, other.id, { key: await waiting(other.id), outcome: { ok: true } })
  const { state } = await playbooks.get(TENANT, other.id)
  assert.equal(state.phase, 'failed')
  assert.match(state.failure?.reason ?? '', /begun by interpreter 0/)
})
