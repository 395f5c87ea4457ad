import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Digest, ModelSpec } from '@rampart/domain'
import { assetPath, systemClock } from '@rampart/kit'
import { createAssess } from './assess.ts'
import { createProcessRunner } from './process-runner.ts'

const folder = await mkdtemp(join(tmpdir(), 'rampart-assess-'))
after(() => rm(folder, { recursive: true, force: true }))
const runner = createProcessRunner({ timeoutMs: 60_000, memoryMb: 1024, maxModelBytes: 1e9 })
const assess = createAssess({ runner, clock: systemClock, runtime: 'test' })

const file = async (path: string): Promise<{ path: string; digest: Digest }> => ({
  path,
  digest: `sha256:${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')}`,
})
const write = async (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  await writeFile(path, content)
  return file(path)
}
const model = await file(assetPath('examples/card-fraud/model.onnx'))
const reference = await file(assetPath('examples/card-fraud/reference.ndjson'))
const spec: ModelSpec = { reference: { label: 'label', prediction: 'label' }, limits: { minAccuracy: 0.9 } }
const request = { tenant: 'default', ref: { name: 'card-fraud', version: '1' }, spec, model, reference }

test('the shipped model passes, and what was measured is in the statement', async () => {
  const { predicate, signature, rows, outputs } = await assess(request)
  assert.equal(predicate.result, 'passed', predicate.reasons.join())
  assert.ok((predicate.metrics['accuracy'] ?? 0) > 0.9)
  assert.equal(signature?.inputs[0]?.datatype, 'FP32')
  assert.equal(outputs['label']?.length, rows.length)
  assert.equal(predicate.referenceDigest, reference.digest)
})

test('a limit that is not reached fails with the figure', async () => {
  const { predicate } = await assess({ ...request, spec: { ...spec, limits: { minAccuracy: 1 } } })
  assert.equal(predicate.result, 'failed')
  assert.match(predicate.reasons.join(), /accuracy \d+\.\d+ % is below the limit 100\.00 %/)
})

test('what is not a model, is cut off or was changed fails as an answer', async () => {
  const bytes = await readFile(model.path)
  const bad = [
    await write('text.onnx', 'not a model'),
    await write('empty.onnx', ''),
    await write('cut.onnx', bytes.subarray(0, bytes.length / 2)),
  ]
  for (const broken of [...bad, { path: model.path, digest: `sha256:${'0'.repeat(64)}` as Digest }]) {
    const { predicate, signature } = await assess({ ...request, model: broken })
    assert.equal(predicate.result, 'failed', broken.path)
    assert.equal(signature, undefined)
    assert.match(predicate.reasons.join(), /^ONNX_/)
  }
})

test('reference rows that are broken, too long or of another shape fail as an answer', async () => {
  const lines = [
    '{"inputs":',
    '{"inputs":{"features":[1,2]},"label":0}',
    '[]',
    `{"inputs":"${'x'.repeat(5_000_000)}"}`,
  ]
  for (const [index, line] of lines.entries()) {
    const { predicate } = await assess({
      ...request,
      reference: await write(`rows-${index}.ndjson`, `${line}\n`),
    })
    assert.equal(predicate.result, 'failed', line.slice(0, 40))
    assert.match(predicate.reasons.join(), /^(ASSURANCE|CODECS|ONNX)_/)
  }
})

test('what is of another format is told without a process', async () => {
  const never = createProcessRunner({ timeoutMs: 1, memoryMb: 1, maxModelBytes: 1e9 })
  const header = Buffer.from('{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const files: readonly [string, Uint8Array, RegExp][] = [
    ['m.safetensors', Buffer.concat([length, header, Buffer.alloc(1)]), /a safetensors file/],
    ['m.pkl', Buffer.from('80025d2e', 'hex'), /a pickle/],
    ['m.pt', Buffer.from('504b0304', 'hex'), /a zip archive/],
    ['m.gguf', Buffer.from('GGUF'), /a GGUF file/],
    ['m.h5', Buffer.from('894844460d0a1a0a', 'hex'), /an HDF5 file/],
  ]
  for (const [name, bytes, what] of files) {
    const one = createAssess({ runner: never, clock: systemClock, runtime: 'test' })
    const { predicate } = await one({ ...request, spec: {}, model: await write(name, bytes) })
    assert.equal(predicate.result, 'failed')
    assert.match(predicate.reasons.join(), what)
  }
  // What may be one is loaded: here it has no time to be.
  const one = createAssess({ runner: never, clock: systemClock, runtime: 'test' })
  const { reference: _rows, ...without } = request
  const { predicate } = await one({ ...without, spec: {} })
  assert.match(predicate.reasons.join(), /ONNX_WORKER_(TIMEOUT|DIED)/)
})
