import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { crc32, deflateRawSync } from 'node:zlib'
import type { Signal, SignalInput } from '@rampart/domain'
import { assetPath, createMetrics, createSeededRandom, type RequestPrincipal } from '@rampart/kit'
import { createFakeClock, silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { parseLearnRows } from '../config.ts'
import { createTelemetry, type Telemetry } from '../telemetry.ts'
import { FEATURE_NAMES, sampleBatch, sampleReference } from '../testing.ts'
import { readReference } from './read-reference.ts'
import { createReferenceImport, type ReferenceImport, type TableFormat } from './reference-import.ts'

const SEED = 20261123
const MAX_BYTES = 400_000
const QUESTION = {
  target: sampleReference({ seed: 1, rows: 1 }),
  maxRows: 10_000,
  maxUnpackedBytes: 1_000_000,
  seed: SEED,
}
const folder = mkdtempSync(join(tmpdir(), 'rampart-import-'))
const clock = createFakeClock()
const random = createSeededRandom(SEED)
const signals: SignalInput[] = []
const deeds: Readonly<Record<string, unknown>>[] = []
const principal: RequestPrincipal = {
  kind: 'user',
  id: 'o',
  tenant: 'default',
  roles: ['operator'],
  via: 'token',
}

let db: TestDatabase
let telemetry: Telemetry
let imports: ReferenceImport

before(async () => {
  const dir = fileURLToPath(new URL('../../migrations', import.meta.url))
  db = await testDatabase({ sources: [{ module: 'telemetry', dir }] })
  telemetry = createTelemetry({
    database: db.database,
    eventLog: db.eventLog,
    clock,
    random,
    logger: silentLogger,
    metrics: createMetrics(),
    signals: {
      raise: async (_tenant, input) => (signals.push(input) > 0 ? (input as Signal) : assert.fail()),
    },
  })
  imports = createReferenceImport({
    folder,
    clock,
    random,
    logger: silentLogger,
    maxBytes: MAX_BYTES,
    describe: async (_tenant, ref) =>
      ref.name === 'new' ? undefined : sampleReference({ seed: 1, rows: 1 }),
    adopt: telemetry.adoptReference,
    audit: { record: async (_tx, deed) => void deeds.push(deed) },
  })
})
after(async () => {
  await db.stop()
  rmSync(folder, { recursive: true, force: true })
})

const send = (format: TableFormat, body: string | Uint8Array, name = 'card') =>
  imports.importReference(principal, {
    ref: { name, version: '1.0.0' },
    format,
    body: Readable.from([Buffer.from(body)]),
  })

/** The sample's rows as CSV, with a column too many and the label. */
const csv = (rows: number): string => {
  const { rows: records } = sampleReference({ seed: SEED, rows })
  const lines = (records as { inputs: { features: number[] }; label: number }[]).map(
    ({ inputs, label }, i) => `${i},${inputs.features.join(',')},${label}`,
  )
  return [`id,${FEATURE_NAMES.join(',')},label`, ...lines].join('\r\n')
}

type Member = { readonly name: string; readonly content: Uint8Array; readonly claimed?: number }

/** A ZIP archive as NumPy writes it; `claimed` lies about the size. */
const zip = (members: readonly Member[]): Buffer => {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  for (const { name, content, claimed } of members) {
    const packed = deflateRawSync(content)
    const fixed = Buffer.alloc(30)
    fixed.writeUInt32LE(0x04034b50, 0)
    fixed.writeUInt16LE(8, 8)
    fixed.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(crc32(content), 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(claimed ?? content.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    const local = Buffer.concat([fixed, Buffer.from(name), packed])
    locals.push(local)
    entries.push(entry, Buffer.from(name))
    at += local.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, directory, end])
}

const npy = (shape: readonly number[], data: Float32Array): Uint8Array => {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`
  const header = Buffer.from(text.padEnd(118 - 1).concat('\n'), 'latin1')
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0])
  return Buffer.concat([head, header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)])
}

const observe = async (name: string, factor: number): Promise<string | undefined> => {
  telemetry.sink.observeBatch(sampleBatch({ name, rows: 300, seed: 77 + factor, factor }))
  await telemetry.settled()
  telemetry.sink.observeBatch(sampleBatch({ name, rows: 300, seed: 78 + factor, factor }))
  clock.advance(61_000)
  telemetry.tick()
  await telemetry.settled()
  return telemetry.latest('default', { name, version: '1.0.0' })?.verdict
}

test('a CSV becomes the reference that traffic is judged by, and the import is audited', async () => {
  const answer = await send('csv', csv(2000))
  assert.deepEqual(answer, { rows: 2000, features: [...FEATURE_NAMES, 'prediction'], ignored: ['id'] })
  assert.equal(await observe('card', 1), 'stable')
  assert.equal(await observe('card', 4), 'drifted')
  assert.ok(signals.some(({ key }) => key === 'drift:card:1.0.0:amount'))
  assert.deepEqual(deeds.at(-1), {
    tenant: 'default',
    principal: 'user:o',
    action: 'telemetry.reference-imported',
    entity: { kind: 'model-version', id: 'card:1.0.0' },
    outcome: 'success',
    details: { rows: 2000, features: 4, format: 'csv' },
  })
})

test('an npz names the columns of an array by their place; missing numbers are counted, not refused', async () => {
  const { rows } = sampleReference({ seed: SEED, rows: 500 })
  const values = Float32Array.from(
    (rows as { inputs: { features: number[] } }[]).flatMap((row) => row.inputs.features),
  )
  values[4] = Number.NaN
  const answer = await send('npz', zip([{ name: 'features.npy', content: npy([500, 3], values) }]), 'arrays')
  assert.deepEqual(answer, { rows: 500, features: [...FEATURE_NAMES], ignored: [] })
  assert.equal(await observe('arrays', 1), 'stable')
})

test('what is no table, too large, too small or of another model is refused in words, and nothing stays', async () => {
  const deedsBefore = deeds.length
  const golden = readFileSync(
    assetPath(
      `packages/tables/golden/${readdirSync(assetPath('packages/tables/golden')).find((name) => name.endsWith('.parquet'))}`,
    ),
  )
  const bomb = zip([
    { name: 'features.npy', content: npy([1000, 3], new Float32Array(3000)), claimed: 2 ** 31 },
  ])
  const lines = csv(100)
  const cases: readonly (readonly [TableFormat, string | Uint8Array, string, RegExp])[] = [
    ['csv', '', 'TABLES_MALFORMED', /column/],
    ['csv', 'id,amount\n1,2\n', 'TELEMETRY_REFERENCE_INVALID', /no column for hour, foreign/],
    ['csv', csv(29), 'TELEMETRY_REFERENCE_INVALID', /29 reference rows, at least 30/],
    [
      'csv',
      lines.replace('\r\n', '\r\n0,abc,1,1,0\r\n'),
      'TELEMETRY_REFERENCE_INVALID',
      /row 1: column amount holds "abc", FP32/,
    ],
    [
      'csv',
      lines.replace('\r\n', '\r\n0,1,1,1,0.5\r\n'),
      'TELEMETRY_REFERENCE_INVALID',
      /row 1: column label holds "0.5", INT64/,
    ],
    ['csv', `${lines}\r\n1,2,3,4,5,6,7`, 'TABLES_MALFORMED', /7 cells/],
    ['csv', `"${'x'.repeat(MAX_BYTES - 10)}`, 'TABLES_MALFORMED', /./],
    ['parquet', lines, 'TABLES_MALFORMED', /parquet/i],
    ['parquet', golden, 'TELEMETRY_REFERENCE_INVALID', /no column for/],
    ['parquet', golden.subarray(golden.length >> 1), 'TABLES_MALFORMED', /./],
    ['npz', lines, 'TABLES_MALFORMED', /ZIP/],
    ['npz', bomb, 'TABLES_TOO_LARGE', /unpacks to more than/],
    [
      'npz',
      zip([{ name: 'features.npy', content: Buffer.from('cos\nsystem\n') }]),
      'TABLES_MALFORMED',
      /NumPy/,
    ],
  ]
  for (const [format, body, code, message] of cases) {
    const path = join(folder, `case.${format}`)
    writeFileSync(path, body)
    const answer = await readReference({ ...QUESTION, path })
    rmSync(path)
    assert.ok('failure' in answer)
    assert.equal(answer.failure.code, code, answer.failure.message)
    assert.match(answer.failure.message, message)
    assert.ok(!answer.failure.message.includes(folder))
  }
  await assert.rejects(send('csv', csv(29)), { code: 'TELEMETRY_REFERENCE_INVALID', kind: 'InvalidInput' })
  await assert.rejects(send('csv', 'x'.repeat(MAX_BYTES + 1)), {
    code: 'TELEMETRY_TABLE_TOO_LARGE',
    kind: 'PayloadTooLarge',
  })
  await assert.rejects(send('csv', csv(50), 'new'), { code: 'TELEMETRY_NOT_ASSESSED' })
  assert.deepEqual(readdirSync(folder), [])
  assert.equal(deeds.length, deedsBefore)
})

test('one table is read at a time, and a client that leaves in the middle blocks nobody', async () => {
  const body = new Readable({ read: () => undefined })
  body.push('id,amount\n')
  const first = imports.importReference(principal, {
    ref: { name: 'card', version: '1.0.0' },
    format: 'csv',
    body,
  })
  await assert.rejects(send('csv', csv(50)), { code: 'TELEMETRY_IMPORT_BUSY', kind: 'RateLimited' })
  await until(() => readdirSync(folder).length === 1)
  body.destroy(new Error('gone'))
  await assert.rejects(first, /gone/)
  assert.equal((await send('csv', csv(50))).rows, 50)
  assert.deepEqual(readdirSync(folder), [])
})

test('the number of rows to learn from is read per model, and what is none is refused', () => {
  assert.deepEqual(
    [...parseLearnRows(' a=10, b=0 ,')],
    [
      ['a', 10],
      ['b', 0],
    ],
  )
  for (const text of ['a', 'a=', 'a=-1', '=5', 'A B=3', 'a=1e3'])
    assert.throws(() => parseLearnRows(text), { code: 'TELEMETRY_OPTION_INVALID' }, text)
})
