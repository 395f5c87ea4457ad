import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { writeModel } from '@rampart/onnx/graph'
import { backdooredGraphs, tinyClassifier } from '@rampart/onnx/testing'
import { cli } from './testing.ts'

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-cli-graph-'))
  writeFileSync(join(folder, 'good.onnx'), tinyClassifier(3))
  writeFileSync(join(folder, 'wider.onnx'), tinyClassifier(4))
  const [bad] = backdooredGraphs(1)
  if (bad !== undefined) writeFileSync(join(folder, 'bad.onnx'), writeModel(bad.model))
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('lint: a trigger is exit code 5 with its node, an ordinary graph is 0', async () => {
  const bad = await cli(['graph', 'lint', 'good.onnx', 'bad.onnx'], { cwd: folder })
  assert.equal(bad.code, 5)
  assert.match(bad.out, /^SEVERITY +RULE +FILE +NODE/)
  assert.match(bad.out, /high +(trigger|constant)-[a-z-]+ +bad\.onnx/)
  assert.equal((await cli(['graph', 'lint', 'good.onnx'], { cwd: folder })).code, 0)
  assert.equal((await cli(['graph', 'lint', 'absent.onnx'], { cwd: folder })).code, 3)
})

test('diff: the verdict is told, and what is allowed decides the exit code', async () => {
  const same = await cli(['graph', 'diff', 'good.onnx', 'good.onnx', '-o', 'name'], { cwd: folder })
  assert.deepEqual([same.code, same.out], [0, 'identical\n'])
  const wider = await cli(['graph', 'diff', 'good.onnx', 'wider.onnx', '-o', 'json'], { cwd: folder })
  assert.equal((JSON.parse(wider.out) as { verdict: string }).verdict, 'architecture')
  const refused = await cli(['graph', 'diff', 'good.onnx', 'wider.onnx', '--allow', 'weights'], {
    cwd: folder,
  })
  assert.equal(refused.code, 5)
  assert.match(refused.out, /changed +weights +weights/)
})
