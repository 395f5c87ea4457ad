/** Syslog listeners under real senders: util-linux's logger by UDP and TCP, and an rsyslog that forwards over mutual TLS. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { SignalInput } from '@rampart/domain'
import { assetPath, createMetrics, systemClock } from '@rampart/kit'
import { portsInARow, silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import type { SourceSpec } from './source-spec.ts'
import { createSources, type Sources } from './sources.ts'

const WAIT_MS = 60_000
const run = promisify(execFile)
const rsyslog = (...args: string[]) => run(assetPath('peers/rsyslog.sh'), args, { timeout: WAIT_MS })
const principal = { kind: 'user', id: 'a', tenant: 'default', roles: ['admin'] } as never
const folder = mkdtempSync(join(tmpdir(), 'siem-listeners-'))
const raised: SignalInput[] = []
let store: TestDatabase
let sources: Sources
let first: number
let isForwarding = false

const pem = (name: string): string => readFileSync(join(folder, 'tls', name), 'utf8')

/** rsyslog takes lines on one port and forwards them to another with the client's certificate. */
const forward = async (from: number, to: number): Promise<void> => {
  const tls = join(folder, 'tls')
  writeFileSync(
    join(folder, 'rsyslog.conf'),
    `global(workDirectory="${folder}/work" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${tls}/ca.pem"
  defaultNetstreamDriverCertFile="${tls}/client.pem" defaultNetstreamDriverKeyFile="${tls}/client.key")
module(load="imptcp")
ruleset(name="forward") { action(type="omfwd" target="127.0.0.1" port="${to}" protocol="tcp" TCP_Framing="octet-counted"
  StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="server.local"
  template="RSYSLOG_SyslogProtocol23Format" action.resumeRetryCount="-1" action.resumeInterval="1") }
input(type="imptcp" address="127.0.0.1" port="${from}" ruleset="forward")
`,
  )
  writeFileSync(join(folder, 'port'), `${from}\n`)
  await rsyslog('start', folder)
  isForwarding = true
}

const put = (name: string, spec: SourceSpec) => sources.put(principal, { name, spec })
const status = async (name: string) => (await sources.get('default', name)).status
/** The port of a source that listens on one of the system's choice. */
const listening = async (name: string, spec: SourceSpec): Promise<string> => {
  const { port, lastError } = (await put(name, spec)).status
  assert.ok(port !== undefined, lastError)
  return String(port)
}

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'siem', dir }] })
  sources = createSources({
    database: store.database,
    eventLog: store.eventLog,
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
    secrets: { resolve: async () => pem('server.key') },
    audit: { record: async () => undefined },
    signals: {
      raise: async (_tenant, input) => {
        raised.push(input)
        return input as never
      },
    },
    loopbackOnly: true,
    checkFile: async () => undefined,
  })
  await sources.start()
  first = await portsInARow(2)
  // Makes the certificates; as a receiver it is not needed.
  await rsyslog('up', folder, String(first))
  await rsyslog('down', folder)
})
after(async () => {
  if (isForwarding) await rsyslog('down', folder)
  await sources.stop()
  await store.stop()
  rmSync(folder, { recursive: true, force: true })
})

const cef = (at: number, severity: number): string =>
  `CEF:0|Acme|Firewall|1.0|${100 + severity}|Port scan \\| ${at}|${severity}|src=203.0.113.9 dst=192.0.2.${at % 250} spt=${at} msg=a\\=b c`
const leef = 'LEEF:2.0|Acme|WAF|2|SQLi|^|src=203.0.113.9^dst=192.0.2.7^sev=9^title=Injection in a prompt'

