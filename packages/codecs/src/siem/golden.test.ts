import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeCef } from '../cef/decode.ts'
import { decodeLeef } from '../leef/decode.ts'
import { encodeOcsf } from '../ocsf/encode.ts'
import { isSighting } from './alert.ts'
import { alertOfCef, alertOfLeef } from './alerts-of-events.ts'
import { toExportRecord } from './export-record.ts'
import { encodeRecord, PAYLOAD_FORMATS } from './payload.ts'

const at = (name: string): URL => new URL(`./golden/${name}`, import.meta.url)
const records = readFileSync(at('records.ndjson'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => toExportRecord(JSON.parse(line), { baseUrl: 'https://rampart.example' }))

// RAMPART_GOLDEN=write writes them anew; the diff is then for a person to judge.
for (const format of PAYLOAD_FORMATS)
  test(`${format}: the golden file is what is written`, () => {
    const lines = records.map(
      (record) => `${encodeRecord(record, format, { productVersion: '1.2.3', hostname: 'cp-1' })}\n`,
    )
    const file = at(`${format}.txt`)
    if (process.env['RAMPART_GOLDEN'] === 'write') writeFileSync(file, lines.join(''))
    assert.equal(lines.join(''), readFileSync(file, 'utf8'))
  })

test('every OCSF event has what its class requires, and type_uid says class and activity', () => {
  const required: Readonly<Record<number, readonly string[]>> = {
    0: [],
    2004: ['finding_info', 'status_id'],
    2005: ['finding_info_list', 'status_id', 'assignee'],
    6003: ['actor', 'api', 'src_endpoint'],
    7001: ['command_uid'],
  }
  for (const record of records) {
    const event = encodeOcsf(record) as Record<string, number> & { metadata: Record<string, unknown> }
    const wanted = required[event['class_uid'] as number]
    assert.ok(wanted !== undefined)
    for (const key of [
      'activity_id',
      'category_uid',
      'metadata',
      'severity_id',
      'time',
      'type_uid',
      ...wanted,
    ])
      assert.ok(event[key] !== undefined, `${record.type}: ${key}`)
    assert.equal(event['type_uid'], (event['class_uid'] as number) * 100 + (event['activity_id'] as number))
    assert.equal(event.metadata['version'], '1.8.0')
    // 1.8 applies the profile to API Activity alone of these classes.
    assert.equal(event['ai_model'] !== undefined, event.metadata['profiles'] !== undefined)
    if (record.type === 'inference')
      assert.deepEqual(event['ai_model'], { name: 'card-fraud', ai_provider: 'Internal', version: '1.0.0' })
  }
})

test('what is no record is refused', () => {
  const bad = [
    null,
    [],
    'x',
    {},
    { detector: 'd' },
    { schema: 'signal/1', time: 'now' },
    { schema: 'what/1' },
  ]
  bad.push({
    detector: 'd',
    title: 't',
    entity: { kind: 'a', id: 'b' },
    time: '2026-01-01T00:00:00Z',
    severity: 'huge',
  } as never)
  for (const one of bad) assert.throws(() => toExportRecord(one), { code: 'CODECS_EXPORT_INVALID' })
})

test('times that are nearly RFC 3339 are written as it says, and no field of a signal is lost', () => {
  const signal = { detector: 'd', title: 't', severity: 'low', entity: { kind: 'a', id: 'b' } }
  for (const zone of ['+01', '+0100']) {
    const record = toExportRecord({ ...signal, time: `2026-01-01T00:00:00${zone}` })
    assert.equal(record.time, '2025-12-31T23:00:00Z')
  }
  const whole = { ...signal, time: '2026-01-01T00:00:00+01:00', observed_time: '2026-01-01T00:00:07Z' }
  for (const format of PAYLOAD_FORMATS) {
    const line = encodeRecord(toExportRecord({ ...whole, p_value: null, evidence: ['seen'] }), format)
    assert.match(line, /2026-01-01T00:00:07Z|1767225607000/, format)
    assert.match(line, /seen/, format)
  }
  assert.throws(() => toExportRecord({ ...whole, p_value: '0.01' }), { code: 'CODECS_EXPORT_INVALID' })
})

test('CEF and LEEF of other products become signals from medium on, sightings below', () => {
  const rules = { receivedAt: '2026-01-01T00:00:00Z' }
  const cef = (severity: string) =>
    alertOfCef(
      decodeCef(
        `CEF:0|Acme|IPS|1|42|Scan|${severity}|src=192.0.2.1 dst=198.51.100.9 cs1Label=technique cs1=T1595`,
      ),
      rules,
    )
  const high = cef('Very-High')
  assert.ok(!isSighting(high))
  assert.deepEqual(
    [high.severity, high.entity, high.techniques, high.source.name, high.time],
    ['critical', { kind: 'host', id: '198.51.100.9' }, ['T1595'], 'Acme IPS', rules.receivedAt],
  )
  assert.ok(isSighting(cef('3')))
  const leef = alertOfLeef(
    decodeLeef('LEEF:2.0|Acme|WAF|1|SQLi|^|src=192.0.2.1^dst=198.51.100.9^sev=7^devTime=1764000000000'),
    rules,
  )
  assert.ok(!isSighting(leef))
  assert.deepEqual([leef.title, leef.severity, leef.time], ['SQLi', 'high', '2025-11-24T16:00:00.000Z'])
})
