/** Every decoder against mutated events and against lines made to be slow; every encoder against records made to break it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isAppError } from '@rampart/kit'
import fc from 'fast-check'
import { decodeCef } from '../cef/decode.ts'
import { decodeEve } from '../eve/decode.ts'
import { decodeLeef } from '../leef/decode.ts'
import { decodeSyslog } from '../syslog/decode.ts'
import type { Alert } from './alert.ts'
import { alertOfCef, alertOfLeef } from './alerts-of-events.ts'
import { toExportRecord } from './export-record.ts'
import { encodeRecord, PAYLOAD_FORMATS } from './payload.ts'

const rules = { receivedAt: '2026-11-23T10:00:00Z' }
const golden = (name: string): string[] =>
  readFileSync(new URL(`./golden/${name}.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
const EVE =
  '{"timestamp":"2026-06-01T08:00:00.070000+0000","flow_id":42,"event_type":"alert","src_ip":"203.0.113.10","dest_ip":"192.0.2.10","alert":{"gid":1,"signature_id":7,"signature":"Scan","severity":1,"metadata":{"mitre_atlas":["AML.T0051"]}},"http":{"hostname":"m.example","url":"/v1"}}'
const DECODERS: Readonly<Record<string, { samples: readonly string[]; read: (line: string) => unknown }>> = {
  cef: { samples: [...golden('cef'), ...golden('cef1')], read: (line) => alertOfCef(decodeCef(line), rules) },
  leef: {
    samples: [...golden('leef'), ...golden('leef2')],
    read: (line) => alertOfLeef(decodeLeef(line), rules),
  },
  syslog: { samples: golden('rfc5424'), read: decodeSyslog },
  eve: { samples: [EVE, EVE.replace('"alert",', '"dns",')], read: decodeEve },
}

/** Throws what is no refusal of the codec. */
const attempt = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    if (isAppError(error) && error.kind === 'InvalidInput') return undefined
    throw error
  }
}

const PIECES = [
  '|',
  '=',
  '\\',
  '\t',
  '\n',
  '\r',
  '\0',
  '"',
  ']',
  '[',
  '{',
  '}',
  '^',
  'x5e',
  '0x',
  ' ',
  '\ufeff',
  '\ud800',
]
const piece = fc.oneof(
  fc.constantFrom(...PIECES, '\\u0000', '\\ud800', 'Label=', 'rt=', '-', '99999999999999999999', 'é', '𝄞'),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
/** A sample with pieces put in, cut out and put over others. */
const mutated = (samples: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), piece), {
        minLength: 1,
        maxLength: 6,
      }),
    )
    .map(([sample, edits]) =>
      edits.reduce((line, [place, out, text]) => {
        const at = Math.floor(place * line.length)
        return line.slice(0, at) + text + line.slice(at + out)
      }, sample),
    )

/** What a database of ours takes. */
const assertStorable = (alert: Alert): void => {
  const text = JSON.stringify(alert)
  assert.doesNotMatch(text, /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f]..)/i)
  assert.equal(new Date(alert.time).toISOString().slice(0, 19), alert.time.slice(0, 19))
}

for (const [name, { samples, read }] of Object.entries(DECODERS))
  test(`${name}: mutated events give an event or the decode error, and what can be stored`, () => {
    const unharmed = samples.map((sample) => attempt(() => read(sample)))
    assert.ok(unharmed.every((found) => found !== undefined))
    fc.assert(
      fc.property(mutated(samples), (line) => {
        const found = attempt(() => read(line)) as Alert | undefined
        if (found !== undefined && name !== 'syslog') assertStorable(found)
      }),
      { numRuns: 1500 },
    )
  })

