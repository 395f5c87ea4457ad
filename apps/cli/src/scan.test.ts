import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cli } from './testing.ts'

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-cli-scan-'))
  writeFileSync(join(folder, 'good.json'), '{"model_type": "bert"}')
  writeFileSync(join(folder, 'bad.pkl'), 'cposix\nsystem\n(Vtrue\ntR.')
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('a clean file is exit code 0 and a row of the table', async () => {
  const { code, out } = await cli(['scan', 'good.json'], { cwd: folder })
  assert.equal(code, 0)
  assert.match(out, /^VERDICT +FORMAT +FILE/)
  assert.match(out, /clean +huggingface-config +good\.json/)
})

test('a blocked file is exit code 5, with the finding as JSON under the path that was given', async () => {
  const { code, out, err } = await cli(['scan', '.', '-o', 'json'], { cwd: folder })
  assert.equal(code, 5)
  assert.match(err, /CLI_FILES_UNTRUSTED/)
  const { files } = JSON.parse(out) as {
    files: { path: string; verdict: string; findings: { rule: string }[] }[]
  }
  assert.deepEqual(
    files.map(({ path, verdict, findings }) => [path, verdict, findings.map(({ rule }) => rule)]),
    [
      ['./bad.pkl', 'blocked', ['pickle-dangerous-global']],
      ['./good.json', 'clean', []],
    ],
  )
})

test('SARIF is an answer of the scan alone', async () => {
  const { code, out } = await cli(['scan', 'bad.pkl', '-o', 'sarif'], { cwd: folder })
  assert.equal(code, 5)
  const sarif = JSON.parse(out) as { version: string; runs: { results: { ruleId: string }[] }[] }
  assert.equal(sarif.version, '2.1.0')
  assert.equal(sarif.runs[0]?.results[0]?.ruleId, 'pickle-dangerous-global')
  assert.equal((await cli(['get', 'models', '-o', 'sarif'])).code, 2)
})
