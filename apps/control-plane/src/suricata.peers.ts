/**
 * A whole control plane beside a real Suricata on a live interface: its eve.json is followed through rotations, a SIGKILL
 * of the control plane with rotations meanwhile, and a line that a killed Suricata tore; posted again, nothing counts twice.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { decodeEve, isSighting } from '@rampart/codecs'
import { assetPath } from '@rampart/kit'
import { until } from '@rampart/kit/testing'

const WAIT_MS = 60_000
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'rampart-ids-'))
// Alerts may not lie in the state folder.
const folder = mkdtempSync(join(tmpdir(), 'rampart-eve-'))
const rules = join(folder, 'test.rules')
const space = `rampart-ids-${process.pid}`
const RULES = [
  'alert http any any -> any any (msg:"Scanner asks a model server"; flow:established,to_server; http.user_agent; content:"sqlmap"; classtype:attempted-recon; sid:1000001; rev:1; metadata:mitre_technique_id T1595;)',
  'alert dns any any -> any any (msg:"Lookup of a name that exfiltrates"; dns.query; content:"exfil.example"; classtype:trojan-activity; sid:1000002; rev:1;)',
  'alert tls any any -> any any (msg:"Handshake with a known name"; tls.sni; content:"quiet.example"; classtype:not-suspicious; sid:1000003; rev:1;)',
]

const suricata = (...args: string[]): Promise<unknown> =>
  promisify(execFile)(assetPath('peers/suricata.sh'), args, {
    timeout: WAIT_MS,
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` },
  })
const startSuricata = () => suricata('up', folder, rules, space)
const traffic = (first: number, count: number, pauseMs: number) =>
  suricata('traffic', folder, space, String(first), String(count), String(pauseMs))

let child: ChildProcess
let url = ''

const startPlane = async (): Promise<void> => {
  const env = {
    ...process.env,
    RAMPART_HOME: home,
    PORT: '0',
    GRPC_PORT: '0',
    RAMPART_EXAMPLES_ENABLED: 'false',
  }
  child = spawn(
    process.execPath,
    [MAIN, '--intake-folders', folder, '--limits-requests-per-minute', '1000000'],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let out = ''
  let log = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    log = (log + chunk).slice(-2000)
  })
  await until(() => {
    url = /Rampart listens on (\S+)/.exec(out)?.[1] ?? ''
    assert.equal(child.exitCode, null, log)
    return url !== ''
  }, WAIT_MS)
}

const end = async (signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

const call = async (method: string, path: string, body?: unknown, type = 'application/json') => {
  const token = readFileSync(join(home, 'token'), 'utf8').trim()
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as Record<string, unknown>
}

type Status = Readonly<Record<'signals' | 'sightings' | 'duplicates' | 'refused', number>>
const status = async (): Promise<Status> => (await call('GET', '/alert-sources/ids'))['status'] as Status

/** Every whole event in the files that Suricata wrote: it may miss packets on a busy machine, so these are the measure. */
const written = () => {
  const files = readdirSync(folder).filter((name) => name.startsWith('eve.json'))
  const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
  const events = lines.map((line) => decodeEve(line.slice(line.lastIndexOf('{"timestamp":'))))
  const keys = events.flatMap((event) => (isSighting(event) ? [] : [event.key]))
  return { lines, events, sightings: events.filter(isSighting).length, keys: [...new Set(keys)].sort() }
}

type Kept = {
  readonly count: number
  readonly sighting: { readonly kind: string; readonly observables: unknown[] }
}

/** All pages of what was seen. */
const kept = async (): Promise<Kept[]> => {
  const found: Kept[] = []
  for (let cursor = ''; ; ) {
    const page = await call('GET', `/sightings?source=ids&limit=500${cursor}`)
    found.push(...(page['items'] as Kept[]))
    if (page['nextCursor'] === undefined) return found
    cursor = `&cursor=${encodeURIComponent(String(page['nextCursor']))}`
  }
}
const keptCount = async (): Promise<number> => (await kept()).reduce((sum, { count }) => sum + count, 0)

const signalKeys = async (): Promise<string[]> => {
  const { items } = await call('GET', '/signals?limit=500')
  return (items as { key: string }[])
    .map(({ key }) => key)
    .filter((key) => key.startsWith('suricata:'))
    .sort()
}

/** Waits until all that is written is kept: sightings by their count, every condition as one signal. */
const caughtUp = async (): Promise<void> => {
  await until(async () => (await keptCount()) === written().sightings, WAIT_MS)
  await until(async () => (await signalKeys()).length >= written().keys.length, WAIT_MS)
  assert.deepEqual(await signalKeys(), written().keys)
}

before(async () => {
  chmodSync(home, 0o711)
  writeFileSync(rules, `${RULES.join('\n')}\n`)
  await suricata('space', space)
  await Promise.all([startSuricata(), startPlane()])
  await call('PUT', '/alert-sources/ids', {
    format: 'eve',
    file: join(folder, 'eve.json'),
    ratePerSecond: 5000,
  })
})
after(async () => {
  if (existsSync(join(folder, 'pid'))) await suricata('down', folder).catch(() => undefined)
  await suricata('unspace', space)
  await end('SIGTERM')
  for (const one of [home, folder])
    rmSync(one, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
})

test('alerts become signals, what was only seen becomes sightings', async () => {
  await traffic(1, 3, 20)
  await caughtUp()
  assert.ok((await signalKeys()).some((key) => key.startsWith('suricata:1:1000001:203.0.113.1:')))
  const kinds = new Set((await kept()).map(({ sighting }) => sighting.kind))
  for (const kind of ['http', 'dns', 'tls', 'fileinfo', 'alert']) assert.ok(kinds.has(kind), kind)
  for (const value of ['quiet.example', 'http://models.example/v1/models', '198.51.100.7']) {
    const { items } = await call('GET', `/sightings?value=${encodeURIComponent(value)}`)
    assert.ok((items as unknown[]).length > 0, value)
  }
})

test('rotations and a SIGKILL of the control plane in the midst of traffic lose and double nothing', async () => {
  const { sightings } = await status()
  const during = traffic(10, 20, 50)
  await until(async () => (await status()).sightings > sightings, WAIT_MS)
  await suricata('rotate', folder, 'eve.json.3')
  await end('SIGKILL')
  await during
  await suricata('rotate', folder, 'eve.json.2')
  await traffic(30, 20, 20)
  await suricata('rotate', folder, 'eve.json.1')
  await Promise.all([traffic(50, 20, 50), startPlane()])
  await caughtUp()
})

test('what a killed Suricata left of a line is refused, and the event that the next one writes behind it is taken', async () => {
  await suricata('down', folder)
  const torn = written().lines.find((line) => line.includes('"event_type":"http"')) ?? ''
  const { refused } = await status()
  appendFileSync(join(folder, 'eve.json'), torn.slice(0, 120))
  await startSuricata()
  await traffic(100, 2, 20)
  await suricata('down', folder)
  await caughtUp()
  await until(async () => (await status()).refused === refused + 1, WAIT_MS)
})

test('posted again, line by line, all are duplicates', async () => {
  const { lines, events } = written()
  const counts = await call('POST', '/intake/ids', lines.join('\n'), 'application/x-ndjson')
  assert.deepEqual([counts['signals'], counts['sightings'], counts['refusedCount']], [0, 0, 1])
  assert.equal(counts['duplicates'], events.length)
})
