import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Digest, ModelVersion, ModelVersionRef, Principal, RegistryLineage } from '@rampart/domain'
import { systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createLineage } from './lineage.ts'
import type { RunEvent } from './openlineage/event-schema.ts'

let store: TestDatabase
const principal: Principal = { kind: 'user', id: 'ana', tenant: 'default', roles: ['admin'], via: 'token' }
const registered = new Map<string, ModelVersion>()
const sha = (digit: string): Digest => `sha256:${digit.repeat(64)}`

const modelVersion = (ref: ModelVersionRef, digest: Digest, reference?: Digest): ModelVersion => ({
  ...ref,
  tenant: 'default',
  digest,
  stage: 'registered',
  spec: {},
  artifacts: [
    { path: 'model.onnx', role: 'model', digest, sizeBytes: 1 },
    ...(reference === undefined
      ? []
      : [{ path: 'rows.ndjson', role: 'reference' as const, digest: reference, sizeBytes: 1 }]),
  ],
  createdBy: 'user:ana',
  createdAt: systemClock.iso(),
  updatedAt: systemClock.iso(),
  revision: 1,
})

const audited: string[] = []
const said = new Map<string, RegistryLineage>()
const create = () =>
  createLineage({
    database: store.database,
    eventLog: store.eventLog,
    clock: systemClock,
    namespace: 'rampart',
    registryLineage: async (_tx, { registry, model, version }) => said.get(`${registry}/${model}/${version}`),
    audit: { record: async (_tx, { action }) => void audited.push(action) },
    versions: {
      get: async (_tenant, { name, version }) => {
        const found = registered.get(`${name}:${version}`)
        if (found === undefined) throw new Error('no such version')
        return found
      },
      versionsWithDigest: async (_tx, digest) =>
        [...registered.values()].filter((one) => one.digest === digest),
    },
  })
let lineage: ReturnType<typeof create>

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'lineage', dir }] })
  lineage = create()
  await lineage.start()
})
after(async () => {
  await lineage.stop()
  await store.stop()
})

const publish = async (version: ModelVersion, type: 'registered' | 'transitioned', to = 'registered') => {
  registered.set(`${version.name}:${version.version}`, version)
  const { name, digest } = version
  const data =
    type === 'registered'
      ? { name, version: version.version, digest, stage: to }
      : { name, version: version.version, digest, from: 'registered', to, reason: 'r', decision_id: 'd' }
  await store.database.tx('default', (tx) =>
    store.eventLog.publish(tx, 'default', {
      type: `rampart.model-version.${type}.v1`,
      subject: `${name}:${version.version}`,
      principal: 'user:ana',
      data,
    }),
  )
}
/** An event is readable a little after its transaction: polled for. */
const untilStage = ({ name, version }: ModelVersionRef, stage: string) =>
  until(async () =>
    (await graphOf(name, version)).nodes.some((one) => one.place === 'self' && one.stage === stage),
  )
const known = async (...versions: ModelVersion[]) => {
  for (const version of versions) await publish(version, 'registered')
  for (const version of versions) await untilStage(version, 'registered')
}
const graphOf = (name: string, version: string, direction: 'both' | 'ancestors' | 'descendants' = 'both') =>
  lineage.graph('default', { name, version }, { depth: 20, direction })
const labels = (nodes: readonly { kind: string; label: string }[], kind = 'model-version') =>
  nodes
    .filter((one) => one.kind === kind)
    .map(({ label }) => label)
    .sort()

const facet = (fields: Record<string, unknown>) => ({
  _producer: 'https://example.test/p',
  _schemaURL: 'https://example.test/s',
  ...fields,
})
let runs = 0
const runEvent = (over: Partial<RunEvent> & { run?: RunEvent['run'] } = {}): RunEvent => ({
  eventType: 'COMPLETE',
  eventTime: '2026-11-01T10:00:00.123456Z',
  producer: 'https://example.test/p',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: `01900000-0000-7000-8000-${String(++runs).padStart(12, '0')}` },
  job: { namespace: 'airflow', name: 'train' },
  ...over,
})

