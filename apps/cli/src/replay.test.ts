import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { cli, type Reply, startFakeServer } from './testing.ts'

const MANIFEST = `apiVersion: rampart/v1
kind: Model
metadata: { name: sign }
spec:
  version: "1"
  artifact: sign.onnx
  classes: ["negative", "positive"]
  reference: { path: reference.ndjson, label: label, prediction: label }
  features:
    - { name: size, input: x, index: 1 }
  replay: { path: heldout.ndjson.gz }
`
const RECORDS = [-3, -1, 0.5, 2, 4].map((value, index) =>
  JSON.stringify({ inputs: { x: [value, index] }, label: value > 0 ? 'positive' : 0 }),
)

type Sent = {
  readonly inputs: readonly { readonly data: readonly number[]; readonly shape: readonly number[] }[]
}

/** The sign of the first number, as the model would answer it. */
const infer = (body: string, rows: (readonly number[])[]): Reply => {
  const input = (JSON.parse(body) as Sent).inputs[0]
  rows.push(input?.data ?? [])
  return {
    body: {
      outputs: [{ name: 'label', datatype: 'INT64', shape: [1], data: [(input?.data[0] ?? 0) > 0 ? 1 : 0] }],
    },
  }
}

const withServer = async (
  work: (run: (...argv: string[]) => ReturnType<typeof cli>, rows: (readonly number[])[]) => Promise<void>,
  refuse = false,
) => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-replay-'))
  writeFileSync(join(folder, 'model.yaml'), MANIFEST)
  writeFileSync(join(folder, 'heldout.ndjson.gz'), gzipSync(`${RECORDS.join('\n')}\n`))
  const rows: (readonly number[])[] = []
  const server = await startFakeServer(({ path, body }) => {
    if (path === '/v2/models/sign')
      return {
        body: { name: 'sign', inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }], outputs: [] },
      }
    if (path === '/v2/models/sign/infer')
      return refuse ? { status: 429, body: { error: 'busy', code: 'SERVING_SHED' } } : infer(body, rows)
    if (path === '/api/v1/telemetry')
      return {
        body: {
          items: [{ model: 'sign', version: '1', verdict: 'drifted', worstFeature: 'size', rows: 500 }],
        },
      }
    if (path === '/api/v1/signals')
      return {
        body: {
          items: [
            {
              id: 's',
              state: 'raised',
              severity: 'high',
              title: 'size drifted',
              entity: { kind: 'model-version', id: 'sign:1' },
            },
          ],
        },
      }
    return undefined
  })
  try {
    await work((...argv) => cli(['replay', folder, '--server', server.url, ...argv], { now: Date.now }), rows)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

test('replay scores every record and reports drift and signals', async () => {
  await withServer(async (run, rows) => {
    const { code, out } = await run('-o', 'json')
    assert.equal(code, 0)
    const report = JSON.parse(out) as Record<string, unknown>
    assert.equal(report.answered, 5)
    assert.equal(report.accuracy, 1)
    assert.deepEqual(report.drift, { verdict: 'drifted', worst: 'size', rows: 500 })
    assert.equal(rows.length, 5)
    const text = (await run()).out
    assert.match(text, /accuracy {2}100\.00 %/)
    assert.match(text, /signals {3}high: size drifted/)
  })
})

test('--shift changes the named feature only, --limit cuts the stream', async () => {
  await withServer(async (run, rows) => {
    assert.equal((await run('--shift', 'size=x3', 'size=+1', '--limit', '3', '--in-flight', '1')).code, 0)
    assert.deepEqual(rows, [
      [-3, 1],
      [-1, 4],
      [0.5, 7],
    ])
  })
})

test('an unknown feature or operation is a usage error', async () => {
  await withServer(async (run) => {
    const misspelt = await run('--shift', 'sise=x3')
    assert.equal(misspelt.code, 2)
    assert.match(misspelt.err, /did you mean size\?/)
    assert.equal((await run('--shift', 'size=3')).code, 2)
  })
})

test('--rate spreads the records over time', async () => {
  await withServer(async (run) => {
    const startedAt = performance.now()
    await run('--rate', '20')
    assert.ok(performance.now() - startedAt >= 190, 'five records at 20 per second take at least 200 ms')
  })
})

test('refusals are counted by their code', async () => {
  await withServer(async (run) => {
    const { out } = await run()
    assert.match(out, /refused {3}5 × SERVING_SHED/)
  }, true)
})

test('a folder that is no example is exit code 3', async () => {
  const { code, err } = await cli(['replay', '../../etc', '--server', 'http://127.0.0.1:1'])
  assert.equal(code, 3)
  assert.match(err, /neither an example nor a folder/)
})