test('logger: RFC 5424 and 3164, by UDP and TCP, counted and by line', async () => {
  const udp = await listening('udp', { format: 'cef', listen: 'udp://127.0.0.1:0' })
  const tcp = await listening('tcp', {
    format: 'cef',
    listen: 'tcp://127.0.0.1:0',
    allowFrom: ['127.0.0.0/8'],
  })
  const waf = await listening('waf', { format: 'leef', listen: 'tcp://127.0.0.1:0' })
  const logger = (...args: string[]) => run('logger', ['-n', '127.0.0.1', ...args], { timeout: WAIT_MS })
  await logger(
    '-d',
    '-P',
    udp,
    '--rfc5424',
    '--msgid',
    'x',
    '--sd-id',
    'a@1',
    '--sd-param',
    'b="c=d"',
    cef(1, 8),
  )
  await logger('-d', '-P', udp, '--rfc3164', '-t', 'fw', cef(2, 8))
  await logger('-T', '-P', tcp, '--rfc5424', '--octet-count', cef(3, 8))
  await logger('-T', '-P', tcp, '--rfc5424', cef(4, 9))
  await logger('-T', '-P', tcp, '--rfc3164', '-t', 'fw', cef(5, 2))
  await logger('-T', '-P', waf, '--rfc5424', '--octet-count', leef)
  await until(async () => (await status('udp')).signals === 2, WAIT_MS)
  await until(
    async () => (await status('tcp')).signals === 2 && (await status('tcp')).sightings === 1,
    WAIT_MS,
  )
  await until(async () => (await status('waf')).signals === 1, WAIT_MS)
  const titles = raised.map(({ title }) => title).sort()
  assert.deepEqual(titles, ['Injection in a prompt', ...[1, 2, 3, 4].map((at) => `Port scan | ${at}`)])
  assert.ok(raised.every(({ entity }) => entity.kind === 'host' && entity.id.startsWith('192.0.2.')))
  assert.deepEqual([(await status('udp')).refused, (await status('tcp')).refused], [0, 0])
})

test('rsyslog over mutual TLS is held back to the rate and loses nothing', async () => {
  const [from, to] = [first, first + 1]
  const tls = { cert: pem('server.pem'), keySecretRef: 'key', clientCa: pem('ca.pem') }
  const spec = { format: 'cef', listen: `tls://127.0.0.1:${to}`, ratePerSecond: 500 } as const
  await put('relay', { ...spec, tls: { ...tls, clientNames: ['client.local'] } })
  await forward(from, to)
  const count = 2000
  const startedAt = performance.now()
  const socket = connect(from, '127.0.0.1')
  for (let at = 0; at < count; at += 1)
    socket.write(`<134>1 2026-11-23T10:00:00.000Z fw acme - - - ${cef(at, at % 2 === 0 ? 8 : 1)}\n`)
  socket.end()
  await until(async () => {
    const { signals, sightings } = await status('relay')
    return signals + sightings === count
  }, WAIT_MS)
  const { signals, duplicates, refused, dropped } = await status('relay')
  assert.deepEqual([signals, duplicates, refused, dropped], [count / 2, 0, 0, 0])
  // A second's worth at once, then by the rate.
  assert.ok(performance.now() - startedAt > (1000 * (count - 2 * 500)) / 500)
})

test('a certificate of the authority with another name is refused, and counted', async () => {
  const tls = { cert: pem('server.pem'), keySecretRef: 'key', clientCa: pem('ca.pem') }
  await put('relay', {
    format: 'cef',
    listen: `tls://127.0.0.1:${first + 1}`,
    tls: { ...tls, clientNames: ['other.local'] },
  })
  const socket = connect(first, '127.0.0.1')
  let at = 9000
  // The relay notices the broken connection at its next writes only, and connects anew then.
  await until(async () => {
    at += 1
    socket.write(`<134>1 2026-11-23T10:00:00.000Z fw acme - - - ${cef(at, 8)}\n`)
    return (await status('relay')).dropped > 0
  }, WAIT_MS)
  socket.destroy()
  assert.deepEqual([(await status('relay')).signals, (await status('relay')).sightings], [0, 0])
})
