/** SIGKILLs the control plane, its database, or both at random moments under load: nothing acknowledged is lost. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createSeededRandom } from '../../packages/kit/src/index.ts'
import { freePort, stateFolder, terminate, untilReady } from '../../tools/control-plane.ts'
import { root } from '../../tools/files.ts'

const quick = process.argv.includes('--quick')
const KILLS = quick ? 4 : 50
const SEED = 20261123
const TARGETS = ['process', 'database', 'both'] as const

const random = createSeededRandom(SEED)
const home = stateFolder()
const url = `http://127.0.0.1:${await freePort()}`
const env = { ...process.env, PORT: new URL(url).port, RAMPART_HOME: home, RAMPART_LOG_LEVEL: 'error' }
const acknowledged: { signals: string[]; routes: Map<string, string> } = { signals: [], routes: new Map() }
let counter = 0

const launch = (): ChildProcess =>
  spawn(process.execPath, [join(root, 'apps/control-plane/src/main.ts')], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })

const token = (): string => readFileSync(join(home, 'token'), 'utf8').trim()

const call = async (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${url}${path}`, {
    method,
    signal: AbortSignal.timeout(30_000),
    headers: {
      authorization: `Bearer ${token()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const signalBody = (key: string) => ({
  key,
  time: new Date().toISOString(),
  detector: 'prove.kill',
  title: 'a change that must survive',
  severity: 'info',
  entity: { kind: 'system', id: key },
  evidence: {},
})

/** One state change after another until told to stop; only what was answered 2xx counts as acknowledged. */
const write = async (until: AbortSignal): Promise<void> => {
  while (!until.aborted) {
    counter += 1
    const name = `k${counter}`
    try {
      const signal = await call('POST', '/api/v1/signals', signalBody(name))
      if (signal.status === 201) acknowledged.signals.push(((await signal.json()) as { id: string }).id)
      const route = await call('PUT', `/api/v1/routes/${name}`, { model: 'card-fraud' })
      if (route.status === 200) acknowledged.routes.set(name, 'card-fraud')
    } catch {
      await delay(20)
    }
  }
}

const infer = async (until: AbortSignal): Promise<void> => {
  const inputs = [{ name: 'features', shape: [1, 26], datatype: 'FP32', data: Array(26).fill(1) }]
  while (!until.aborted) {
    await call('POST', '/v2/models/card-fraud/infer', { inputs })
      .then((answer) => answer.arrayBuffer())
      .catch(() => delay(20))
  }
}

const postmaster = (): number | undefined => {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')
      if (words[0]?.endsWith('postgres') === true && words.some((word) => word.startsWith(home)))
        return Number(entry)
    } catch {}
  }
  return undefined
}

const lost = async (): Promise<string[]> => {
  const missing: string[] = []
  for (const id of acknowledged.signals)
    if ((await call('GET', `/api/v1/signals/${id}`)).status !== 200) missing.push(`signal ${id}`)
  const stored = (await (await call('GET', '/api/v1/routes')).json()) as { items: { name: string }[] }
  const names = new Set(stored.items.map(({ name }) => name))
  for (const name of acknowledged.routes.keys()) if (!names.has(name)) missing.push(`route ${name}`)
  return missing
}

/** The database may still be coming back: only an answer of the verifier counts, and it must come. */
const verifyAudit = async (): Promise<{ ok: boolean }> => {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(500)) {
    const answer = await call('POST', '/api/v1/audit/verify').catch(() => undefined)
    if (answer?.status === 200) return (await answer.json()) as { ok: boolean }
  }
  return { ok: false }
}

let server = launch()
let failed = 0
try {
  await untilReady(url, server)
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const load = new AbortController()
    const running = [write(load.signal), write(load.signal), infer(load.signal), infer(load.signal)]
    await delay(200 + random.float() * 1500)
    const target = TARGETS[kill % TARGETS.length] ?? 'both'
    const database = postmaster()
    if (target !== 'process' && database !== undefined) process.kill(database, 'SIGKILL')
    if (target !== 'database') server.kill('SIGKILL')
    load.abort()
    await Promise.all(running)
    if (target !== 'database') server = launch()
    await untilReady(url, server)
    const missing = await lost()
    const audit = await verifyAudit()
    if (missing.length > 0 || audit.ok !== true || (target !== 'process' && database === undefined))
      failed += 1
    process.stdout.write(
      `kill ${kill} ${target}: ${acknowledged.signals.length + acknowledged.routes.size} acknowledged, ${missing.length} lost, audit ${audit.ok ? 'verifies' : 'BROKEN'}\n`,
    )
  }
} finally {
  await terminate(server)
  rmSync(home, { recursive: true, force: true })
}
process.stdout.write(`seed ${SEED}\n${KILLS - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
