/** Our events under the OpenLineage project's Python client, and its events in our graph. Run by the openlineage peer group. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { RunEvent } from './openlineage/event-schema.ts'

const python = process.env.RAMPART_OPENLINEAGE ?? ''
const server = process.env.RAMPART_SERVER ?? ''
const token = readFileSync(join(process.env.RAMPART_HOME ?? '', 'token'), 'utf8').trim()
const client = fileURLToPath(new URL('../../../peers/openlineage-client.py', import.meta.url))

const run = (args: readonly string[], input = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(python, [client, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout.trim()) : reject(new Error(`${error.message}\n${stderr}`)),
    )
    child.stdin?.end(input)
  })
const get = async <T>(path: string): Promise<T> => {
  const response = await fetch(`${server}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(response.status, 200, path)
  return (await response.json()) as T
}

test('every event that we write is one to the reference client', async () => {
  const { items } = await get<{ items: RunEvent[] }>('/lineage/events?limit=500')
  // Three examples, each registered, assessed, approved and deployed, each step with its start and its end.
  assert.equal(items.length, 24)
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('')
  assert.equal(await run(['check'], lines), '24')
})

test('what the reference client sends becomes ancestors of the version it names', async () => {
  const runId = await run(['emit', server, token])
  type Graph = { nodes: { kind: string; label: string; attributes: Record<string, unknown> }[] }
  const { nodes } = await get<Graph>('/lineage/card-fraud/1.0.0?direction=ancestors')
  assert.ok(nodes.some(({ kind, attributes }) => kind === 'run' && attributes.runId === runId))
  assert.ok(nodes.some(({ kind, label }) => kind === 'code' && label === 'git.example/train@0a1b2c'))
  assert.ok(nodes.some(({ kind, label }) => kind === 'dataset' && label === 's3://peers/rows'))
  const { versions } = await get<{ versions: { label: string }[] }>(
    `/lineage/datasets?digest=sha256:${'5'.repeat(64)}`,
  )
  assert.deepEqual(
    versions.map(({ label }) => label),
    ['card-fraud:1.0.0'],
  )
})
