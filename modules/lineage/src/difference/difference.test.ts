import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Digest, type ModelVersion, PREDICATE } from '@rampart/domain'
import { AppError } from '@rampart/kit'
import fc from 'fast-check'
import { compareFacts, type Fact } from './changes.ts'
import { createDifference, type DifferenceDeps } from './difference.ts'

const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}`
const version = (number: string, over: Partial<ModelVersion> = {}): ModelVersion => ({
  name: 'm',
  version: number,
  tenant: 't',
  digest: digest(number),
  stage: 'assessed',
  spec: { labels: { team: number === '1' ? 'red' : 'blue' }, classes: ['no', 'yes'] },
  artifacts: [
    { path: 'model.onnx', role: 'model', digest: digest(number), sizeBytes: 3 },
    { path: 'card.md', role: 'card', digest: digest('c'), sizeBytes: 3 },
  ],
  signature: {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, number === '1' ? 30 : 31] }],
    outputs: [{ name: 'y', datatype: 'INT64', shape: [-1] }],
  },
  createdBy: 'user:a',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  revision: 1,
  ...over,
})

const deps = (over: Partial<DifferenceDeps> = {}): DifferenceDeps => ({
  get: async (_tenant, ref) => version(ref.version),
  evidenceAbout: async (_tenant, [first = digest('0')]) => [
    {
      subjectName: `m:${first.at(-1)}`,
      predicateType: PREDICATE.assessment,
      predicate: { result: 'passed', metrics: { accuracy: first === digest('1') ? 0.9 : 0.95 }, rows: 10 },
      signer: '',
      verified: true,
    },
    // Of other versions with the same bytes: not compared.
    { subjectName: 'other:1', predicateType: PREDICATE.approval, predicate: {}, signer: '', verified: true },
  ],
  verdict: async (_tenant, of) => (of === digest('1') ? { decision: 'allow', reasons: [] } : undefined),
  bom: async (_tenant, ref) =>
    JSON.stringify({
      components: [{ type: 'file', name: `only-in-${ref.version}`, hashes: [{ content: 'ab' }] }],
    }),
  graphChange: async () => {
    throw new AppError({ kind: 'InvalidInput', code: 'TRUST_GRAPH_UNREADABLE', message: 'no graph' })
  },
  lineage: async (_tenant, ref) => ({
    root: 'self',
    nodes: [
      {
        id: `dataset:d${ref.version}`,
        kind: 'dataset',
        label: 'rows',
        attributes: {},
        place: 'ancestor',
        distance: 1,
      },
    ],
    edges: [],
    truncated: false,
    taints: [],
  }),
  ...over,
})

test('every part that differs is named, what cannot be had is said', async () => {
  const found = await createDifference(deps())('t', 'm', '1', '2')
  const changesOf = (name: keyof typeof found.sections) =>
    found.sections[name].changes.map(({ change, kind, name: of, from, to }) => [change, kind, of, from, to])
  assert.deepEqual(changesOf('metrics'), [['changed', 'metric', 'accuracy', '0.9', '0.95']])
  assert.deepEqual(changesOf('interface'), [['changed', 'input', 'x', 'FP32 [-1, 30]', 'FP32 [-1, 31]']])
  assert.deepEqual(changesOf('files'), [['changed', 'model', 'model.onnx', digest('1'), digest('2')]])
  assert.equal(found.sections.files.same, 1)
  assert.deepEqual(changesOf('specification'), [['changed', 'label', 'team', 'red', 'blue']])
  assert.deepEqual(changesOf('components'), [
    ['added', 'file', 'only-in-2', undefined, 'ab'],
    ['removed', 'file', 'only-in-1', 'ab', undefined],
  ])
  assert.deepEqual([found.sections.evidence.same, found.sections.evidence.total], [1, 0])
  assert.deepEqual(changesOf('lineage'), [['changed', 'dataset', 'rows', 'dataset:d1', 'dataset:d2']])
  assert.deepEqual(found.graph, { unavailable: 'no graph' })
  assert.deepEqual([found.from.verdict?.decision, found.to.verdict], ['allow', undefined])
})

test('a version is not compared with itself; a fault of ours is not hidden', async () => {
  await assert.rejects(createDifference(deps())('t', 'm', '1', '1'), { code: 'LINEAGE_SAME_VERSION' })
  const broken = createDifference(deps({ graphChange: async () => Promise.reject(new Error('bug')) }))
  await assert.rejects(broken('t', 'm', '1', '2'), /bug/)
})

test('the way back is the opposite', () => {
  const facts = fc.uniqueArray(
    fc.record({ kind: fc.constantFrom('a', 'b'), name: fc.string(), value: fc.constantFrom('1', '2') }),
    { selector: ({ kind, name }: Fact) => `${kind}\n${name}`, maxLength: 20 },
  )
  fc.assert(
    fc.property(facts, facts, (from, to) => {
      const [there, back] = [compareFacts(from, to), compareFacts(to, from)]
      assert.deepEqual([there.same, there.total], [back.same, back.total])
      const count = (section: typeof there, change: string) =>
        section.changes.filter((one) => one.change === change).length
      assert.equal(count(there, 'added'), count(back, 'removed'))
      assert.deepEqual(compareFacts(from, from), { same: from.length, total: 0, changes: [] })
    }),
  )
})
