import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAppError } from '@rampart/kit'
import fc from 'fast-check'
import { toExportRecord } from '../siem/export-record.ts'
import { decodeLeef } from './decode.ts'
import { encodeLeef } from './encode.ts'

const record = (over: object = {}) =>
  toExportRecord({
    id: 's-1',
    key: 'k',
    time: '2026-11-23T10:00:00.000Z',
    detector: 'drift',
    title: 'Drift',
    severity: 'high',
    entity: { kind: 'model', id: 'card-fraud' },
    evidence: {},
    ...over,
  })

/**
 * A second reader, from IBM's published rules alone: split the header at pipes; the sixth field of version 2.0 is a
 * character or `x`/`0x` and its code; split the rest at it; a key ends at the first `=`. It shares no code with decodeLeef.
 */
const readByRules = (line: string) => {
  const two = line.startsWith('LEEF:2.0|')
  const pieces = line.split('|')
  const head = pieces.slice(0, two ? 6 : 5)
  const body = line.slice(head.join('|').length + 1)
  const sixth = two ? (head[5] as string) : '\t'
  const code = /^(?:0x|x)([0-9a-fA-F]{1,4})$/.exec(sixth)
  const separator = code === null ? sixth : String.fromCharCode(Number(`0x${code[1]}`))
  const attributes = new Map<string, string>()
  for (const pair of body.split(separator)) {
    const [key = '', ...value] = pair.split('=')
    assert.ok(/^[A-Za-z][A-Za-z0-9_]*$/.test(key), pair)
    assert.ok(!attributes.has(key), `${key} twice`)
    attributes.set(key, value.join('='))
  }
  return { head, attributes }
}

const hostile = fc.string({
  unit: fc.constantFrom('|', '^', '=', '\t', '\n', '\\', 'a', 'é', ' ', '𝄞'),
  minLength: 1,
  maxLength: 60,
})
const spelled = (text: string, delimiter: string) =>
  text
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll(delimiter, delimiter === '^' ? '\\x5e' : delimiter)

test('the examples of the guide are read', () => {
  const one = decodeLeef(
    'LEEF:1.0|Microsoft|MSExchange|4.0 SP1|15345|src=192.0.2.0\tdst=172.50.123.1\tsev=5\tcat=anomaly\tsrcPort=81\tusrName=joe.black',
  )
  assert.deepEqual([one.vendor, one.productVersion, one.eventId], ['Microsoft', '4.0 SP1', '15345'])
  assert.deepEqual(
    [one.attributes['src'], one.attributes['sev'], one.attributes['usrName']],
    ['192.0.2.0', 5, 'joe.black'],
  )
  const header = '<13>1 2019-01-18T11:07:53.520Z 192.168.1.1 '
  for (const delimiter of ['^', 'x5E', '0x5e', '0x005E']) {
    const two = decodeLeef(
      `${header}LEEF:2.0|Lancope|StealthWatch|1.0|41|${delimiter}|src=10.0.1.8^dst=10.0.0.5^devTime=1764000000000`,
    )
    assert.deepEqual(
      [two.delimiter, two.attributes['dst'], two.attributes['devTime']],
      ['^', '10.0.0.5', '2025-11-24T16:00:00.000Z'],
    )
    assert.equal(two.prefix, header.trim())
  }
  assert.deepEqual(decodeLeef('LEEF:2.0|V|P|1|E|a=1\tb=2').attributes, { a: '1', b: '2' })
})

