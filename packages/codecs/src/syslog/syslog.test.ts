import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAppError } from '@rampart/kit'
import fc from 'fast-check'
import { toExportRecord } from '../siem/export-record.ts'
import { decodeSyslog } from './decode.ts'
import { encodeRfc5424, frameOctets, wrapSyslog } from './encode.ts'
import { createSyslogFramer } from './framing.ts'

const record = (over: object = {}) =>
  toExportRecord({
    id: 's-1',
    time: '2026-11-23T10:00:00.123456789Z',
    detector: 'drift',
    title: 'Drift',
    severity: 'critical',
    entity: { kind: 'model', id: 'card-fraud' },
    evidence: { a: 1 },
    ...over,
  })

test('the examples of RFC 5424 are read', () => {
  const one = decodeSyslog(
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed",
  )
  assert.deepEqual(
    [one.facility, one.severity, one.hostname, one.procId, one.msgId, one.message],
    [4, 2, 'mymachine.example.com', undefined, 'ID47', "'su root' failed"],
  )
  const two = decodeSyslog(
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Appli\\]cation \\"x\\" \\\\"][examplePriority@32473 class="high"]',
  )
  assert.deepEqual(two.structuredData, {
    'exampleSDID@32473': { iut: '3', eventSource: 'Appli]cation "x" \\' },
    'examplePriority@32473': { class: 'high' },
  })
  assert.equal(two.message, '')
})

test('what senders call RFC 3164 is read as far as it goes', () => {
  const su = decodeSyslog("<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed for lonvick")
  assert.deepEqual(
    [su.format, su.timestamp, su.hostname, su.appName, su.procId, su.message],
    ['rfc3164', 'Oct 11 22:14:15', 'mymachine', 'su', '12', "'su root' failed for lonvick"],
  )
  assert.equal(decodeSyslog('<0>Use the BFG!').message, 'Use the BFG!')
  const cef = decodeSyslog('<13>Jan 18 11:07:53 192.168.1.1 CEF:0|a|b|c|d|e|5|msg=x')
  assert.deepEqual(
    [cef.hostname, `${cef.appName}:${cef.message}`],
    ['192.168.1.1', 'undefined:CEF:0|a|b|c|d|e|5|msg=x'],
  )
})

test('a record becomes structured data that is read back, whatever is in it', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('"', '\\', ']', '[', 'a', 'é', '=', ' '),
        minLength: 1,
        maxLength: 50,
      }),
      (text) => {
        const line = encodeRfc5424(record({ title: text, key: text }), { hostname: 'h ost', procId: '7' })
        const event = decodeSyslog(line)
        assert.equal(event.message, text)
        assert.equal(event.structuredData?.['rampart@32473']?.['key'], text)
        assert.deepEqual(
          [event.severity, event.facility, event.hostname, event.msgId],
          [2, 13, 'h_ost', 'signal'],
        )
        assert.equal(event.timestamp, '2026-11-23T10:00:00.123456Z')
      },
    ),
  )
})

test('a message stays within its bytes, and says what was cut', () => {
  const line = encodeRfc5424(record({ title: '"'.repeat(2000), evidence: { x: ']'.repeat(9000) } }), {
    maxBytes: 2048,
  })
  assert.ok(Buffer.byteLength(line) <= 2048, `${Buffer.byteLength(line)}`)
  assert.match(decodeSyslog(line).structuredData?.['rampart@32473']?.['cut'] ?? '', /evidence \d+>\d+/)
})

test('a payload of another format begins at its first byte', () => {
  const event = decodeSyslog(
    wrapSyslog({ severity: 'low', time: '2026-11-23T10:00:00Z' }, 'CEF:0|a|b|c|d|e|5|'),
  )
  assert.equal(event.message, 'CEF:0|a|b|c|d|e|5|')
})

test('frames come out whole however the stream is cut, counted and by line', () => {
  const messages = fc.array(
    fc.string({ unit: fc.constantFrom('<', 'a', 'é', '\n', ' ', '1') }).map((tail) => `<13>${tail}`),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(messages, fc.array(fc.nat(40), { maxLength: 30 }), (sent, cuts) => {
      const stream = Buffer.concat(
        sent.map((text, at) =>
          at % 2 === 0 || text.includes('\n') ? frameOctets(text) : Buffer.from(`${text}\n`),
        ),
      )
      const framer = createSyslogFramer({ maxBytes: 4096 })
      const got: string[] = []
      let at = 0
      for (const cut of [...cuts, stream.length]) {
        for (const one of framer.push(stream.subarray(at, at + cut))) got.push(one.toString())
        at += cut
      }
      assert.deepEqual(got, sent)
      assert.equal(framer.pending(), 0)
    }),
  )
})

