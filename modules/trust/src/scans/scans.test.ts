import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { FileReport } from '@rampart/artifacts'
import { componentPrincipal, type Digest, type ModelVersion, PREDICATE } from '@rampart/domain'
import { createLogger, cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import { trustMigrations } from '../index.ts'
import { createTrust } from '../trust.ts'
import { createScanEngine } from './scan-engine.ts'
import { createScans, type ScanEngine } from './scans.ts'

const signer = createEd25519Signer(generateEd25519Pem())
const principal = componentPrincipal('test', ['operator'])
const digestOf = (digit: string) => `sha256:${digit.repeat(64)}` as Digest

let db: TestDatabase
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-scans-'))
  await writeFile(join(folder, digestOf('a')), 'just text')
  // Names os.system and calls it when it is loaded, which nothing here does.
  await writeFile(join(folder, digestOf('c')), 'cos\nsystem\n(S"true"\ntR.')
})
after(async () => rm(folder, { recursive: true, force: true }))
const fresh = async (): Promise<void> => {
  db = await testDatabase({ sources: [trustMigrations()] })
}

const open = (engine: ScanEngine, { maxOpen = 10, exclusive = true } = {}) => {
  const audit = { record: async () => undefined }
  const base = {
    database: db.database,
    eventLog: db.eventLog,
    clock: systemClock,
    random: cryptoRandom,
    logger: createLogger({ level: 'silent', name: 'test' }),
    audit,
  }
  const trust = createTrust({ ...base, signer })
  const scans = createScans({
    ...base,
    trust,
    engine,
    exclusive,
    maxOpen,
    artifacts: {
      get: async () =>
        ({
          artifacts: [
            { path: 'notes.txt', role: 'card', digest: digestOf('a'), sizeBytes: 1 },
            { path: 'copy.txt', role: 'card', digest: digestOf('a'), sizeBytes: 1 },
            { path: 'm.pkl', role: 'model', digest: digestOf('c'), sizeBytes: 1 },
          ],
        }) as unknown as ModelVersion,
      artifactPath: async (digest) => join(folder, digest),
      artifactSize: async (digest) => (digest === digestOf('d') ? undefined : 1),
      artifactNames: async (tenant, digest) =>
        tenant === 'default' && digest !== digestOf('e') ? ['m.bin'] : [],
    },
  })
  const evidence = async (digest: Digest) =>
    (await trust.evidenceFor('default', digest)).filter(
      ({ predicateType }) => predicateType === PREDICATE.scan,
    )
  return { scans, evidence }
}

const counting = (): ScanEngine & { readonly seen: string[] } => {
  const seen: string[] = []
  const report: FileReport = { path: 'x', format: 'text', verdict: 'clean', findings: [] }
  return {
    name: 'counting',
    seen,
    scan: async (_file, label) => {
      seen.push(label)
      return [report]
    },
    rest: async () => undefined,
  }
}

test('a registration has every file scanned once, in the worker, and what was found is signed', async (t) => {
  await fresh()
  t.after(() => db.stop())
  const { scans, evidence } = open(createScanEngine())
  await scans.start()
  t.after(scans.stop)
  const registered = () =>
    db.database.tx('default', (tx) =>
      db.eventLog.publish(tx, 'default', {
        type: 'rampart.model-version.registered.v1',
        subject: 'm:1',
        principal: 'user:ann',
        data: { name: 'm', version: '1', digest: digestOf('c'), stage: 'registered' },
      }),
    )
  await registered()
  await registered()
  await until(
    async () => (await evidence(digestOf('c'))).length === 1 && (await evidence(digestOf('a'))).length === 2,
  )
  await registered()
  await scans.settled('default', [{ digest: digestOf('c'), path: 'm.pkl' }])
  const [found] = await evidence(digestOf('c'))
  assert.equal(found?.verified, true)
  assert.equal(found?.predicate.result, 'blocked')
  assert.deepEqual(found?.predicate.path, 'm.pkl')
  assert.ok(((found?.predicate.rules ?? []) as string[]).includes('pickle-dangerous-global'))
  assert.equal((await evidence(digestOf('c'))).length, 1)
})

test('a scan that was cut off is made again after the next start, and attested once', async (t) => {
  await fresh()
  t.after(() => db.stop())
  let inHand = false
  const entered = Promise.withResolvers<void>()
  const cut = Promise.withResolvers<readonly FileReport[]>()
  const hanging: ScanEngine = {
    name: 'hanging',
    scan: () => {
      inHand = true
      entered.resolve()
      return cut.promise
    },
    // What the thread says when it is told to end; it is also told so when there is nothing to do.
    rest: async () => {
      if (inHand) cut.resolve([{ path: 'x', format: 'unknown', verdict: 'unverified', findings: [] }])
    },
  }
  const first = open(hanging)
  await first.scans.start()
  await first.scans.request(principal, digestOf('a'), { again: false })
  await entered.promise
  await first.scans.stop()
  assert.deepEqual(await first.evidence(digestOf('a')), [])
  const engine = counting()
  const second = open(engine)
  await second.scans.start()
  t.after(second.scans.stop)
  await until(async () => (await second.evidence(digestOf('a'))).length === 1)
  assert.deepEqual(engine.seen, ['m.bin'])
  assert.equal((await second.scans.list('default', digestOf('a')))[0]?.state, 'done')
})

test('asking again is one scan more, asking twice is not; unknown artifacts and full queues are refused', async (t) => {
  await fresh()
  t.after(() => db.stop())
  const engine = counting()
  const { scans, evidence } = open(engine, { maxOpen: 2 })
  const ask = (digit: string, again = false) => scans.request(principal, digestOf(digit), { again })
  await assert.rejects(ask('d'), { code: 'TRUST_ARTIFACT_NOT_FOUND' })
  await assert.rejects(ask('e'), { code: 'TRUST_ARTIFACT_NOT_FOUND' })
  await assert.rejects(
    scans.request(componentPrincipal('test', ['operator'], 'other'), digestOf('a'), { again: false }),
    { code: 'TRUST_ARTIFACT_NOT_FOUND' },
  )
  await ask('a')
  await ask('b')
  await assert.rejects(ask('c'), { code: 'TRUST_SCAN_QUEUE_FULL' })
  await scans.start()
  t.after(scans.stop)
  await until(
    async () => (await evidence(digestOf('a'))).length === 1 && (await evidence(digestOf('b'))).length === 1,
  )
  await ask('a')
  await ask('a', true)
  await until(async () => (await evidence(digestOf('a'))).length === 2)
  assert.equal(engine.seen.length, 3)
})
