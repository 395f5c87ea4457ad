import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Digest, ModelVersion, ModelVersionRef } from '@rampart/domain'
import { writeModel } from '@rampart/onnx/graph'
import { backdooredGraphs, tinyClassifier } from '@rampart/onnx/testing'
import { createModelGraphs } from './model-graphs.ts'

let folder: string
const digestOf = (version: string): Digest => `sha256:${version.replaceAll('.', '').padStart(64, '0')}`

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-graphs-'))
  const [bad] = backdooredGraphs(1)
  assert.ok(bad !== undefined)
  await writeFile(join(folder, digestOf('1.0.0')), tinyClassifier(3))
  await writeFile(join(folder, digestOf('1.1.0')), writeModel(bad.model))
  await writeFile(join(folder, digestOf('1.2.0')), 'no graph')
})
after(() => rm(folder, { recursive: true, force: true }))

const graphs = (timeoutMs = 60_000) =>
  createModelGraphs({
    versions: {
      get: async (_, { version }) =>
        ({ artifacts: [{ path: 'm', role: 'model', digest: digestOf(version) }] }) as unknown as ModelVersion,
      artifactPath: async (digest) => join(folder, digest),
    },
    defaultVersion: () => '1.0.0',
    timeoutMs,
  })

const ref = (version: string): ModelVersionRef => ({ name: 'm', version })

test('a graph is told with its lint, marked in the picture', async () => {
  const { lint, picture } = await graphs().graph('t', ref('1.1.0'))
  assert.equal(lint.verdict, 'suspicious')
  const marked = picture.boxes.filter(({ marks }) => marks.length > 0).map(({ name }) => name)
  assert.ok(marked.includes(lint.findings[0]?.location ?? ''))
})

test('it is compared with the version served by default, or with the one named', async () => {
  const room = graphs()
  const found = await room.diff('t', ref('1.1.0'), undefined)
  assert.deepEqual([found.against, found.diff.verdict], ['1.0.0', 'architecture'])
  const same = await room.diff('t', ref('1.1.0'), '1.1.0')
  assert.equal(same.diff.verdict, 'identical')
  await assert.rejects(room.diff('t', ref('1.0.0'), undefined), { code: 'TRUST_GRAPH_NO_PARENT' })
})

test('what is no graph, and what takes too long, is unreadable', async () => {
  await assert.rejects(graphs().graph('t', ref('1.2.0')), { code: 'TRUST_GRAPH_UNREADABLE' })
  await assert.rejects(graphs(0).graph('t', ref('1.0.0')), { code: 'TRUST_GRAPH_UNREADABLE' })
})
