import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { assetPath, resolveWorker } from './assets.ts'
import { createMetrics } from './metrics.ts'

test('shipped files are found from the repository root', () => {
  assert.ok(existsSync(assetPath('contracts/events')))
  assert.ok(existsSync(assetPath('packages/kit/migrations/0001_kit.sql')))
})

test('a worker is the source beside its caller, or the script beside the bundle', () => {
  assert.equal(
    resolveWorker('file:///repo/packages/a/src/b.ts', './x-worker.ts').href,
    'file:///repo/packages/a/src/x-worker.ts',
  )
  assert.equal(
    resolveWorker('file:///app/dist/main.js', './deep/x-worker.ts').href,
    'file:///app/dist/x-worker.js',
  )
})

test('metrics are on a registry of their own, and gauges may be read at scrape time', async () => {
  const metrics = createMetrics()
  metrics.counter({ name: 'a_total', help: 'a', labelNames: ['k'] }).inc({ k: 'v' })
  metrics.gauge({ name: 'b', help: 'b', collect: (gauge) => gauge.set(3) })
  metrics.histogram({ name: 'c', help: 'c', buckets: [1, 2] }).observe(1.5)
  const text = await metrics.registry.metrics()
  for (const line of ['a_total{k="v"} 1', 'b 3', 'c_bucket{le="2"} 1']) assert.ok(text.includes(line), line)
  assert.equal((await createMetrics().registry.metrics()).trim(), '')
})