const MIB = 1024 * 1024
/** Of a listener: the longest message that strangers can send. */
const LONGEST = 256 * 1024
const PREFIXES = [
  '',
  'CEF:0|a|b|c|d|e|5|',
  'CEF:0|a|b|c|d|e|5|msg=',
  'LEEF:1.0|a|b|c|d|',
  'LEEF:2.0|a|b|c|d|^|a=',
]
PREFIXES.push(
  '<13>',
  '<13>1 - - - - - ',
  '<13>1 - - - - - [a b="',
  '{"timestamp":"2026-06-01T08:00:00Z","event_type":"a","x":',
)
const UNITS = [
  '\r',
  '\n',
  '\0',
  ' ',
  '=',
  '|',
  '\\',
  '\t',
  '^',
  '[',
  '"',
  'a=',
  ' a=',
  'a=b^',
  'a=b\t',
  ' b="c"',
  '[a]',
  '{"a":',
  '\ufeff',
]
UNITS.push('CEF:', 'LEEF:', '\\"', '\\u0000', '"k",', `${'a'.repeat(64)}=`)

test('a line as long as a listener takes costs no decoder more than a moment, whatever it repeats', () => {
  let worst = { ms: 0, what: '' }
  for (const prefix of PREFIXES)
    for (const unit of UNITS) {
      const line = `${prefix}${unit.repeat((LONGEST - prefix.length - 1) / unit.length)}x`
      for (const [name, { read }] of Object.entries(DECODERS)) {
        const before = process.cpuUsage()
        attempt(() => read(line))
        const { user, system } = process.cpuUsage(before)
        const ms = (user + system) / 1000
        if (ms > worst.ms) worst = { ms, what: `${name} ${JSON.stringify(prefix + unit)}` }
      }
    }
  // Quadratic work at this length takes a minute and more.
  assert.ok(worst.ms < 4000, `${worst.what}: ${worst.ms} ms`)
})

test('ten megabytes in one line are refused without being read', () => {
  for (const { samples, read } of Object.values(DECODERS)) {
    const before = process.cpuUsage()
    assert.throws(() => read(`${samples[0]}${'\r'.repeat(10 * MIB)}x`), { code: 'CODECS_EVENT_INVALID' })
    assert.ok(process.cpuUsage(before).user < 500_000)
  }
})

const signal = {
  time: '2026-11-23T10:00:00Z',
  detector: 'drift',
  title: 'Drift',
  severity: 'high',
  entity: { kind: 'model', id: 'm' },
  evidence: {},
}

test('halves of surrogate pairs, NULs and odd values are written in every format or refused', () => {
  const records = fc.record({
    ...Object.fromEntries(Object.entries(signal).map(([key, value]) => [key, fc.constant(value)])),
    id: fc.constantFrom('\ud800', '\0', 'a/b', '%'),
    title: fc.string({ unit: 'binary', minLength: 1 }),
    entity: fc.record({
      kind: fc.constantFrom('host', 'model', '\udfff'),
      id: fc.string({ unit: 'binary', minLength: 1 }),
    }),
    evidence: fc.dictionary(
      fc.constantFrom('src_ip', 'dest_port', 'proto', '__proto__', '\ud800'),
      fc.jsonValue(),
    ),
    window: fc.option(fc.record({ from: fc.constantFrom(signal.time, 'x'), to: fc.constant(signal.time) }), {
      nil: undefined,
    }),
  })
  fc.assert(
    fc.property(records, fc.constantFrom(...PAYLOAD_FORMATS), (value, format) => {
      const line = attempt(() =>
        encodeRecord(toExportRecord(value, { baseUrl: 'https://r.example' }), format),
      )
      if (line !== undefined) assert.doesNotMatch(String(line), /[\n\r\0]/)
    }),
    { numRuns: 500 },
  )
})

test('a record that is nested beyond reason, or of no day of the calendar, is refused', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  const bad = [
    { ...signal, evidence: { deep } },
    { ...signal, time: '2026-02-30T10:00:00Z' },
  ]
  for (const value of [...bad, { ...signal, time: '0000-01-01T00:00:00Z' }])
    assert.throws(() => toExportRecord(value), { code: 'CODECS_EXPORT_INVALID' })
})
