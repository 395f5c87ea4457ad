import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { tinyClassifier } from '@rampart/onnx/testing'
import { createGraphLint } from './graph-lint.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-lint-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const lint = async (bytes: Uint8Array, options = {}) => {
  const file = join(folder, 'm.onnx')
  await writeFile(file, bytes)
  return createGraphLint(options).lint(file, 'onnx')
}

test('an ordinary graph is clean, and other formats are none of its business', async () => {
  const found = await lint(tinyClassifier(4))
  assert.deepEqual([found?.result, found?.rules], ['clean', []])
  assert.equal(await createGraphLint().lint(join(folder, 'm.onnx'), 'pickle'), undefined)
})

test('what cannot be read or takes too long is suspicious, never clean', async () => {
  assert.equal((await lint(Buffer.from('no graph at all')))?.result, 'suspicious')
  assert.equal((await lint(tinyClassifier(4), { timeoutMs: 0 }))?.result, 'suspicious')
  assert.equal((await createGraphLint().lint(join(folder, 'absent'), 'onnx'))?.result, 'suspicious')
})
