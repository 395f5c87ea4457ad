import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { frameOctets } from '@rampart/codecs'
import type { SignalInput } from '@rampart/domain'
import { createMetrics, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import type { SourceSpec } from './source-spec.ts'
import { createSources, type Sources } from './sources.ts'

let store: TestDatabase
let sources: Sources
const raised: SignalInput[] = []
const folder = mkdtempSync(join(tmpdir(), 'sources-'))
const principal = { kind: 'user', id: 'a', tenant: 'default', roles: ['admin'] } as never

const create = (): Sources =>
  createSources({
    database: store.database,
    eventLog: store.eventLog,
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
    secrets: { resolve: async () => '' },
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

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'siem', dir }] })
  sources = create()
  await sources.start()
})
after(async () => {
  await sources.stop()
  await store.stop()
  rmSync(folder, { recursive: true })
})

const eve = (at: number, over: object = {}): string =>
  JSON.stringify({
    timestamp: '2026-06-01T08:00:00.070000+0000',
    flow_id: at,
    event_type: 'alert',
    src_ip: '203.0.113.10',
    dest_ip: '192.0.2.10',
    alert: { gid: 1, signature_id: 7, signature: `Scan ${at}`, severity: 1 },
    ...over,
  })
const dns = (at: number): string =>
  eve(at, { event_type: 'dns', alert: undefined, dns: { rrname: 'model-exfil.example' } })
const put = (name: string, spec: SourceSpec) => sources.put(principal, { name, spec })

test('what is posted becomes signals and sightings, each once, and bad lines are told', async () => {
  await put('posted', { format: 'eve' })
  const lines = [eve(1), dns(1), 'noise', dns(2), eve(1), '']
  const first = await sources.post('default', 'posted', lines)
  assert.deepEqual(
    [first.signals, first.sightings, first.duplicates, first.refused.map(({ line }) => line)],
    [1, 2, 1, [3]],
  )
  assert.deepEqual(
    [raised.at(-1)?.severity, raised.at(-1)?.entity, raised.at(-1)?.evidence['alert_source']],
    ['high', { kind: 'host', id: '192.0.2.10' }, 'posted'],
  )
  const again = await sources.post('default', 'posted', lines)
  assert.deepEqual([again.signals, again.sightings, again.duplicates], [0, 0, 4])
  const [seen, ...others] = await sources.sightings('default', { value: 'model-exfil.example', limit: 10 })
  assert.deepEqual([seen?.count, seen?.sighting.kind, others], [2, 'dns', []])
  await assert.rejects(sources.post('other', 'posted', lines), { code: 'SIEM_SOURCE_UNKNOWN' })
})

test('what a database cannot hold stops nobody: it is spelled or refused, and the rest is taken', async () => {
  await put('poison', { format: 'eve' })
  const odd = ['\\u0000', '\\ud800', '\\udfff x'].map((text, at) => dns(30 + at).replace('exfil', text))
  const lines = [
    ...odd,
    eve(31).replace('Scan', '\\u0000'),
    dns(40).replace('2026-06-01', '2026-02-30'),
    dns(41).replace('2026-06-01', '0000-01-01'),
    dns(42).replace('+0000', '+2359'),
    `${eve(43).slice(0, 60)}${eve(44)}`,
    dns(45),
  ]
  const result = await sources.post('default', 'poison', lines)
  assert.deepEqual(
    [result.signals, result.sightings, result.refused.map(({ line }) => line)],
    [2, 5, [5, 6, 8]],
  )
  assert.equal(raised.at(-1)?.title, 'Scan 44')
  const kept = await sources.sightings('default', {
    source: 'poison',
    value: 'model-\\x00.example',
    limit: 10,
  })
  assert.equal(kept.length, 1)
})

test('a source that sends too much is told to wait', async () => {
  await put('busy', { format: 'eve', ratePerSecond: 2 })
  await sources.post('default', 'busy', [dns(11), dns(12), dns(13), dns(14), dns(15)])
  await assert.rejects(sources.post('default', 'busy', [dns(16)]), { code: 'SIEM_SOURCE_BUSY' })
  assert.equal((await sources.get('default', 'busy')).status.sightings, 5)
})

test('a file is followed, and after a restart nothing is lost or taken twice', async () => {
  const file = join(folder, 'eve.json')
  writeFileSync(file, `${eve(21)}\n`)
  await put('file', { format: 'eve', file })
  await until(() => raised.some(({ title }) => title === 'Scan 21'))
  await until(async () => (await sources.get('default', 'file')).status.signals === 1)
  await sources.stop()
  appendFileSync(file, `${eve(22)}\n`)
  sources = create()
  await sources.start()
  await until(async () => (await sources.get('default', 'file')).status.signals === 1)
  assert.equal(raised.filter(({ title }) => title === 'Scan 21').length, 1)
  assert.equal(raised.filter(({ title }) => title === 'Scan 22').length, 1)
})

test('syslog is taken over TCP and UDP', async () => {
  const portOf = async (name: string, spec: SourceSpec): Promise<number> => {
    const { port, lastError } = (await put(name, spec)).status
    assert.ok(port !== undefined, lastError)
    return port
  }
  const tcp = await portOf('tcp', { format: 'cef', listen: 'tcp://127.0.0.1:0' })
  const udp = await portOf('udp', { format: 'leef', listen: 'udp://127.0.0.1:0' })
  const socket = connect(tcp, '127.0.0.1')
  socket.write(
    frameOctets('<13>Jan 18 11:07:53 fw CEF:0|Acme|FW|1|9|Port scan|8|src=192.0.2.1 dst=198.51.100.2'),
  )
  socket.end('<13>Jan 18 11:07:53 fw CEF:0|Acme|FW|1|10|Second|2|src=192.0.2.1\n')
  await until(async () => (await sources.get('default', 'tcp')).status.sightings === 1)
  assert.equal(raised.at(-1)?.title, 'Port scan')
  const sender = createSocket('udp4')
  const message =
    '<13>1 2026-11-23T10:00:00.000Z h - - - - LEEF:1.0|Acme|WAF|1|SQLi|src=192.0.2.9\tdst=198.51.100.3\tsev=9'
  await until(async () => {
    sender.send(message, udp, '127.0.0.1')
    return (await sources.get('default', 'udp')).status.signals === 1
  })
  sender.close()
  assert.deepEqual([raised.at(-1)?.detector, raised.at(-1)?.severity], ['leef:Acme:WAF:SQLi', 'critical'])
})

test('what is no source is refused', async () => {
  const bad: object[] = [
    { format: 'xml' },
    { format: 'eve', file: 'relative' },
    { format: 'eve', file: '/x', listen: 'udp://127.0.0.1:5514' },
    { format: 'cef', listen: 'udp://0.0.0.0:5514' },
    { format: 'cef', listen: 'tls://127.0.0.1:6514' },
    { format: 'cef', listen: 'http://127.0.0.1:6514' },
  ]
  for (const spec of bad)
    await assert.rejects(put('bad', spec as SourceSpec), { code: 'SIEM_SOURCE_INVALID' })
})
