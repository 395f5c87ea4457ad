import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cli, type Received, type Reply, startFakeServer } from './testing.ts'

const MODEL = {
  name: 'card-fraud',
  version: '1.0.0',
  digest: `sha256:${'ab'.repeat(32)}`,
  stage: 'deployed',
  serving: true,
  createdAt: '2025-12-31T23:00:00Z',
  createdBy: 'example-registrar',
}

const denied = {
  status: 403,
  body: {
    title: 'Forbidden',
    status: 403,
    detail: 'The promotion policy denies it.',
    code: 'INVENTORY_DENIED',
    details: { reasons: ['needs an approval'] },
    request_id: 'r-1',
  },
}

const APPROVED = {
  id: '0199f5b0-0000-7000-8000-000000000001',
  name: 'card-fraud:1.0.0',
  state: 'open',
  revision: 2,
  met: false,
  missing: ['needs 1 more approval by approver'],
}

const answer = ({ method, path, query }: Received): Reply | undefined => {
  if (path === '/api/v1/models' && query.get('cursor') === 'next')
    return { body: { items: [{ ...MODEL, version: '2.0.0' }] } }
  if (path === '/api/v1/models' && query.get('name') === 'nobody') return { body: { items: [] } }
  if (path === '/api/v1/models')
    return { body: { items: [MODEL], ...(query.has('stage') ? {} : { nextCursor: 'next' }) } }
  if (path === '/api/v1/models/card-fraud/versions/1.0.0')
    return {
      body: {
        ...MODEL,
        transitions: [],
        evidence: [],
        actions: [{ to: 'retired', allow: false, reasons: ['not \u001b[31mnow'] }],
      },
    }
  if (path.endsWith('/transitions')) return path.includes('card-fraud') ? { body: MODEL } : denied
  if (path.endsWith('/approvals') && method === 'POST')
    return path.includes('card-fraud') ? { body: APPROVED } : denied
  if (path === '/api/v1/response/runs/r-1/revert')
    return { body: { id: 'r-1', state: 'reverted', steps: [] } }
  if (path === '/api/v1/routes/fraud' && method === 'PUT') return { body: {} }
  if (path === '/api/v1/session')
    return {
      body: {
        principal: { kind: 'user', id: 'ann', tenant: 'default', roles: ['admin'] },
        mode: 'development',
        product: { name: 'Rampart', version: '1' },
      },
    }
  return undefined
}

