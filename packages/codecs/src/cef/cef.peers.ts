/** 10,000 events with hostile values under parcefone, and every escape under cefevent. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { assetPath, createSeededRandom } from '@rampart/kit'
import { toExportRecord } from '../siem/export-record.ts'
import { decodeCef } from './decode.ts'
import { CEF_CODES, CEF_DICTIONARY } from './dictionary.ts'
import { encodeCef } from './encode.ts'
import { escapeValue, unescapeValue } from './escape.ts'

const folder = process.env['RAMPART_CEF_READERS'] ?? ''
const random = createSeededRandom(20261123)
const pick = <T>(list: readonly T[]): T => list[Math.floor(random.float() * list.length)] as T
const PIECES = [
  '=',
  '\\',
  '|',
  ' ',
  '\n',
  '\r',
  '\t',
  '"',
  "'",
  'a',
  'n',
  'r',
  'é',
  '漢',
  '𝄞',
  'cs1=',
  ' msg=',
  '\\=',
  '\\n',
  '{',
  'CEF:0|a',
  '%s',
  '<13>',
  ',',
  ':',
  'Label=',
]
const hostile = (most = 30): string =>
  Array.from({ length: 1 + Math.floor(random.float() * most) }, () => pick(PIECES)).join('')
// parcefone looks for a backslash before a pipe and takes an escaped one at the end of a field for an escape of the pipe.
const header = (): string => `${hostile()}.`
const address = (): string =>
  pick(['192.0.2.7', '10.1.2.3', '2001:db8::1', 'fe80::1', '::1', '999.1.1.1', 'no'])

const run = async (program: string, args: readonly string[], input: string): Promise<string> => {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(input)
  const [out, code] = await Promise.all([
    text(child.stdout),
    new Promise((resolve) => child.once('close', resolve)),
  ])
  assert.equal(code, 0)
  return out
}

const signalOf = (at: number) => ({
  id: `0198a0e0-0000-7000-8000-${String(at).padStart(12, '0')}`,
  key: hostile(),
  time: new Date(1.79e12 + at * 977).toISOString(),
  detector: header(),
  title: header(),
  severity: pick(['info', 'low', 'medium', 'high', 'critical']),
  entity: { kind: pick(['model', 'host', 'caller', 'route', 'artifact']), id: hostile(8) },
  related: [{ kind: 'host', id: hostile(6) }],
  techniques: [hostile(4)],
  p_value: random.float(),
  dependence_group: hostile(),
  evidence: {
    [hostile(4)]: hostile(60),
    src_ip: address(),
    dest_ip: address(),
    src_port: Math.floor(random.float() * 70_000),
    proto: pick(['TCP', 'udp']),
  },
  source: { name: hostile(6), tenant: 'default', trace_id: hostile(6) },
})

/** What both readers must agree on, as text. */
const asRead = (key: string, value: string): string => {
  const type = CEF_DICTIONARY.get(key)?.type
  if (type === 'float') return String(Math.fround(Number(value)))
  if (type === 'time') return new Date(Number(value)).toISOString()
  // Java writes every group of an IPv6 address.
  if (type === 'ipv6') return new URL(`http://[${value}]/`).hostname
  return unescapeValue(value)
}

const own = (key: string, value: unknown): string => {
  const type = CEF_DICTIONARY.get(key)?.type
  if (type === 'float') return String(Math.fround(Number(value)))
  return type === 'ipv6' ? new URL(`http://[${String(value)}]/`).hostname : String(value)
}

test('10,000 events with hostile values are read alike by parcefone', { timeout: 240_000 }, async () => {
  const signals = Array.from({ length: 10_000 }, (_one, at) => signalOf(at))
  const lines = signals.map((signal) => encodeCef(toExportRecord(signal)))
  const answers = (await run(assetPath('peers/cef.sh'), ['read', folder], `${lines.join('\n')}\n`))
    .trimEnd()
    .split('\n')
  assert.equal(answers.length, lines.length)
  for (const [at, answer] of answers.entries()) {
    assert.ok(answer.startsWith('OK'), `${answer}\n${lines[at]}`)
    const found = new Map(
      answer
        .split(' ')
        .slice(1)
        .map((field) => {
          const [key = '', value = ''] = field.split(':')
          return [key, Buffer.from(value, 'base64').toString()] as const
        }),
    )
    const event = decodeCef(lines[at] as string)
    assert.equal(event.problems, undefined, lines[at])
    for (const [key, value] of Object.entries(event.extension))
      assert.equal(asRead(key, found.get(key) ?? 'missing'), own(key, value), `${key}\n${lines[at]}`)
    assert.equal(
      [...found.keys()].filter((key) => !key.startsWith('header.')).length,
      Object.keys(event.extension).length,
    )
    assert.equal(event.extension['msg'], signals[at]?.title)
    assert.equal(event.labelled['key'], signals[at]?.key)
  }
})

