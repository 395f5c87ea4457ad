import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { cli, startFakeServer } from './testing.ts'

let server: Awaited<ReturnType<typeof startFakeServer>>
const digest = `sha256:${'ab'.repeat(32)}`

before(async () => {
  server = await startFakeServer(({ path, query }) => {
    if (path === '/api/v1/lineage/m/2')
      return {
        body: {
          root: 'v2',
          nodes: [
            { id: 'v2', kind: 'model-version', label: 'm:2', stage: 'deployed', place: 'self', distance: 0 },
            {
              id: 'v1',
              kind: 'model-version',
              label: 'm:1',
              stage: 'retracted',
              place: 'ancestor',
              distance: 1,
              digest,
            },
            { id: 'd', kind: 'dataset', label: 'rows', place: 'ancestor', distance: 2 },
          ],
          edges: [],
          truncated: true,
          taints: [{ id: 'v1', label: 'm:1', stage: 'retracted', distance: 1 }],
        },
      }
    if (path === '/api/v1/lineage/datasets' && query.get('digest') === digest)
      return {
        body: {
          datasets: [],
          versions: [{ id: 'v1', kind: 'model-version', label: 'm:1', distance: 1 }],
          truncated: false,
        },
      }
    if (path === '/api/v1/models/m/difference')
      return {
        body: {
          from: { stage: 'deployed', verdict: { decision: 'allow' } },
          to: { stage: 'assessed' },
          sections: {
            metrics: {
              same: 0,
              total: 1,
              changes: [{ change: 'changed', kind: 'metric', name: 'accuracy', from: '0.9', to: '0.8' }],
            },
          },
          graph: { unavailable: 'no ONNX graph' },
        },
      }
    return undefined
  })
})
after(() => server.stop())

const run = (...argv: string[]) => cli([...argv, '--server', server.url])

test('lineage lists ancestors first, and says what a version descends from', async () => {
  const { code, out, err } = await run('lineage', 'm:2')
  assert.equal(code, 0)
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s+/)[3]),
    ['rows', 'm:1', 'm:2'],
  )
  assert.match(err, /it descends from m:1, which is retracted\nthere is more/)
  const json = await run('lineage', 'm:2', '-o', 'json')
  assert.equal(JSON.parse(json.out).taints.length, 1)
  assert.equal((await run('lineage', '--dataset', digest, '-o', 'name')).out, 'model-version/m:1\n')
  assert.equal((await run('lineage')).code, 2)
})

test('diff is a table of changes; two models are no pair', async () => {
  const { code, out, err } = await run('diff', 'm:1', 'm:2')
  assert.equal(code, 0)
  assert.match(out, /state +changed +stage, verdict +version +deployed, allow +assessed\n/)
  assert.match(out, /metrics +changed +metric +accuracy +0\.9 +0\.8\n/)
  assert.match(err, /graphs were not compared: no ONNX graph\n1 differences/)
  assert.equal((await run('diff', 'm:1', 'other:2')).code, 2)
})
