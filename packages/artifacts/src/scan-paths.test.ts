import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { scanPaths, toSarif } from './index.ts'
import { systemCall } from './testing/pickle-parts.ts'
import { benignFiles, scanBytes } from './testing.ts'

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-artifacts-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('harmless files of every format are clean', () => {
  const wrong = benignFiles()
    .flatMap(({ name, data }) => scanBytes(name, data))
    .filter(({ verdict }) => verdict !== 'clean')
  assert.deepEqual(wrong, [])
})

test('a folder is scanned with its members, links and nested folders', async () => {
  const root = join(folder, 'model')
  mkdirSync(join(root, 'deep'), { recursive: true })
  writeFileSync(join(root, 'deep', 'model.pkl.gz'), gzipSync(systemCall()))
  writeFileSync(join(root, 'config.json'), '{"model_type": "bert"}')
  symlinkSync('/etc/hostname', join(root, 'link'))
  symlinkSync('config.json', join(root, 'inside.json'))
  const { files } = await scanPaths([root])
  assert.deepEqual(
    files.map(({ path, verdict }) => [path.slice(root.length + 1), verdict]),
    [
      ['config.json', 'clean'],
      ['deep/model.pkl.gz', 'blocked'],
      ['deep/model.pkl.gz!model.pkl', 'blocked'],
      ['link', 'unverified'],
    ],
  )
  assert.deepEqual(files[2]?.findings[0], {
    rule: 'pickle-dangerous-global',
    severity: 'critical',
    message: 'imports "posix.system"',
    location: 'offset 17',
  })
})

test('a path that does not exist is unverified, not an exception', async () => {
  const { files } = await scanPaths([join(folder, 'nothing')])
  assert.deepEqual(
    files.map(({ verdict }) => verdict),
    ['unverified'],
  )
})

test('a scan past its deadline is unverified and keeps what it had found', async () => {
  const path = join(folder, 'slow.pkl')
  writeFileSync(path, Buffer.concat([systemCall().subarray(0, -1), Buffer.alloc(4 << 20, 'N0')]))
  const { files } = await scanPaths([path], { limits: { maxMillis: 1 } })
  assert.equal(files[0]?.verdict === 'clean', false)
})

test('a thread that runs out of memory leaves its file unverified and the next one is scanned', async () => {
  const hungry = join(folder, 'hungry.pkl')
  writeFileSync(hungry, Buffer.concat([Buffer.from([0x80, 4]), Buffer.alloc(8 << 20, '}q\x00')]))
  const calm = join(folder, 'calm.json')
  writeFileSync(calm, '{}')
  const { files } = await scanPaths([hungry, calm])
  assert.deepEqual(
    files.map(({ verdict }) => verdict),
    ['unverified', 'clean'],
  )
})

test('bombs are stopped within their budget', () => {
  const bomb = gzipSync(
    Buffer.concat([
      Buffer.from([0x80, 4, 0x8e]),
      Buffer.from('0000000002000000', 'hex'),
      Buffer.alloc(32 << 20),
    ]),
  )
  const [report] = scanBytes('bomb.pkl.gz', bomb, { maxExpandedBytes: 8 << 20 })
  assert.equal(report?.verdict, 'blocked')
})

test('SARIF names every finding with its rule, level and place', async () => {
  const path = join(folder, 'evil model.pkl')
  writeFileSync(path, systemCall())
  const { files } = await scanPaths([path])
  const sarif = toSarif(files, '1.2.3')
  const run = sarif.runs[0]
  assert.equal(sarif.version, '2.1.0')
  assert.deepEqual(
    run?.tool.driver.rules.map(({ id }) => id),
    ['pickle-dangerous-global'],
  )
  assert.equal(run?.results[0]?.level, 'error')
  assert.match(
    run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri ?? '',
    /^file:\/\/\/.*evil%20model\.pkl$/,
  )
})
