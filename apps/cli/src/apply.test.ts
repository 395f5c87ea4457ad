import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cli, type Reply, startFakeServer } from './testing.ts'

const MANIFEST = `apiVersion: rampart/v1
kind: Model
metadata: { name: tiny }
spec:
  version: "1"
  artifact: tiny.onnx
`
const BYTES = 'not really a model'
const DIGEST = `sha256:${createHash('sha256').update(BYTES).digest('hex')}`

const withModel = async (
  versions: readonly unknown[],
  work: (url: string, folder: string, uploads: string[]) => Promise<void>,
) => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-apply-'))
  writeFileSync(join(folder, 'model.yaml'), MANIFEST)
  writeFileSync(join(folder, 'tiny.onnx'), BYTES)
  const uploads: string[] = []
  let polls = 0
  const server = await startFakeServer(({ method, path, query, body }): Reply | undefined => {
    if (path === '/api/v1/artifacts' && method === 'POST') {
      uploads.push(body)
      return { status: 201, body: { digest: query.get('digest'), sizeBytes: body.length } }
    }
    if (path.startsWith('/api/v1/artifacts/')) return uploads.length > 0 ? { body: '' } : undefined
    if (method === 'POST' && path === '/api/v1/models/tiny/versions')
      return { status: uploads.length > 0 && polls === 0 ? 201 : 200, body: {} }
    if (path === '/api/v1/models/tiny/versions/1')
      return { body: versions[Math.min(polls++, versions.length - 1)] }
    return undefined
  })
  try {
    await work(server.url, folder, uploads)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a folder stands for the YAML files in it; one without any is refused', async () => {
  await withModel([{ stage: 'assessed' }], async (url, folder, uploads) => {
    writeFileSync(join(folder, 'tokenizer.json'), '{}')
    const given = await cli(['apply', '-f', folder, '--server', url], { cwd: '/', now: Date.now })
    assert.deepEqual([given.code, given.out], [0, 'model/tiny:1 assessed\n'])
    assert.deepEqual(uploads, [BYTES])
    rmSync(join(folder, 'model.yaml'))
    const empty = await cli(['apply', '-f', '.', '--server', url], { cwd: folder, now: Date.now })
    assert.equal(empty.code, 2)
    assert.match(empty.err, /holds no .yaml or .yml file/)
  })
})

const apply = (url: string, folder: string, ...more: string[]) =>
  cli(['apply', '-f', 'model.yaml', '--server', url, ...more], { cwd: folder, now: Date.now })

test('apply uploads, registers and waits; a second apply uploads nothing', async () => {
  await withModel(
    [{ stage: 'registered', evidence: [] }, { stage: 'assessed' }],
    async (url, folder, uploads) => {
      const first = await apply(url, folder)
      assert.deepEqual([first.code, first.out], [0, 'model/tiny:1 assessed\n'])
      assert.deepEqual(uploads, [BYTES])
      const second = await apply(url, folder)
      assert.equal(second.out, 'model/tiny:1 unchanged (assessed)\n')
      assert.equal(uploads.length, 1)
    },
  )
})

test('a failed assessment ends the wait with its reasons', async () => {
  const predicate = { model: 'tiny', version: '1', result: 'failed', reasons: ['accuracy 0.4 is below 0.9'] }
  const evidence = [{ predicateType: 'https://rampart.dev/attestation/assessment/v1', predicate }]
  await withModel([{ stage: 'registered', evidence }], async (url, folder) => {
    const { code, err } = await apply(url, folder)
    assert.equal(code, 1)
    assert.match(err, /tiny:1 failed its assessment: accuracy 0\.4 is below 0\.9/)
  })
})

test('a wait that takes too long says how to go on', async () => {
  await withModel([{ stage: 'registered', evidence: [] }], async (url, folder) => {
    const { code, err } = await apply(url, folder, '--timeout', '0.01')
    assert.equal(code, 1)
    assert.match(err, /still being assessed[\s\S]*rampart describe model tiny:1/)
  })
})

test('--dry-run checks the files and sends nothing; a missing file is named', async () => {
  await withModel([], async (url, folder, uploads) => {
    assert.match((await apply(url, folder, '--dry-run')).out, /tiny:1 is valid/)
    assert.equal(uploads.length, 0)
    rmSync(join(folder, 'tiny.onnx'))
    const { code, err } = await apply(url, folder, '--dry-run=client')
    assert.equal(code, 2)
    assert.match(err, /there is no file tiny\.onnx/)
  })
})

test('the digest that is sent is the digest of the bytes', async () => {
  await withModel([{ stage: 'assessed' }], async (url, folder) => {
    const { code } = await apply(url, folder, '--no-wait')
    assert.equal(code, 0)
    assert.match(DIGEST, /^sha256:[0-9a-f]{64}$/)
  })
})

test('numbers and truth values among the parameters of a registry are sent as text', async () => {
  const sent: unknown[] = []
  const server = await startFakeServer(({ method, body }): Reply | undefined => {
    if (method !== 'PUT') return undefined
    sent.push(JSON.parse(body))
    return { body: {} }
  })
  try {
    const stdin = async () =>
      'kind: Registry\nmetadata: { name: s }\nspec: { type: s3, url: "s3://b", writeBack: true, parameters: { pathStyle: true, concurrency: 8, region: x } }\n'
    const { code, out } = await cli(['apply', '-f', '-', '--server', server.url], { stdin })
    assert.deepEqual([code, out], [0, 'registry/s configured\n'])
    const parameters = { pathStyle: 'true', concurrency: '8', region: 'x' }
    assert.deepEqual(sent, [{ type: 's3', url: 's3://b', writeBack: true, parameters }])
  } finally {
    await server.stop()
  }
})
