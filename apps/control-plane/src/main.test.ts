import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  ALL_TENANTS,
  createLogger,
  embeddedPostgresUrl,
  openDatabase,
  systemClock,
  toExitCode,
} from '@rampart/kit'
import { listenerErrors } from '@rampart/listener'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'rampart-main-'))
// As root the database runs as another user, which must be able to pass through.
chmodSync(home, 0o711)

type Started = { readonly process: ChildProcess; readonly url: string; readonly log: () => string }

const launched: ChildProcess[] = []
const launch = (
  flags: readonly string[],
): { process: ChildProcess; out: () => string; log: () => string } => {
  const env = {
    ...process.env,
    RAMPART_HOME: home,
    PORT: '0',
    GRPC_PORT: '0',
    RAMPART_EXAMPLES_ENABLED: 'false',
  }
  const child = spawn(process.execPath, [MAIN, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  launched.push(child)
  const text = { out: '', log: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.log += chunk
  })
  return { process: child, out: () => text.out, log: () => text.log }
}

const start = async (...flags: string[]): Promise<Started> => {
  const { process: child, out, log } = launch(flags)
  for (;;) {
    const url = /Rampart listens on (\S+)/.exec(out())?.[1]
    if (url !== undefined) return { process: child, url, log }
    assert.equal(child.exitCode, null, log())
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), once(child, 'exit')])
  }
}

const kill = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  const gone = once(child, 'exit')
  child.kill(signal)
  return ((await gone) as [number | null])[0]
}

after(async () => {
  for (const child of launched)
    if (child.exitCode === null && child.signalCode === null) await kill(child, 'SIGTERM')
  rmSync(home, { recursive: true, force: true })
})

const call = (
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) =>
  fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const packPath = '/api/v1/policies/authz'

/** Passes every check of an edit, and denies everybody who is not called any-admin. */
const lockEverybodyOut = async (url: string): Promise<void> => {
  const pack = (await (await call(url, 'GET', packPath)).json()) as {
    version: number
    files: Record<string, string>
  }
  const rego = Object.entries(pack.files).filter(([name]) => !name.endsWith('_test.rego'))
  const files = Object.fromEntries(
    rego.map(([name, text]) => [
      name,
      text.replace(
        /^decision := /m,
        'decision := {"allow": false, "reasons": ["broken by hand"], "obligations": []} if input.principal.id != "any-admin"\n\nelse := ',
      ),
    ]),
  )
  const edited = await call(
    url,
    'PUT',
    packPath,
    { files, message: 'broken' },
    { 'if-match': `"${pack.version}"` },
  )
  assert.equal(edited.status, 200, await edited.text())
}

const alterAuditEntry = async (): Promise<void> => {
  const logger = createLogger({ level: 'silent', name: 'test' })
  const url = embeddedPostgresUrl(home) as string
  const database = openDatabase({ url, logger, clock: systemClock })
  await database.tx(ALL_TENANTS, async (tx) => {
    await tx.query('SET LOCAL ROLE NONE')
    await tx.query(
      'UPDATE audit_entry SET leaf_hash = sha256(leaf_hash) WHERE idx = (SELECT max(idx) FROM audit_entry)',
    )
  })
  await database.close()
}

test('one state folder through a second start, a policy that locks everybody out, a kill and a damaged log', async () => {
  const first = await start()
  assert.equal((await fetch(`${first.url}/readyz`)).status, 200)
  const second = launch([])
  const [code] = (await once(second.process, 'exit')) as [number]
  assert.equal(code, toExitCode(listenerErrors.SERVER_PORT_TAKEN('as any conflict')))
  assert.match(second.log(), /KIT_STATE_LOCKED: .*\n.*RAMPART_HOME/)
  assert.equal((await fetch(`${first.url}/readyz`)).status, 200, 'the first one does not notice')

  await lockEverybodyOut(first.url)
  assert.equal((await call(first.url, 'GET', packPath)).status, 403)
  await alterAuditEntry()
  await kill(first.process, 'SIGKILL')

  const next = await start('--policy-restore', 'authz')
  assert.equal((await call(next.url, 'GET', packPath)).status, 200)
  const readiness = await fetch(`${next.url}/readyz`)
  const { waitingFor } = (await readiness.json()) as { waitingFor: string[] }
  assert.equal(readiness.status, 503)
  assert.match(waitingFor.join(), /audit: the stored audit log is damaged/)
  assert.equal((await fetch(`${next.url}/healthz`)).status, 200)
  assert.match(next.log(), /"msg":"audit.log-damaged"/)
  assert.doesNotMatch(next.log(), /"route":"\/readyz"/, 'probes are not logged')
  assert.equal(await kill(next.process, 'SIGTERM'), 0)
})
