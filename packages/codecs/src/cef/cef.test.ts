import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAppError } from '@rampart/kit'
import fc from 'fast-check'
import { toExportRecord } from '../siem/export-record.ts'
import { decodeCef } from './decode.ts'
import { encodeCef } from './encode.ts'

const signal = {
  schema: 'signal/1',
  id: '0198a0e0-0000-7000-8000-000000000001',
  key: 'drift:model:card-fraud',
  state: 'raised',
  time: '2026-11-23T10:00:00.000Z',
  detector: 'drift',
  title: 'Inputs of card-fraud drifted',
  severity: 'high',
  entity: { kind: 'model', id: 'card-fraud' },
  evidence: {},
  source: { name: 'component:telemetry', tenant: 'default' },
}
const record = (over: object = {}) => toExportRecord({ ...signal, ...over })

/** Printable text with everything that means something to CEF; what is not printable is spelled and so is not itself. */
const hostile = fc
  .array(
    fc.constantFrom(
      '=',
      '\\',
      '|',
      ' ',
      '\n',
      '\r',
      'a',
      'n',
      'cs1=',
      ' msg=',
      'é',
      '𝄞',
      '"',
      "'",
      '\\n',
      'CEF:0|',
    ),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''))

test('the example of the guide is read', () => {
  const event = decodeCef(
    'Sep 19 08:26:10 host CEF:0|Security|threatmanager|1.0|100|worm successfully stopped|10|src=10.0.0.1 dst=2.1.2.2 spt=1232',
  )
  assert.deepEqual(
    [event.prefix, event.deviceVendor, event.name, event.severity, event.extension],
    [
      'Sep 19 08:26:10 host',
      'Security',
      'worm successfully stopped',
      '10',
      { src: '10.0.0.1', dst: '2.1.2.2', spt: 1232 },
    ],
  )
})

test('pipes and backslashes of the header, equal signs and line ends of the extension are unescaped', () => {
  const event = decodeCef(
    String.raw`CEF:0|security|threat\|manager \\ x|1.0|100|detected a \| in message|10|act=blocked a \\ msg=a\=b\nc dst=1.1.1.1`,
  )
  assert.equal(event.deviceProduct, 'threat|manager \\ x')
  assert.equal(event.name, 'detected a | in message')
  assert.deepEqual(event.extension, { act: 'blocked a \\', msg: 'a=b\nc', dst: '1.1.1.1' })
})

test('values are typed; what is not of its type is kept and told', () => {
  const event = decodeCef(
    'CEF:1|v|p|1|c|n|High|rt=1764000000000 end=Nov 24 2025 16:00:00 dpt=70000 src=999.1.1.1 c6a2=fe80::1 c6a2Label=Source IPv6 Address cfp1=1e-3 smac=00-0D-60-AF-1B-61 request=http://x/?a=b cs1Label=policy cs1=x',
  )
  assert.equal(event.extension['rt'], '2025-11-24T16:00:00.000Z')
  assert.equal(event.extension['end'], '2025-11-24T16:00:00.000Z')
  assert.equal(event.extension['smac'], '00:0d:60:af:1b:61')
  assert.equal(event.extension['request'], 'http://x/?a=b')
  assert.deepEqual(event.labelled, { 'Source IPv6 Address': 'fe80::1', policy: 'x' })
  assert.deepEqual(
    event.problems?.map((one) => one.split(':')[0]),
    ['request', 'dpt', 'src'],
  )
})

test('what a hostile title says is read back as it is, from the message and from custom strings', () => {
  fc.assert(
    fc.property(hostile, hostile, (title, key) => {
      const line = encodeCef(record({ title, key }))
      assert.ok(!/[\n\r]/.test(line))
      const event = decodeCef(line)
      assert.equal(event.extension['msg'], title)
      assert.equal(event.labelled['key'], key)
      assert.equal(event.problems, undefined)
      assert.equal(encodeCef(record({ title, key })), line)
    }),
  )
})

test('addresses stand where their family belongs, and only real ones', () => {
  const of = (evidence: object) => decodeCef(encodeCef(record({ evidence }))).extension
  const v4 = of({
    src_ip: '192.0.2.1',
    dest_ip: '198.51.100.2',
    src_port: 1,
    dest_port: 65_536,
    proto: 'TCP',
  })
  assert.deepEqual(
    [v4['src'], v4['dst'], v4['spt'], v4['dpt'], v4['proto']],
    ['192.0.2.1', '198.51.100.2', 1, undefined, 'tcp'],
  )
  const v6 = of({ src_ip: '2001:db8::1', dest_ip: '999.1.1.1' })
  assert.deepEqual(
    [v6['src'], v6['c6a2'], v6['c6a2Label'], v6['dst']],
    [undefined, '2001:db8::1', 'Source IPv6 Address', undefined],
  )
})

