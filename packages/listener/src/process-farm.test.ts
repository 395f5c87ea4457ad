import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createLogger, systemClock } from '@rampart/kit'
import { silentLogger, until } from '@rampart/kit/testing'
import { freePort } from './http-server.ts'
import { createProcessFarm } from './process-farm.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-farm-'))
const door = new URL('./index.ts', import.meta.url).href
const SCRIPT = join(folder, 'child.mjs')
/** Answers with its pid; `/die` ends it. */
writeFileSync(
  SCRIPT,
  `import { createBrowserGuard, createConnectionShare, createHttpServer, listen } from ${JSON.stringify(door)}
const share = createConnectionShare()
const answer = (request, response) => {
  if (request.url === '/die') process.exit(3)
  request.resume()
  response.end(String(process.pid))
}
const guard = createBrowserGuard({ loopbackOnly: true })
const server = createHttpServer({ guard, inference: answer, api: answer, share })
share.count(server)
await listen(server, { host: '127.0.0.1', port: Number(process.argv[2]), reusePort: true })
process.on('SIGTERM', () => process.exit(0))
process.send?.({ kind: 'ready', addresses: [] })
`,
)
after(() => rmSync(folder, { recursive: true, force: true }))

const farmOn = (
  port: number,
  count: number,
  leftover: (slot: number) => number | undefined = () => undefined,
) =>
  createProcessFarm({
    count,
    clock: systemClock,
    logger: silentLogger,
    graceMs: 5_000,
    leftover,
    spawn: () => fork(SCRIPT, [String(port)]),
  })

const ask = (agent: Agent, port: number, path = '/'): Promise<{ pid: string; closes: boolean }> =>
  new Promise((resolve, reject) => {
    get({ agent, port, host: '127.0.0.1', path }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ pid: text, closes: response.headers.connection === 'close' }))
    }).on('error', reject)
  })

test('connections are evened out by asking callers to connect again, and then left alone', async () => {
  const port = await freePort('127.0.0.1')
  const farm = farmOn(port, 2)
  await farm.start()
  const agents = Array.from({ length: 16 }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
  const round = async () => {
    const answers = await Promise.all(agents.map((agent) => ask(agent, port)))
    const counts = farm.children.map(
      (child) => answers.filter(({ pid }) => pid === String(child.pid())).length,
    )
    return { counts, closing: answers.filter(({ closes }) => closes).length }
  }
  try {
    await until(async () => {
      const { counts, closing } = await round()
      return closing === 0 && counts.every((count) => count >= 7)
    })
    const closed = await Promise.all(Array.from({ length: 20 }, round))
    assert.deepEqual(
      closed.map(({ closing }) => closing),
      closed.map(() => 0),
    )
  } finally {
    for (const agent of agents) agent.destroy()
    await farm.stop()
  }
})

test('a process that dies is started again, the others answer meanwhile; stopping ends all', async () => {
  const port = await freePort('127.0.0.1')
  const farm = farmOn(port, 2)
  await farm.start()
  const agent = new Agent({ keepAlive: false })
  await assert.rejects(ask(agent, port, '/die'))
  await until(() => farm.children.some((child) => child.restarts() === 1 && child.pid() !== undefined))
  await until(async () => {
    const pids = await Promise.all(Array.from({ length: 20 }, () => ask(agent, port)))
    return new Set(pids.map(({ pid }) => pid)).size === 2
  })
  await farm.stop()
  await assert.rejects(ask(agent, port))
})

test('what an earlier parent left behind is replaced; a program that cannot start is an error', async () => {
  const port = await freePort('127.0.0.1')
  const orphan: ChildProcess = fork(SCRIPT, [String(port)])
  await once(orphan, 'message')
  const gone = once(orphan, 'exit')
  const farm = farmOn(port, 1, () => (orphan.exitCode === null ? orphan.pid : undefined))
  await farm.start()
  await gone
  assert.notEqual(farm.children[0]?.pid(), orphan.pid)
  await farm.stop()
  const broken = createProcessFarm({
    count: 1,
    clock: systemClock,
    logger: createLogger({ level: 'silent', name: 'test' }),
    graceMs: 5_000,
    leftover: () => undefined,
    spawn: () => fork(join(folder, 'absent.mjs'), [], { silent: true }),
  })
  await assert.rejects(broken.start(), /ended before it answered/)
  await broken.stop()
})
