/** The command line against a real server: the main way of a model, hostile model files, and exit codes. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { bytesField, intField, textField, tinyClassifier } from '@rampart/onnx/testing'
import { assertOipError, issueKey, startTestPlane, type TestPlane } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-cli-'))
let plane: TestPlane

before(async () => {
  plane = await startTestPlane()
})
after(async () => {
  await plane.stop()
  rmSync(folder, { recursive: true, force: true })
})

type Result = { readonly code: number; readonly out: string; readonly err: string }

type Cli = (argv: readonly string[], io: Record<string, unknown>, version: string) => Promise<number>
// By its address: processes do not import one another, and starting one per command would take most of the test.
const { runCli } = (await import(new URL('../../cli/src/program.ts', import.meta.url).href)) as {
  runCli: Cli
}

const rampart = async (
  args: readonly string[],
  { token, untilOut }: { token?: string; untilOut?: RegExp } = {},
): Promise<Result> => {
  const interrupt = new AbortController()
  const text = { out: '', err: '' }
  const env = { HOME: folder, RAMPART_HOME: plane.home, RAMPART_SERVER: plane.url }
  const io = {
    out: (chunk: string) => {
      text.out += chunk
      if (untilOut?.test(text.out) === true) interrupt.abort()
    },
    err: (chunk: string) => {
      text.err += chunk
    },
    env: token === undefined ? env : { ...env, RAMPART_TOKEN: token },
    ...{ cwd: folder, stdin: async () => '', isTerminal: false, columns: 80 },
    signal: interrupt.signal,
    now: Date.now,
  }
  return { code: await runCli(args, io, '0.0.0'), ...text }
}

const succeed = async (args: readonly string[], options?: { token?: string }): Promise<string> => {
  const { code, out, err } = await rampart(args, options)
  assert.equal(code, 0, `${args.join(' ')}: ${out}${err}`)
  return out
}

const manifest = (name: string, version: string, bytes: Uint8Array, reference?: Uint8Array): string => {
  const at = join(folder, `${name}-${version}`)
  mkdirSync(at, { recursive: true })
  writeFileSync(join(at, 'model.onnx'), bytes)
  if (reference !== undefined) writeFileSync(join(at, 'rows.jsonl.gz'), reference)
  const rows =
    reference === undefined ? {} : { reference: { path: 'rows.jsonl.gz', label: 'y', prediction: 'label' } }
  const spec = { version, artifact: 'model.onnx', ...rows }
  const file = join(at, 'model.yaml')
  writeFileSync(file, JSON.stringify({ apiVersion: 'rampart/v1', kind: 'Model', metadata: { name }, spec }))
  return file
}

const externalData = (): Uint8Array => {
  const entry = (key: string, value: string) =>
    bytesField(13, Buffer.concat([textField(1, key), textField(2, value)]))
  const tensor = Buffer.concat([
    ...[intField(1, 4), intField(2, 1), textField(8, 'weights')],
    ...[entry('location', '../../../../etc/passwd'), intField(14, 1)],
  ])
  // Later fields of a message are merged: the graph of a good model gets one more initializer.
  return Buffer.concat([tinyClassifier(4), bytesField(7, bytesField(5, tensor))])
}

test('from a file to an answered inference, and back', async () => {
  const file = manifest('tiny', '1.0.0', tinyClassifier(4))
  assert.match(await succeed(['apply', '--dry-run', '-f', file]), /is valid/)
  assert.match(await succeed(['apply', '-f', file]), /model\/tiny:1\.0\.0 assessed/)
  assert.match(await succeed(['apply', '-f', file]), /unchanged \(assessed\)/)
  await succeed(['approve', 'tiny:1.0.0', '--reason', 'looked at it'])
  await succeed(['deploy', 'tiny:1.0.0'])
  const [json, yaml, table, passport] = await Promise.all([
    succeed(['get', 'models', '-o', 'json']),
    succeed(['get', 'models', '-o', 'yaml']),
    succeed(['get', 'models']),
    succeed(['describe', 'model', 'tiny:1.0.0']),
  ])
  const { items } = JSON.parse(json) as {
    items: { name: string; version: string; digest: string; stage: string }[]
  }
  assert.deepEqual(
    items.map(({ name, version, stage }) => [name, version, stage]),
    [['tiny', '1.0.0', 'deployed']],
  )
  assert.match(items[0]?.digest ?? '', /^sha256:[0-9a-f]{64}$/)
  assert.match(yaml, /stage: deployed/)
  assert.match(table, /NAME[\s\S]*tiny/)
  assert.match(passport, /looked at it/)

  const body = { inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }] }
  const infer = () => plane.call('POST', '/v2/models/tiny/infer', { token: null, body })
  assert.equal((await infer()).status, 200)
  await succeed(['retract', 'tiny:1.0.0', '--reason', 'found to be poisoned'])
  assertOipError(await infer())
  const [events, verified] = await Promise.all([
    rampart(['events', '-w', '--after', '0-0', '-o', 'json'], { untilOut: /"to": ?"retracted"/ }),
    succeed(['audit', 'verify']),
  ])
  assert.match(events.out, /rampart\.model-version\.registered\.v1[\s\S]*retracted/)
  assert.match(verified, /^verified: \d+ entries/)
})

test('a model file that is none is refused by assessment, with its reason, and nothing breaks', async () => {
  const good = Buffer.from(tinyClassifier(4))
  const bomb = gzipSync(Buffer.alloc(300 * 1024 ** 2, ' '))
  const hostile: [string, Uint8Array, Uint8Array?][] = [
    ['not-onnx', Buffer.from('MZ this is no model')],
    ['empty', Buffer.alloc(0)],
    ['cut-off', good.subarray(0, good.length / 2)],
    ['endless', Buffer.concat([Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]), Buffer.alloc(64)])],
    ['external', externalData()],
    ['zipped', gzipSync(good)],
    ['bomb', good, bomb],
  ]
  const rss = process.memoryUsage().rss
  const apply = async ([name, bytes, reference]: (typeof hostile)[number]): Promise<void> => {
    const { code, err } = await rampart([
      'apply',
      '-f',
      manifest(name, '1', bytes, reference),
      '--timeout',
      '60',
    ])
    assert.equal(code, 1, `${name}: exit ${code} ${err}`)
    assert.match(
      err,
      /failed its assessment: ((ONNX|CODECS|ASSURANCE)_\w+|the scan of|waits for a waiver)/,
      name,
    )
    const version = await plane.call('GET', `/api/v1/models/${name}/versions/1`)
    assert.equal(version.json?.['stage'], 'registered')
  }
  await Promise.all(hostile.map(apply))
  assert.ok(process.memoryUsage().rss - rss < 200 * 1024 ** 2)
  assert.deepEqual(plane.errors(), [])
})

test('what fails says so in words and by its exit code', async () => {
  const viewer = await issueKey(plane, 'reader', ['viewer'])
  const file = manifest('denied', '1', tinyClassifier(4))
  const unknownKey = join(folder, 'wrong.yaml')
  writeFileSync(
    unknownKey,
    'apiVersion: rampart/v1\nkind: Model\nmetadata: {name: a, colour: red}\nspec: {}\n',
  )
  const cases: [readonly string[], number, RegExp, string?][] = [
    [['get', 'nonsense'], 2, /nonsense/],
    [['frobnicate'], 2, /frobnicate/],
    [['describe', 'model', 'absent:1'], 3, /absent:1/],
    [['approve', 'no-version'], 2, /NAME:VERSION/],
    [['apply', '-f', unknownKey], 2, /colour|metadata/],
    [['apply', '-f', join(folder, 'absent.yaml')], 2, /absent\.yaml/],
    [['apply', '-f', file], 4, /needs one of the roles/, viewer],
    [['get', 'models'], 4, /credentials/, 'garbage'],
    [['get', 'models', '--server', 'http://127.0.0.1:1'], 6, /127\.0\.0\.1:1/],
    [['delete', 'route', 'absent'], 3, /absent/],
  ]
  for (const [args, expected, words, token] of cases) {
    const { code, err } = await rampart(args, token === undefined ? {} : { token })
    assert.equal(code, expected, `${args.join(' ')}: ${err}`)
    assert.match(err, words)
  }
})
