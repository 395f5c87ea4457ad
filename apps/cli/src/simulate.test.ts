import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sinceOf } from './commands/simulate.ts'
import { cli, startFakeServer } from './testing.ts'

const action = { action: 'network.segment', entity: { kind: 'host', id: 'h' }, parameters: {}, reasons: [] }
const answer = {
  since: '2025-12-25T00:00:00.000Z',
  decisions: 3,
  incidents: 2,
  truncated: false,
  active: { actions: 1, acted: 1, faults: 0, version: 4, digest: 'sha256:a' },
  candidate: { actions: 1, acted: 0, faults: 0, digest: 'sha256:b' },
  unchanged: 2,
  differences: [
    {
      ...{ incident: 'i1', title: 'Miner', severity: 'high', time: '2025-12-26T00:00:00.000Z' },
      added: [],
      removed: [],
      changed: [
        {
          active: { ...action, mode: 'act', approvals_needed: 0 },
          candidate: { ...action, mode: 'recommend', approvals_needed: 2 },
        },
      ],
      reasons: [],
    },
  ],
}

let folder: string
let server: Awaited<ReturnType<typeof startFakeServer>>
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-simulate-'))
  await writeFile(join(folder, 'response.rego'), 'package rampart.response')
  await writeFile(join(folder, 'README.md'), 'not part of it')
  server = await startFakeServer(({ path }) =>
    path === '/api/v1/simulations/response' ? { body: answer } : undefined,
  )
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const run = (...argv: string[]) => cli(['simulate', 'response', ...argv, '--server', server.url])

test('the files of the bundle are asked about; differences are told', async () => {
  const table = await run('--bundle', folder, '--since', '7d')
  assert.equal(table.code, 0, table.err)
  assert.match(
    table.out,
    /~ act network\.segment on host h → recommend network\.segment on host h \(2 approvals\)/,
  )
  assert.deepEqual(JSON.parse(server.received.at(-1)?.body ?? ''), {
    files: { 'response.rego': 'package rampart.response' },
    since: '2025-12-25T00:00:00.000Z',
  })
  const json = await run('--bundle', folder, '-o', 'json')
  assert.deepEqual(JSON.parse(json.out), answer)
})

test('bundles and times that cannot be', async () => {
  assert.equal((await run('--bundle', join(folder, 'none'))).code, 3)
  assert.equal((await run('--bundle', folder, '--since', 'soon')).code, 2)
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(sinceOf('90m', now), '2025-12-31T22:30:00.000Z')
  assert.throws(() => sinceOf('2027-01-01', now), { code: 'CLI_USAGE' })
})