test('what is too long is cut, named and referred to', () => {
  const line = encodeCef(record({ evidence: { note: '='.repeat(9000) }, id: 'x'.repeat(60) }))
  const { extension, labelled } = decodeCef(line)
  assert.ok(String(extension['cs4']).endsWith('…'))
  assert.match(String(labelled['cut']), /^externalId 60>40, cs4 180\d\d>4000$/)
  assert.equal(labelled['reference'], `rampart:signal/${'x'.repeat(60)}`)
  const linked = toExportRecord(signal, { baseUrl: 'https://r.example', eventId: 'e-1' })
  assert.equal(
    decodeCef(encodeCef(linked)).labelled['reference'],
    `https://r.example/api/v1/signals/${signal.id}`,
  )
})

test('a mapping takes any value of the record into a key of the dictionary', () => {
  const given = record({ evidence: { batch: 'b-7', rows: 12 } })
  const { labelled, extension } = decodeCef(
    encodeCef(given, {
      version: 1,
      mapping: { cs6: 'evidence.batch', cnt: 'evidence.rows', cn1: 'evidence.none' },
    }),
  )
  assert.deepEqual([labelled['batch'], extension['cnt'], extension['cn1']], ['b-7', 12, undefined])
  assert.throws(() => encodeCef(given, { mapping: { nope: 'id' } }), { code: 'CODECS_FIELD_INVALID' })
})

test('control characters cannot reach a terminal or end a line', () => {
  const line = encodeCef(record({ title: 'a\u001b[2J\u0000\u2028b\ud800', detector: 'x\ny|z' }))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.ok(!/[\u0000-\u001f\u2028]/.test(line))
  assert.equal(decodeCef(line).name, String.raw`a\x1b[2J\x00\u2028b\ud800`)
})

test('random text throws the decode error and nothing else', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.string({ maxLength: 200 }).map((tail) => `CEF:0|a|b|c|d|e|5|${tail}`),
    hostile.map((tail) => `CEF:0|${tail}`),
  )
  fc.assert(
    fc.property(text, (line) => {
      try {
        JSON.stringify(decodeCef(line))
      } catch (error) {
        assert.ok(isAppError(error) && error.code === 'CODECS_EVENT_INVALID', String(error))
      }
    }),
    { numRuns: 500 },
  )
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  assert.ok(Object.hasOwn(decodeCef('CEF:0|a|b|c|d|e|5|__proto__=x').extension, '__proto__'))
})

test('integers that stand for words are in their range or left out', () => {
  const encoded = (value: number): string =>
    encodeCef(record({ evidence: { value } }), {
      mapping: { deviceDirection: 'evidence.value', type: 'evidence.value' },
    })
  assert.match(encoded(1), / deviceDirection=1 type=1/)
  assert.match(encoded(3), / type=3/)
  assert.doesNotMatch(encoded(3), /deviceDirection/)
  assert.doesNotMatch(encoded(4), / type=/)
})

test('a record behind a bare priority or a tag is found, and what stood before it kept', () => {
  for (const prefix of ['<134>', 'Sep 19 08:26:10 host app:', '<14>1 2026-11-24T01:02:03Z h a - - - \ufeff'])
    assert.equal(decodeCef(`${prefix}CEF:0|a|b|c|d|e|5|msg=x`).prefix, prefix.replace('\ufeff', '').trim())
  assert.throws(() => decodeCef('xCEF:0|a|b|c|d|e|5|msg=x'), { code: 'CODECS_EVENT_INVALID' })
})

test('a date that is none stays text and is told', () => {
  for (const rt of ['Feb 30 2026 01:02:03', 'Nov 24 2026 25:00:00', 'Nov 24 2026 01:60:00']) {
    const event = decodeCef(`CEF:0|a|b|c|d|e|5|rt=${rt}`)
    assert.deepEqual([event.extension['rt'], event.problems], [rt, ['rt: not of type time']])
  }
  const real = decodeCef('CEF:0|a|b|c|d|e|5|rt=Feb 9 2026 23:59:59.250 -0130')
  assert.equal(real.extension['rt'], '2026-02-10T01:29:59.250Z')
})

test('a detector that the header cannot hold is named, and the time of notice has its field', () => {
  const long = decodeCef(encodeCef(record({ detector: 'd'.repeat(2000) })))
  assert.equal(long.labelled['cut'], 'deviceEventClassId 2000>1023')
  const { labelled } = decodeCef(encodeCef(record({ observed_time: '2026-11-23T10:00:05Z' })))
  assert.equal(labelled['observedTime'], '2026-11-23T10:00:05.000Z')
})