test('a registry’s word becomes ancestors: run, data, code, parents under its own names', async () => {
  const [base, child] = [
    modelVersion({ name: 'base', version: '1' }, sha('1'), sha('a')),
    modelVersion({ name: 'child', version: '1' }, sha('2')),
  ]
  await known(base, child)
  const say = async (ref: ModelVersionRef, parents: { model: string; version: string }[]) => {
    const key = { registry: 'mlflow', model: `Registry ${ref.name}`, version: '7' }
    said.set(`${key.registry}/${key.model}/${key.version}`, {
      runId: `run-${ref.name}`,
      codeRevision: 'abc123',
      codeRepository: 'https://example.test/train.git',
      datasets: [{ name: 'transactions', digest: 'b'.repeat(64) }],
      parents,
    })
    await store.database.tx('default', (tx) =>
      store.eventLog.publish(tx, 'default', {
        type: 'rampart.registry.observed.v1',
        subject: 'mlflow/m',
        principal: 'registry:mlflow',
        data: { ...key, ref: `${ref.name}:${ref.version}`, change: 'version-registered' },
      }),
    )
    await until(async () =>
      (await graphOf(ref.name, ref.version)).edges.some(
        ({ to, kind }) => kind === 'produced' && to.includes(ref.name),
      ),
    )
  }
  // The child is told of first: its parent is known by another name only.
  await say({ name: 'child', version: '1' }, [{ model: 'Registry base', version: '7' }])
  assert.deepEqual(labels((await graphOf('child', '1')).nodes, 'model'), ['Registry base:7'])
  await say({ name: 'base', version: '1' }, [])
  const graph = await graphOf('child', '1', 'ancestors')
  assert.deepEqual(labels(graph.nodes), ['base:1', 'child:1'])
  assert.deepEqual(labels(graph.nodes, 'dataset'), ['rows.ndjson', 'transactions'])
  assert.deepEqual(labels(graph.nodes, 'code'), ['example.test/train@abc123'])
  assert.deepEqual(labels(graph.nodes, 'run'), ['run-base', 'run-child'])
  assert.equal(graph.edges.find(({ kind }) => kind === 'parent-of')?.statedBy, 'registry:mlflow')
  assert.deepEqual(labels((await graphOf('base', '1', 'descendants')).nodes), ['base:1', 'child:1'])
  const before = (await graphOf('child', '1')).edges.length
  await say({ name: 'child', version: '1' }, [{ model: 'Registry base', version: '7' }])
  assert.equal((await graphOf('child', '1')).edges.length, before)
})

test('OpenLineage: bytes join runs, outputs count once the run completes, the same event changes nothing', async () => {
  const run = runEvent().run
  const rows = {
    namespace: 's3://data',
    name: 'rows',
    facets: { version: facet({ datasetVersion: sha('c') }) },
  }
  const output = { namespace: 'registry', name: 'tuned', facets: { digest: facet({ digest: sha('d') }) } }
  const start = runEvent({ run, eventType: 'START', inputs: [rows], outputs: [output] })
  assert.deepEqual(await lineage.recordEvent(principal, start), { outcome: 'recorded' })
  assert.deepEqual(await lineage.recordEvent(principal, start), { outcome: 'known' })
  // The bytes are registered only now, and the run is not complete.
  await known(modelVersion({ name: 'tuned', version: '2' }, sha('d')))
  assert.deepEqual(labels((await graphOf('tuned', '2')).nodes, 'run'), [])
  await lineage.recordEvent(principal, runEvent({ run, eventType: 'COMPLETE', inputs: [], outputs: [] }))
  assert.equal(labels((await graphOf('tuned', '2')).nodes, 'run').length, 1)
  // It is read again, by its bytes, to make another one, which is named as a version.
  await lineage.recordEvent(
    principal,
    runEvent({ inputs: [output], outputs: [{ namespace: 'rampart', name: 'tuned:3' }] }),
  )
  await known(modelVersion({ name: 'tuned', version: '3' }, sha('e')))
  const { versions, datasets } = await lineage.versionsOfDataset('default', { digest: sha('c') })
  assert.deepEqual(
    [labels(datasets, 'dataset'), labels(versions)],
    [['s3://data/rows'], ['tuned:2', 'tuned:3']],
  )
  assert.deepEqual(labels((await graphOf('tuned', '2', 'descendants')).nodes), ['tuned:2', 'tuned:3'])
  await publish(modelVersion({ name: 'tuned', version: '2' }, sha('d')), 'transitioned', 'retracted')
  await untilStage({ name: 'tuned', version: '2' }, 'retracted')
  assert.deepEqual(
    (await graphOf('tuned', '3')).taints.map(({ label, stage }) => [label, stage]),
    [['tuned:2', 'retracted']],
  )
})

test('a bare name stands for the newest bytes written under it; a failed run made nothing', async () => {
  const named = { namespace: 'warehouse', name: 'features' }
  const bytes = { ...named, facets: { version: facet({ datasetVersion: sha('f') }) } }
  await lineage.recordEvent(
    principal,
    runEvent({ inputs: [{ namespace: 'x', name: 'raw' }], outputs: [bytes] }),
  )
  await lineage.recordEvent(
    principal,
    runEvent({ inputs: [named], outputs: [{ namespace: 'rampart', name: 'named:1' }] }),
  )
  await lineage.recordEvent(
    principal,
    runEvent({ eventType: 'FAIL', inputs: [named], outputs: [{ namespace: 'rampart', name: 'named:2' }] }),
  )
  await known(
    modelVersion({ name: 'named', version: '1' }, sha('7')),
    modelVersion({ name: 'named', version: '2' }, sha('8')),
  )
  assert.deepEqual(labels((await lineage.versionsOfDataset('default', { digest: sha('f') })).versions), [
    'named:1',
  ])
  assert.deepEqual(labels((await graphOf('named', '1')).nodes, 'dataset'), ['warehouse/features', 'x/raw'])
  assert.equal((await graphOf('named', '2')).edges.length, 0)
  assert.deepEqual((await lineage.versionsOfDataset('other', { digest: sha('f') })).versions, [])
})