test('a reader that knows only the published rules finds what was written, in both versions', () => {
  fc.assert(
    fc.property(hostile, hostile, fc.constantFrom('1.0' as const, '2.0' as const), (title, key, version) => {
      const delimiter = version === '2.0' ? '^' : '\t'
      const line = encodeLeef(record({ title, key, detector: `d|${title}` }), { version, delimiter })
      assert.ok(!/[\n\r]/.test(line))
      const { head, attributes } = readByRules(line)
      assert.equal(head[4], spelled(`d|${title}`, '\t').replaceAll('|', '/'))
      assert.equal(attributes.get('title'), spelled(title, delimiter))
      assert.equal(attributes.get('key'), spelled(key, delimiter))
      assert.deepEqual([attributes.get('sev'), attributes.get('devTime')], ['8', '1795428000000'])
      const own = decodeLeef(line)
      assert.deepEqual([own.problems, own.attributes['title']], [undefined, attributes.get('title')])
      assert.equal(Object.keys(own.attributes).length, attributes.size)
    }),
  )
})

test('a line stays within its bytes, and says what it left out', () => {
  const line = encodeLeef(record({ evidence: { note: 'é'.repeat(5000) } }))
  assert.ok(Buffer.byteLength(line) <= 4000, `${Buffer.byteLength(line)}`)
  const { attributes } = readByRules(line)
  assert.match(attributes.get('cut') ?? '', /^evidence 100\d\d>\d+$/)
  assert.equal(attributes.get('reference'), 'rampart:signal/s-1')
  const tight = readByRules(
    encodeLeef(record({ key: 'k'.repeat(500), related: [{ kind: 'host', id: 'h'.repeat(500) }] }), {
      maxBytes: 1,
    }),
  )
  assert.match(tight.attributes.get('cut') ?? '', /related|evidence|reference/)
})

test('addresses of both families, ports in range, and mapped attributes', () => {
  const evidence = { src_ip: '2001:db8::1', dest_ip: 'no', src_port: 70_000, dest_port: 443, batch: 'b' }
  const { attributes } = decodeLeef(
    encodeLeef(record({ evidence }), { mapping: { batch: 'evidence.batch' } }),
  )
  assert.deepEqual(
    ['src', 'dst', 'srcPort', 'dstPort', 'batch'].map((key) => attributes[key]),
    ['2001:db8::1', undefined, undefined, 443, 'b'],
  )
  assert.throws(() => encodeLeef(record(), { mapping: { 'a b': 'id' } }), { code: 'CODECS_FIELD_INVALID' })
  assert.throws(() => encodeLeef(record(), { version: '2.0', delimiter: '=' }), {
    code: 'CODECS_FIELD_INVALID',
  })
})

test('random text throws the decode error and nothing else', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ maxLength: 200 }).map((tail) => `LEEF:1.0|a|b|c|d|${tail}`),
    fc.string({ maxLength: 200 }).map((tail) => `LEEF:2.0|a|b|c|d|${tail}`),
  )
  fc.assert(
    fc.property(text, (line) => {
      try {
        JSON.stringify(decodeLeef(line))
      } catch (error) {
        assert.ok(isAppError(error) && error.code === 'CODECS_EVENT_INVALID', String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test('the reference stays in the line, whatever is left out before it', () => {
  for (const over of [
    { title: 't'.repeat(9000) },
    { related: Array.from({ length: 64 }, (_, at) => ({ kind: 'host', id: `${at}${'h'.repeat(500)}` })) },
  ]) {
    const line = encodeLeef(record(over))
    assert.ok(Buffer.byteLength(line) <= 4000)
    const { attributes } = readByRules(line)
    assert.equal(attributes.get('reference'), 'rampart:signal/s-1')
    assert.match(attributes.get('cut') ?? '', /^(?:title|related) \d+>\d+/)
  }
})

test('delimiters by their code and in letters, a record behind a bare priority', () => {
  for (const delimiter of ['x5E', '0x5e', '^'])
    assert.match(
      encodeLeef(record(), { version: '2.0', delimiter }),
      /^LEEF:2\.0\|[^|]+\|[^|]+\|[^|]+\|drift\|\^\|/,
    )
  assert.deepEqual(decodeLeef('<13>LEEF:2.0|V|P|1|E|\\t|a=1\tb=2').attributes, { a: '1', b: '2' })
})