/** A value that each key of the dictionary can hold, hostile where it is text. */
const valueFor = (key: string): string | number => {
  const { type, limit } = CEF_DICTIONARY.get(key) ?? { type: 'string', limit: 1 }
  // The parser knows few protocols by name.
  if (key === 'proto') return pick(['tcp', 'udp'])
  const codes = CEF_CODES.get(key)
  if (codes !== undefined) return pick(codes)
  const short = (): string => hostile(4).slice(0, Math.floor(limit / 2))
  switch (type) {
    case 'string':
      return short().trim() || 'x'
    case 'integer':
      return Math.floor(random.float() * 60_000)
    case 'long':
      return pick([-1, 0, 2 ** 31, Number.MAX_SAFE_INTEGER])
    case 'float':
      return pick([0.5, -1.25, 1e10])
    case 'ipv4':
      return pick(['192.0.2.7', '0.0.0.0', '255.255.255.255'])
    case 'ipv6':
      return pick(['2001:db8::1', '::', 'fe80::1'])
    case 'mac':
      return pick(['00:0d:60:af:1b:61', 'FF-FF-FF-FF-FF-FF'])
    case 'time':
      return '2026-11-23T10:00:00.123Z'
  }
}

test('every key of the dictionary holds its values, hostile ones too, for parcefone as for us', {
  timeout: 60_000,
}, async () => {
  // It has not heard of the two ids of files.
  const keys = [...CEF_DICTIONARY.keys()].filter((key) => !/Label$|ileId$/.test(key))
  const sent = keys.flatMap((key) => Array.from({ length: 20 }, () => [key, valueFor(key)] as const))
  const lines = sent.map(([key, value], at) => {
    const signal = { ...signalOf(at), evidence: { value } }
    return encodeCef(toExportRecord(signal), { mapping: { [key]: 'evidence.value' } })
  })
  const answers = (await run(assetPath('peers/cef.sh'), ['read', folder], `${lines.join('\n')}\n`))
    .trimEnd()
    .split('\n')
  for (const [at, answer] of answers.entries()) {
    const [key = '', value] = sent[at] ?? []
    const found = new RegExp(` ${key}:(\\S*)`).exec(answer)?.[1]
    const ours = decodeCef(lines[at] as string).extension[key]
    assert.ok(
      answer.startsWith('OK') && found !== undefined,
      `${key} ${JSON.stringify(value)}: ${answer}\n${lines[at]}`,
    )
    assert.equal(asRead(key, Buffer.from(found, 'base64').toString()), own(key, ours), `${key}\n${lines[at]}`)
    if (CEF_DICTIONARY.get(key)?.type === 'string') assert.equal(ours, value)
  }
})

const PYTHON = `
import json, sys
from cefevent import CEFEvent
out = []
for name, value in json.load(sys.stdin):
    event = CEFEvent(strict=True)
    event.set_prefix("name", name)
    event.set_field("message", value)
    out.append(event.build_cef())
json.dump(out, sys.stdout)
`

test('escapes are those of cefevent', { timeout: 60_000 }, async () => {
  // It strips values, knows \\n but not \\r, and refuses what is longer than the key allows.
  const values = Array.from({ length: 2000 }, () => hostile().replaceAll('\r', '').trim()).filter(
    (value) => value !== '',
  )
  const names = values.map(() =>
    header()
      .replaceAll(/[\n\r\t]/g, '')
      .trim(),
  )
  const pairs = values.map((value, at) => [names[at], value])
  const built = JSON.parse(
    await run(`${folder}/venv/bin/python`, ['-c', PYTHON], JSON.stringify(pairs)),
  ) as string[]
  for (const [at, line] of built.entries()) {
    assert.ok(line.endsWith(`|msg=${escapeValue(values[at] as string, 1023).text}`), line)
    const ours = encodeCef(toExportRecord({ ...signalOf(at), title: names[at] as string }))
    assert.equal(line.split(/(?<!\\)(?:\\\\)*\|/)[5], ours.split(/(?<!\\)(?:\\\\)*\|/)[5], line)
  }
})