test('cycles end, sizes are cut and said to be', async () => {
  await known(modelVersion({ name: 'loop', version: '1' }, sha('9')))
  const self = { namespace: 'rampart', name: 'loop:1' }
  const back = { namespace: 'n', name: 'back' }
  await lineage.recordEvent(principal, runEvent({ inputs: [self], outputs: [back] }))
  await lineage.recordEvent(principal, runEvent({ inputs: [back], outputs: [self] }))
  const graph = await graphOf('loop', '1')
  assert.equal(graph.truncated, false)
  assert.equal(graph.nodes.length, 4)
  const many = Array.from({ length: 1000 }, (_, at) => ({ namespace: 'n', name: `d${at}` }))
  await lineage.recordEvent(principal, runEvent({ inputs: many, outputs: [self] }))
  const large = await graphOf('loop', '1')
  assert.equal(large.truncated, true)
  assert.ok(large.nodes.length <= 1000)
  const shallow = await lineage.graph(
    'default',
    { name: 'loop', version: '1' },
    { depth: 1, direction: 'ancestors' },
  )
  assert.deepEqual([shallow.truncated, Math.max(...shallow.nodes.map(({ distance }) => distance))], [true, 1])
})

test('what cannot be kept is refused: facets without a base, NUL, half characters, large events', async () => {
  const refused = (over: Partial<RunEvent>) =>
    assert.rejects(lineage.recordEvent(principal, runEvent(over)), { code: 'LINEAGE_EVENT_INVALID' })
  await refused({ run: { runId: runEvent().run.runId, facets: { custom: { a: 1 } } } })
  await refused({ job: { namespace: 'n', name: 'a\0b' } })
  await refused({ job: { namespace: 'n', name: 'a\ud800' } })
  await refused({ job: { namespace: 'n', name: 'j', facets: { big: facet({ text: 'x'.repeat(300_000) }) } } })
  await refused({ eventTime: '2026-99-99T00:00:00Z' })
})

test('our own steps are OpenLineage runs with a start and an end, and are not read back', async () => {
  await known(modelVersion({ name: 'own', version: '1' }, sha('0')))
  const all = []
  let cursor: string | undefined
  for (let page = await lineage.ownEvents('default', cursor, 2); page.events.length > 0; ) {
    all.push(...page.events)
    page = await lineage.ownEvents('default', page.cursor, 2)
  }
  const mine = all.filter(({ outputs }) => outputs?.[0]?.name === 'own:1')
  assert.deepEqual(
    mine.map(({ eventType, job }) => [eventType, job.name]),
    [
      ['START', 'register'],
      ['COMPLETE', 'register'],
    ],
  )
  const [first] = mine
  assert.ok(first)
  assert.deepEqual(await lineage.recordEvent(principal, first), { outcome: 'own' })
})

test('a bill of materials names data, ancestors and code; one about other bytes is refused', async () => {
  await known(
    modelVersion({ name: 'with-bom', version: '1' }, sha('3')),
    modelVersion({ name: 'bom-parent', version: '1' }, sha('4')),
  )
  const bom = (digest: string) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: {
      component: {
        type: 'machine-learning-model',
        name: 'anything',
        hashes: [{ alg: 'SHA-256', content: digest.slice(7) }],
        modelCard: { modelParameters: { datasets: [{ ref: 'd' }, { type: 'dataset', name: 'inline' }] } },
        externalReferences: [{ type: 'vcs', url: 'https://example.test/code' }],
        pedigree: {
          ancestors: [
            {
              type: 'machine-learning-model',
              name: 'x',
              hashes: [{ alg: 'SHA-256', content: '4'.repeat(64) }],
            },
          ],
          commits: [{ uid: 'deadbeef' }],
        },
      },
    },
    components: [
      { type: 'data', 'bom-ref': 'd', name: 'clicks', hashes: [{ alg: 'SHA-256', content: '5'.repeat(64) }] },
    ],
  })
  const ref = { name: 'with-bom', version: '1' }
  await assert.rejects(lineage.importBom(principal, ref, bom(sha('6'))), { code: 'LINEAGE_BOM_OTHER_BYTES' })
  await assert.rejects(lineage.importBom(principal, ref, { bomFormat: 'SPDX' }), {
    code: 'CODECS_BOM_INVALID',
  })
  assert.deepEqual(await lineage.importBom(principal, ref, bom(sha('3'))), {
    datasets: 2,
    ancestors: 1,
    digestMatched: true,
  })
  const graph = await graphOf('with-bom', '1', 'ancestors')
  assert.deepEqual(labels(graph.nodes), ['bom-parent:1', 'with-bom:1'])
  assert.deepEqual(labels(graph.nodes, 'dataset'), ['clicks', 'inline'])
  assert.deepEqual(labels(graph.nodes, 'code'), ['example.test/code@deadbeef'])
  assert.deepEqual(labels((await lineage.versionsOfDataset('default', { digest: sha('5') })).versions), [
    'with-bom:1',
  ])
  assert.deepEqual(audited, ['lineage.bom-import'])
})