test('a line that begins with its date is no length, wherever the stream is cut', () => {
  const line = '2026-11-24T01:02:03Z host CEF:0|a|b|c|d|e|5|'
  const stream = Buffer.concat([Buffer.from(`${line}\n`), frameOctets('<13>x'), Buffer.from(line)])
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const framer = createSyslogFramer({ maxBytes: 4096 })
    const got = [...framer.push(stream.subarray(0, cut)), ...framer.push(stream.subarray(cut))]
    assert.deepEqual(got.map(String), [line, '<13>x'])
    assert.equal(String(framer.rest()), line)
  }
})

test('a stream that announces or holds too much is refused', () => {
  for (const bytes of ['99999999999', '5000 x', '0 ', '1x2 ', `<${'a'.repeat(5000)}`]) {
    assert.throws(() => createSyslogFramer({ maxBytes: 4096 }).push(Buffer.from(bytes)), {
      code: 'CODECS_EVENT_INVALID',
    })
  }
})

test('what came whole before a frame that cannot be read is given, and so is a last line without its end', () => {
  const framer = createSyslogFramer({ maxBytes: 4096 })
  assert.deepEqual(framer.push(Buffer.from('<1>a\n5 <2>bc0 x')).map(String), ['<1>a', '<2>bc'])
  assert.equal(framer.isBroken(), true)
  assert.equal(framer.rest(), undefined)
  assert.throws(() => framer.push(Buffer.from('<3>d\n')), { code: 'CODECS_EVENT_INVALID' })
  const line = createSyslogFramer({ maxBytes: 4096 })
  line.push(Buffer.from('<1>a\n<2>'))
  line.push(Buffer.from('b'))
  assert.equal(String(line.rest()), '<2>b')
  const counted = createSyslogFramer({ maxBytes: 4096 })
  counted.push(Buffer.from('10 <1>a'))
  assert.equal(counted.rest(), undefined)
})

test('random text throws the decode error and nothing else', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ maxLength: 200 }).map((tail) => `<13>1 - - - - - ${tail}`),
    fc
      .string({ unit: fc.constantFrom('[', ']', '"', '\\', '=', 'a', ' '), maxLength: 60 })
      .map((tail) => `<13>1 - - - - - [a ${tail}`),
  )
  const refused = (work: () => unknown) => {
    try {
      work()
    } catch (error) {
      assert.ok(isAppError(error) && error.code === 'CODECS_EVENT_INVALID', String(error))
    }
  }
  fc.assert(
    fc.property(text, (line) => refused(() => decodeSyslog(line))),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) =>
      refused(() => createSyslogFramer({ maxBytes: 100 }).push(Buffer.from(bytes))),
    ),
  )
})

test('relays write RFC 3339 times and IPv6 hosts in front of a tag', () => {
  const iso = decodeSyslog('<34>2026-11-24T22:14:15.123456+01:00 fe80::1 sshd[12]: hello')
  assert.deepEqual(
    [iso.timestamp, iso.hostname, iso.appName, iso.procId, iso.message],
    ['2026-11-24T22:14:15.123456+01:00', 'fe80::1', 'sshd', '12', 'hello'],
  )
})

test('a day that is none is refused, a title that was cut is named, the reference stays', () => {
  assert.throws(() => decodeSyslog('<34>1 2003-02-30T22:14:15Z h a - - - m'), {
    code: 'CODECS_EVENT_INVALID',
  })
  const line = encodeRfc5424(record({ title: 't'.repeat(5000), key: 'k'.repeat(9000) }), { maxBytes: 4096 })
  assert.ok(Buffer.byteLength(line) <= 4096)
  const { reference, cut } = decodeSyslog(line).structuredData?.['rampart@32473'] ?? {}
  assert.equal(reference, 'rampart:signal/s-1')
  assert.match(cut ?? '', /^title 5000>1024, key 9000>\d+/)
})
