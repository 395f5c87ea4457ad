import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cli, startFakeServer } from './testing.ts'

const RESULT = {
  columns: [
    { name: 'route', type: 'VARCHAR' },
    { name: 'n', type: 'BIGINT' },
  ],
  rows: [
    ['card-fraud', 12],
    ['a,"b"\n\u001b[2J', null],
  ],
  truncated: true,
}

test('query prints a table, JSON or CSV, and says when rows are missing', async () => {
  const server = await startFakeServer(({ path }) => (path.endsWith('/query') ? { body: RESULT } : undefined))
  try {
    const env = { HOME: '/nonexistent', RAMPART_SERVER: server.url }
    const table = await cli(['query', 'select', 'route, count(*)', 'from inference_log', '--limit', '2'], {
      env,
    })
    assert.equal(table.code, 0)
    assert.match(table.out, /^route +n\n/)
    assert.ok(!table.out.includes('\u001b'), 'escape sequences of data must not reach a terminal')
    assert.match(table.err, /only the first 2 rows/)
    assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), {
      sql: 'select route, count(*) from inference_log',
      maxRows: 2,
    })
    const json = await cli(['query', 'select 1', '-o', 'json', '-q'], { env })
    assert.deepEqual(JSON.parse(json.out)[0], { route: 'card-fraud', n: 12 })
    const csv = await cli(['query', '-', '-o', 'csv'], { env, stdin: async () => 'select 1' })
    assert.equal(csv.out, 'route,n\r\ncard-fraud,12\r\n"a,""b""\n\u001b[2J",\r\n')
    assert.equal((await cli(['get', 'models', '-o', 'csv'], { env })).code, 2)
  } finally {
    await server.stop()
  }
})

test('a refused query is told with the reason and its own exit code', async () => {
  const problem = {
    title: 'Invalid',
    status: 400,
    detail: 'Only SELECT is allowed.',
    code: 'INFERENCE_LOG_SQL_REFUSED',
  }
  const server = await startFakeServer(() => ({ status: 400, body: problem }))
  try {
    const { code, err } = await cli(['query', 'drop table x'], {
      env: { HOME: '/x', RAMPART_SERVER: server.url },
    })
    assert.equal(code, 2)
    assert.match(err, /Only SELECT is allowed\. \(INFERENCE_LOG_SQL_REFUSED\)/)
  } finally {
    await server.stop()
  }
})

test('erase names the caller and says what went', async () => {
  const done = { id: 'e1', state: 'done', before: '2026-11-23T10:00:00.000Z', records: 3, files: 1 }
  const server = await startFakeServer(() => ({ body: done }))
  try {
    const env = { HOME: '/x', RAMPART_SERVER: server.url }
    const { code, out } = await cli(['erase', '--caller', 'user:ann'], { env })
    assert.equal(code, 0)
    assert.match(out, /erased 3 records up to 2026-11-23/)
    assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), { caller: 'user:ann' })
    assert.equal((await cli(['erase'], { env })).code, 2)
  } finally {
    await server.stop()
  }
})
