import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cli } from './testing.ts'

const signal = {
  time: '2026-11-23T10:00:00Z',
  detector: 'drift',
  title: 'Drift',
  severity: 'high',
  entity: { kind: 'model', id: 'm' },
  evidence: {},
}
const fed = (chunks: readonly (string | Buffer)[]) => ({
  stdinChunks: async function* () {
    yield* chunks.map((one) => Buffer.from(one as string))
  },
})

test('signals are encoded line by line, however the input is cut, and a bad line does not stop the rest', async () => {
  const text = Buffer.from(
    `${JSON.stringify({ ...signal, title: 'Größe' })}\n{"x":1}\nnot json\n\n${JSON.stringify(signal)}`,
  )
  const bytes = Array.from(text, (_byte, at) => text.subarray(at, at + 1))
  const { code, out, err } = await cli(['encode', '--format', 'cef'], fed(bytes))
  assert.equal(code, 1)
  const lines = out.trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => line.split('|')[5]),
    ['Größe', 'Drift'],
  )
  assert.match(err, /^line 2: .*\nline 3: .*\nerror: 2 lines were not converted/)
})

test('an alert of Suricata goes through decode and encode', async () => {
  const eve = JSON.stringify({
    timestamp: '2026-06-01T08:00:00.070000+0000',
    event_type: 'alert',
    src_ip: '203.0.113.10',
    dest_ip: '192.0.2.10',
    alert: { gid: 1, signature_id: 7, signature: 'Scan | x', severity: 2 },
  })
  const decoded = await cli(['decode', '--format', 'eve'], fed([`${eve}\r\n`]))
  assert.deepEqual([decoded.code, JSON.parse(decoded.out).schema], [0, 'signal/1'])
  for (const format of ['cef', 'leef', 'leef2', 'rfc5424', 'ocsf', 'json'])
    assert.equal((await cli(['encode', '--format', format], fed([decoded.out]))).code, 0)
  const cef = await cli(['encode', '--format', 'cef', '--base-url', 'https://r.example/'], fed([decoded.out]))
  const back = await cli(['decode', '--format', 'cef', '--alerts'], fed([cef.out]))
  assert.deepEqual(
    [back.code, JSON.parse(back.out).title, JSON.parse(back.out).severity],
    [0, 'Scan | x', 'medium'],
  )
  const syslog = await cli(['encode', '--format', 'rfc5424'], fed([decoded.out]))
  assert.equal(
    JSON.parse((await cli(['decode', '--format', 'syslog'], fed([syslog.out]))).out).message,
    'Scan | x',
  )
})

test('noise is refused line by line with the exit code of a failure', async () => {
  const noise = Buffer.from(Array.from({ length: 5000 }, (_one, at) => (at * 7919) % 256))
  for (const format of ['cef', 'leef', 'syslog', 'eve']) {
    const { code, out, err } = await cli(
      ['decode', '--format', format],
      fed([noise, 'x'.repeat(1_100_000), '\n']),
    )
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /longer than 1 MiB/)
  }
  assert.equal((await cli(['decode', '--format', 'nope'], fed(['']))).code, 2)
  assert.equal((await cli(['encode'], fed(['']))).code, 2)
})

test('a slow reader of our output is waited for: memory does not grow with the input', async () => {
  let taken = 0
  let waits = 0
  let openWaits = 0
  const lines = `${JSON.stringify(signal)}\n`.repeat(1000)
  const { code, out } = await cli(['encode', '--format', 'cef'], {
    stdinChunks: async function* () {
      for (; taken < 20; taken += 1) yield Buffer.from(lines)
    },
    drained: async () => {
      waits += 1
      openWaits += 1
      const before = taken
      await new Promise((resolve) => setImmediate(resolve))
      // Nothing was read on meanwhile.
      assert.equal(taken, before)
      openWaits -= 1
    },
  })
  assert.deepEqual([code, openWaits, out.trimEnd().split('\n').length], [0, 0, 20_000])
  assert.ok(waits > 20, `${waits}`)
})

test('nothing in gives nothing out, whatever the format', async () => {
  for (const command of [
    ['encode', '--format', 'ocsf'],
    ['decode', '--format', 'cef'],
  ])
    for (const input of ['', '\n', '\r\n\n'])
      assert.deepEqual(await cli(command, fed([input])), { code: 0, out: '', err: '' })
})

test('a record that is nested beyond reason is refused by its line, and the next one is written', async () => {
  const deep = `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const odd = JSON.stringify({ ...signal, id: 'a' }).replace('"a"', '"\\ud800"')
  const { code, out, err } = await cli(['encode', '--format', 'cef'], fed([`${deep}\n${odd}\n`]))
  assert.deepEqual([code, out.trimEnd().split('\n').length], [1, 1])
  assert.match(err, /^line 1: /)
})

test('a BOM, blank lines and Windows line ends are no records', async () => {
  const text = `\ufeff${JSON.stringify(signal)}\r\n\r\n   \n\t\n${JSON.stringify(signal)}\r\n`
  const { code, out, err } = await cli(['encode', '--format', 'cef'], fed([text]))
  assert.deepEqual([code, err, out.trimEnd().split('\n').length], [0, '', 2])
})

test('what is said of a line that is no JSON quotes nothing of it', async () => {
  const lines = ['apikey=sk-live-0123', '{"token":sk-live-0123}', '"sk-live-0123', '{"sk-live-0123" 1}']
  for (const command of [
    ['encode', '--format', 'cef'],
    ['decode', '--format', 'eve'],
  ]) {
    const { code, err } = await cli(command, fed([lines.join('\n')]))
    assert.equal(code, 1)
    assert.equal(err.match(/not valid JSON/g)?.length, lines.length)
    assert.doesNotMatch(err, /sk-|api/)
  }
})

test('what came is written before more is waited for, and an interrupt is no success', async () => {
  const line = `${JSON.stringify(signal)}\n`
  let written = ''
  const interrupt = new AbortController()
  const { code } = await cli(['encode', '--format', 'cef'], {
    out: (text) => {
      written += text
    },
    signal: interrupt.signal,
    stdinChunks: async function* () {
      yield Buffer.from(line)
      assert.match(written, /^CEF:0/)
      interrupt.abort()
      yield Buffer.from(line)
    },
  })
  assert.equal(code, 130)
  assert.equal(written.trimEnd().split('\n').length, 1)
})