let server: Awaited<ReturnType<typeof startFakeServer>>
let folder: string
before(async () => {
  server = await startFakeServer(answer)
  folder = mkdtempSync(join(tmpdir(), 'cli-'))
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...argv: string[]) =>
  cli([...argv, '--server', server.url], { cwd: folder, env: { HOME: folder, RAMPART_HOME: folder } })

test('get follows the pages and prints the fixed JSON shape', async () => {
  const { code, out } = await run('get', 'models', '-o', 'json')
  assert.equal(code, 0)
  const { items } = JSON.parse(out) as {
    items: { name: string; version: string; digest: string; stage: string }[]
  }
  assert.deepEqual(
    items.map(({ version }) => version),
    ['1.0.0', '2.0.0'],
  )
  assert.equal(items[0]?.stage, 'deployed')
})

test('get prints a table, names, and stops at the limit', async () => {
  const table = await run('get', 'model', '--limit', '1')
  assert.match(
    table.out,
    /^NAME +VERSION +STAGE +SERVING +DIGEST +AGE\ncard-fraud +1\.0\.0 +deployed +yes +sha256:abababababab +60m\n$/,
  )
  const names = await run('get', 'models', '-o', 'name', '--filter', 'stage=deployed')
  assert.equal(names.out, 'model/card-fraud:1.0.0\n')
  assert.match(table.err, /^only the first 1 of more/)
  assert.equal(names.err, '')
})

test('a containment is reverted by its id and by what get -o name prints', async () => {
  for (const name of ['r-1', 'containment/r-1']) {
    const { code, out } = await run('revert', name)
    assert.deepEqual([code, out], [0, 'containment/r-1 reverted\n'])
  }
})

test('what is missing is exit code 3, with the reason on stderr only', async () => {
  const { code, out, err } = await run('get', 'models', 'nobody')
  assert.deepEqual([code, out], [3, ''])
  assert.match(err, /^error: nothing at .*\(FAKE_NOT_FOUND\)\n/)
})

test('a denial is exit code 4 and lists the reasons', async () => {
  const { code, err } = await run('approve', 'other:1')
  assert.equal(code, 4)
  assert.match(
    err,
    /The promotion policy denies it\. \(INVENTORY_DENIED\)\n {2}- needs an approval\n {2}request id r-1/,
  )
})

test('the lifecycle verbs send the stage and a reason', async () => {
  assert.deepEqual(await run('deploy', 'card-fraud:1.0.0', '--reason', 'go'), {
    code: 0,
    out: 'model/card-fraud:1.0.0 deployed\n',
    err: '',
  })
  assert.deepEqual(JSON.parse(server.received.at(-1)?.body ?? ''), { to: 'deployed', reason: 'go' })
})

test('an approval that is not the last one says what is still needed', async () => {
  const { code, out } = await run(
    'approve',
    'card-fraud:1.0.0',
    '--reason',
    'fine',
    '--on-behalf-of',
    'user:ben',
  )
  assert.deepEqual(
    [code, out],
    [0, 'model/card-fraud:1.0.0 has your approval; it needs 1 more approval by approver\n'],
  )
  const { path, body } = server.received.at(-1) ?? {}
  assert.equal(path, '/api/v1/models/card-fraud/versions/1.0.0/approvals')
  assert.deepEqual(JSON.parse(body ?? ''), { reason: 'fine', onBehalfOf: 'user:ben' })
})

test('mistakes of the caller are exit code 2 with a suggestion', async () => {
  for (const [argv, hint] of [
    [['get', 'modles'], /did you mean models\?/],
    [['gte', 'models'], /Did you mean get\?/],
    [['approve', 'card-fraud'], /NAME:VERSION/],
    [['get', 'models', '-o', 'xml'], /Allowed choices are table/],
    [['get', 'models', '--limit', '0'], /whole number above 0/],
    [['delete', 'model', 'card-fraud:1.0.0'], /rampart retract card-fraud:1\.0\.0/],
    [['apply'], /required option '-f/],
  ] as const) {
    const { code, err } = await run(...argv)
    assert.equal(code, 2, argv.join(' '))
    assert.match(err, hint)
  }
})

test('a server that cannot be reached is exit code 6', async () => {
  const { code, err } = await cli(['whoami', '--server', 'http://127.0.0.1:1'])
  assert.equal(code, 6)
  assert.match(err, /cannot be reached[\s\S]*try: start it with npm start/)
})

test('text from the server cannot drive the terminal', async () => {
  const { out } = await run('describe', 'model', 'card-fraud:1.0.0')
  assert.ok(!out.includes('\u001b'))
  assert.match(out, /not \\x1b\[31mnow/)
})

test('the token of the state folder goes to loopback and nowhere else', async () => {
  writeFileSync(join(folder, 'token'), 'secret-admin\n')
  await run('whoami')
  assert.equal(server.received.at(-1)?.headers.authorization, 'Bearer secret-admin')
  const env = { HOME: folder, RAMPART_HOME: folder }
  const { out } = await cli(['config', '--server', 'https://rampart.example.org', '-o', 'json'], { env })
  assert.equal((JSON.parse(out) as { token: string }).token, 'none')
  rmSync(join(folder, 'token'))
})

test('login checks the token, keeps it for its owner only, and uses it for that server only', async () => {
  const env = { HOME: folder }
  const stdin = async () => 'key-1\n'
  assert.equal((await cli(['login', '--server', server.url], { env, stdin })).code, 0)
  const path = join(folder, '.config', 'rampart', 'login.json')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { server: server.url, token: 'key-1' })
  await cli(['whoami'], { env })
  assert.equal(server.received.at(-1)?.headers.authorization, 'Bearer key-1')
  await cli(['logout'], { env })
})

test('apply sends a route from standard input and says what it did', async () => {
  const stdin = async () =>
    'apiVersion: rampart/v1\nkind: Route\nmetadata: { name: fraud }\nspec: { model: card-fraud }\n'
  const { code, out } = await cli(['apply', '-f', '-', '--server', server.url], { stdin })
  assert.deepEqual([code, out], [0, 'route/fraud configured\n'])
  assert.deepEqual(JSON.parse(server.received.at(-1)?.body ?? ''), { backends: [{ model: 'card-fraud' }] })
  assert.equal(server.received.at(-1)?.headers['if-match'], '"0"')
})

test('a manifest without an apiVersion is one of today', async () => {
  const stdin = async () => 'kind: Route\nmetadata: { name: fraud }\nspec: { model: card-fraud }\n'
  const { code, out } = await cli(['apply', '-f', '-', '--server', server.url], { stdin })
  assert.deepEqual([code, out], [0, 'route/fraud configured\n'])
})

test('every wrong manifest is refused before anything is sent', async () => {
  const before = server.received.length
  for (const [text, reason] of [
    ['', /is empty/],
    ['a: [', /standard input: /],
    ['- 1', /is not a mapping/],
    ['apiVersion: rampart/v2\nkind: Route', /apiVersion must be rampart\/v1/],
    ['kind: Route', /metadata\.name is missing/],
    ['apiVersion: rampart/v1\nkind: Pod', /kind must be one of/],
    ['apiVersion: rampart/v1\nkind: Route', /metadata\.name is missing/],
    [
      'apiVersion: rampart/v1\nkind: Route\nmetadata: { name: x }\nspec: { model: y, modle: z }',
      /unknown keys modle/,
    ],
    ['apiVersion: rampart/v1\nkind: Model\nmetadata: { name: x }\nspec: {}', /version/],
  ] as const) {
    const { code, err } = await cli(['apply', '-f', '-', '--server', server.url], { stdin: async () => text })
    assert.equal(code, 2, text)
    assert.match(err, reason)
  }
  assert.equal(server.received.length, before)
})

test('help and version succeed', async () => {
  assert.match((await cli(['--help'])).out, /Exit codes: 0 ok/)
  assert.equal((await cli(['--version'])).out, '9.9.9\n')
  assert.equal((await cli([])).code, 0)
})
