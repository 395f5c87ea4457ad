import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cli as run } from './testing.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-correlate-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const line = (id: string, entity: string, minute: number, over: Record<string, unknown> = {}) =>
  JSON.stringify({
    id,
    key: `k-${id}`,
    time: new Date(Date.UTC(2026, 10, 1, 12, minute)).toISOString(),
    detector: 'd',
    severity: 'high',
    entity: { kind: 'host', id: entity },
    ...over,
  })
const file = async (name: string, lines: readonly string[]): Promise<string> => {
  await writeFile(join(folder, name), lines.join('\n'))
  return join(folder, name)
}
type Document = {
  incidents: { id: string; score: number; signals: string[]; entities: unknown[]; ledger?: unknown }[]
  metrics: { refused: number; signals: number; f1?: number }
}
const history = [line('a', 'h1', 0), line('b', 'h1', 5, { detector: 'e' }), line('c', 'h2', 6)]

test('signals become incidents, whatever the order of the lines', async () => {
  const forth = await file('forth.ndjson', history)
  const back = await file('back.ndjson', [...history].reverse())
  const first = await run(['correlate', '--replay', forth, '-o', 'json'])
  assert.equal(first.code, 0, first.err)
  const { incidents } = JSON.parse(first.out) as Document
  assert.deepEqual(
    incidents.map(({ signals }) => signals),
    [['a', 'b'], ['c']],
  )
  assert.deepEqual(incidents[0]?.entities, [{ kind: 'host', id: 'h1' }])
  assert.equal((await run(['correlate', '--replay', back, '-o', 'json'])).out, first.out)
})

test('labels are read as NDJSON and as CSV, by id or key, and give the same metrics', async () => {
  const path = await file('labelled.ndjson', history)
  const ndjson = await file('l.ndjson', [
    '{"signal":"a","incident":"x"}',
    '{"key":"k-b","label":"x"}',
    '{"id":"c","incident":null}',
  ])
  const csv = await file('l.csv', ['signal,incident', 'a,x', 'k-b,x', 'c,'])
  const outputs = await Promise.all(
    [ndjson, csv].map((labels) => run(['correlate', '--replay', path, '--labels', labels, '-o', 'json'])),
  )
  assert.equal(outputs[0]?.out, outputs[1]?.out)
  assert.equal((JSON.parse(outputs[0]?.out ?? '') as Document).metrics.f1, 1)
})

test('hostile lines are reported and left out; alone or with --strict they fail', async () => {
  const hostile = [
    'not json',
    '[]',
    '{"time":"yesterday"}',
    line('d', 'h', 0, { severity: 'apocalyptic' }),
    line('e', 'h', 0, { p_value: -1 }),
    'x'.repeat(2_000_000),
    '{"__proto__":{"entity":1}}',
  ]
  const mixed = await file('mixed.ndjson', [...hostile, ...history])
  const { code, out, err } = await run(['correlate', '--replay', mixed, '-o', 'json', '--ledger'])
  assert.equal(code, 0)
  const { incidents, metrics } = JSON.parse(out) as Document
  assert.deepEqual([metrics.refused, metrics.signals, incidents.length], [hostile.length, 3, 2])
  assert.ok(incidents[0]?.ledger)
  assert.match(err, /line 1 left out/)
  assert.equal((await run(['correlate', '--replay', mixed, '--strict'])).code, 2)
  assert.equal((await run(['correlate', '--replay', await file('bad.ndjson', hostile)])).code, 2)
  assert.equal((await run(['correlate', '--replay', join(folder, 'absent')])).code, 3)
  assert.equal((await run(['correlate', '--replay', mixed, '--window', 'x'])).code, 2)
  const labels = await file('bad-labels', ['no comma'])
  assert.equal((await run(['correlate', '--replay', mixed, '--labels', labels])).code, 2)
})

test('an empty history has no incidents', async () => {
  const { code, out } = await run(['correlate', '--replay', await file('empty', ['', '']), '-o', 'json'])
  assert.equal(code, 0)
  assert.deepEqual((JSON.parse(out) as Document).incidents, [])
})

test('labels as a list, as incidents with their signals, as one object and by tabs mean the same', async () => {
  const path = await file('forms.ndjson', history)
  const forms = {
    list: [
      JSON.stringify([
        { signal: 'a', incident: 'x' },
        { id: 'b', label: 'x' },
        { id: 'c', label: 'y' },
      ]),
    ],
    incidents: ['{', '"incidents":[{"id":"x","signals":["a","b"]},{"id":"y","signals":["c"]}]}'],
    lines: ['{"incident":"x","signals":["a",{"id":"b"}]}', '{"incident":"y","signals":["c"]}'],
    object: ['\ufeff{"a":"x","k-b":"x","c":"y"}'],
    tabs: ['signal\tincident', 'a\tx', 'b\tx', 'c\ty'],
  }
  for (const [name, lines] of Object.entries(forms)) {
    const labels = await file(`form-${name}`, lines)
    const { code, out, err } = await run(['correlate', '--replay', path, '--labels', labels, '-o', 'json'])
    assert.equal(code, 0, err)
    const metrics = (JSON.parse(out) as { metrics: { labelled: number; f1: number } }).metrics
    assert.deepEqual([name, metrics.labelled, metrics.f1], [name, 3, 1])
  }
  for (const bad of [['[1]'], ['{"a":{"b":1}}'], ['{"id":"x","signals":[null]}']]) {
    const labels = await file('form-bad', bad)
    assert.equal((await run(['correlate', '--replay', path, '--labels', labels])).code, 2)
  }
  const strange = await file('form-strange', ['z,x'])
  assert.match(
    (await run(['correlate', '--replay', path, '--labels', strange])).err,
    /no label names a signal/,
  )
})

test('fields that no signal has, nulls and a BOM hinder nothing; every entity is told', async () => {
  const related = Array.from({ length: 60 }, (_, at) => ({ kind: 'route', id: `r${at}` }))
  const other = related.map(({ kind, id }) => ({ kind, id: `${id}x` }))
  const path = await file('extra.ndjson', [
    `\ufeff${line('a', 'h', 0, { label: 'x', p_value: null, related })}`,
    line('b', 'h', 1, { detector: 'e', related: other }),
  ])
  const { out } = await run(['correlate', '--replay', path, '-o', 'json'])
  const { incidents, metrics } = JSON.parse(out) as Document
  assert.deepEqual([metrics.signals, metrics.refused, incidents[0]?.entities.length], [2, 0, 121])
})
