import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createMetrics } from '@rampart/kit'
import { verifyRecordProof } from '@rampart/signing'
import { auditOf, inHome, newEpoch, openTestLog, testTrust, writeSegment } from './testing.ts'

const many = (count: number, change: (at: number) => Record<string, unknown> = () => ({})) =>
  Array.from({ length: count }, (_, at) => change(at))

const filesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

test('records are found before, while and after they become Parquet, once, newest first, and page by page', () =>
  inHome(async (home) => {
    const { log, segments, folder } = await openTestLog(home)
    const times = ['2026-11-18T10:00:00.000Z', '2026-11-19T23:59:59.999Z', '2026-11-20T00:00:00.000Z']
    const closed = await writeSegment(
      segments,
      many(9, (at) => ({ time: times[at % 3], request: `r${at}` })),
    )
    const open = await writeSegment(
      segments,
      many(2, () => ({ time: '2026-11-21T10:00:00.000Z' })),
      { isOpen: true },
    )
    await writeFile(open.path, `${open.lines.join('\n')}\n{"seq":3,"ep`)
    const all = async () => (await log.find('default', {}, 100)).items.map(({ id }) => id)
    const before = await all()
    assert.equal(before.length, 11)
    assert.equal(await log.convert(), 1)
    assert.deepEqual(await all(), before)
    assert.deepEqual(
      (await readdir(segments)).filter((name) => name.endsWith('.ndjson')),
      [`${open.name}.ndjson`],
    )
    assert.equal((await filesBelow(join(folder, 'parquet'))).length, 3)
    const paged: string[] = []
    for (let page = await log.find('default', {}, 4); ; page = await log.find('default', {}, 4, page.next)) {
      paged.push(...page.items.map(({ id }) => id))
      if (page.next === undefined) break
    }
    assert.deepEqual(paged, before)
    const record = await log.get('default', closed.ids[4] ?? '')
    assert.deepEqual([record.time, record['request_id'], record['record']], [times[1], 'r4', closed.lines[4]])
    await assert.rejects(log.get('other', closed.ids[4] ?? ''), { code: 'INFERENCE_LOG_RECORD_UNKNOWN' })
    await assert.rejects(log.get('default', "x' OR 1=1"), { code: 'INFERENCE_LOG_ID_INVALID' })
    await log.stop()
  }))

test('a search goes by every field that a record is known by', () =>
  inHome(async (home) => {
    const { log, segments } = await openTestLog(home)
    const { ids } = await writeSegment(segments, [
      { route: 'a', caller: 'user:ann', request: "it's", status: 200, latency_us: 900 },
      { route: 'b', caller: 'service:x', status: 403, reasons: ['no role'], latency_us: 5_000 },
      {
        route: 'b',
        version: '2.0.0',
        trace: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`,
        decision: undefined,
        status: 429,
      },
    ])
    const find = async (filter: Parameters<typeof log.find>[1]) =>
      (await log.find('default', filter, 10)).items.map(({ id }) => ids.indexOf(id)).sort()
    const questions = async () => [
      await find({ route: 'b' }),
      await find({ requestId: "it's" }),
      await find({ principal: 'service:x', decision: 'deny' }),
      await find({ decision: 'none' }),
      await find({ decision: 'allow' }),
      await find({ version: '2.0.0' }),
      await find({ traceId: 'ab'.repeat(16) }),
      await find({ minLatencyMs: 1 }),
      await find({ status: 429 }),
      await find({ from: '2026-11-21T00:00:00.000Z' }),
      await find({ to: '2026-11-20T10:00:00.000Z' }),
    ]
    const expected = [[1, 2], [0], [1], [2], [0], [2], [2], [1], [2], [], []]
    assert.deepEqual(await questions(), expected)
    await log.convert()
    assert.deepEqual(await questions(), expected)
    assert.deepEqual((await log.get('default', ids[1] ?? ''))['reasons'], ['no role'])
    await log.stop()
  }))

test('whatever a kill leaves behind, no record is lost and none is there twice', () =>
  inHome(async (home) => {
    const { log, segments, folder } = await openTestLog(home)
    const first = await writeSegment(segments, many(50))
    await log.convert()
    await log.stop()
    const catalog = await readFile(join(folder, 'catalog.ndjson'), 'utf8')
    const [parquet = ''] = await filesBelow(join(folder, 'parquet'))
    // Killed after the catalog was written and before the segment was removed.
    await writeFile(first.path, `${first.lines.join('\n')}\n`)
    // Killed after a file was in its place and before the catalog named it; and in the middle of the catalog's line.
    await writeFile(join(parquet, '..', 'orphan.parquet'), await readFile(parquet))
    await writeFile(join(folder, 'drafts', 'half.parquet'), 'PAR1')
    await writeFile(join(folder, 'catalog.ndjson'), `${catalog}{"add":[{"path":"parq`)
    const second = await writeSegment(segments, many(7))
    const again = await openTestLog(home)
    const count = async () => (await again.log.find('default', {}, 1000)).items.length
    assert.equal(await count(), 57)
    assert.equal(await again.log.convert(), 1)
    assert.equal(await count(), 57)
    assert.deepEqual(
      (await readdir(segments)).filter((name) => name.endsWith('.ndjson')),
      [],
    )
    assert.equal((await filesBelow(join(folder, 'parquet'))).length, 2)
    assert.equal((await again.log.get('default', second.ids[6] ?? '')).id, second.ids[6])
    await again.log.stop()
  }))

test('a segment that is not what it should be stays where it is and holds up no other', () =>
  inHome(async (home) => {
    const metrics = createMetrics()
    const { log, segments } = await openTestLog(home, {}, { metrics })
    const bad = await writeSegment(segments, many(3))
    await writeFile(bad.path, `${bad.lines[0]}\nnot json at all\n${bad.lines[2]}\n`)
    await writeSegment(segments, many(4))
    assert.equal(await log.convert(), 1)
    assert.deepEqual(
      (await readdir(segments)).filter((name) => name.endsWith('.ndjson')),
      [`${bad.name}.ndjson`],
    )
    assert.equal((await log.find('default', {}, 100)).items.length, 6)
    assert.match(await metrics.registry.metrics(), /^rampart_inference_log_failed_segments 1$/m)
    await log.stop()
  }))

test('other processes leave their segments in folders beside, and each tenant sees its own', () =>
  inHome(async (home) => {
    const { log, segments } = await openTestLog(home)
    await writeSegment(
      join(segments, 'gateway-1'),
      many(4, (at) => ({ tenant: at % 2 === 0 ? 'red' : 'default' })),
    )
    await writeSegment(segments, many(3))
    assert.equal(await log.convert(), 2)
    const count = async (tenant: string) => (await log.find(tenant, {}, 100)).items.length
    assert.deepEqual([await count('default'), await count('red'), await count('blue')], [5, 2, 0])
    await log.stop()
  }))

test('an erased caller is gone from every file, later files too, and what remains can still be proved', () =>
  inHome(async (home) => {
    const epoch = newEpoch()
    const mixed = (at: number) => ({
      caller: at % 3 === 0 ? 'user:bob-7f3a' : 'user:ann',
      tenant: at % 5 === 0 ? 'red' : 'default',
    })
    const segmentsFolder = join(home, 'inference')
    const one = await writeSegment(segmentsFolder, many(20, mixed), { epoch })
    const two = await writeSegment(segmentsFolder, many(21, mixed), { epoch, first: 21 })
    const late = await writeSegment(segmentsFolder, many(6, mixed), { epoch: newEpoch(), isOpen: true })
    const auditLink = auditOf([one, two, late])
    const { log, anchored, folder } = await openTestLog(home, {}, { auditLink })
    await log.convert()
    const gone = one.ids.filter((_, at) => at % 3 === 0 && at % 5 !== 0)
    const result = await log.erase('default', 'user:bob-7f3a', 'user:admin')
    assert.deepEqual([result.state, result.records], ['done', 10])
    assert.deepEqual(
      anchored.map(({ kind }) => kind),
      ['erased'],
    )
    assert.ok(!JSON.stringify(anchored).includes('bob'))
    for (const id of gone)
      await assert.rejects(log.get('default', id), { code: 'INFERENCE_LOG_RECORD_UNKNOWN' })
    // Another tenant's caller of the same name is somebody else.
    assert.equal((await log.get('red', one.ids[0] ?? '')).id, one.ids[0])
    // The process that wrote the late file closes it only now.
    assert.equal((await log.find('default', { principal: 'user:bob-7f3a' }, 10)).items.length, 0)
    await writeFile(late.path.replace('.ndjson', '.json'), '{}')
    await log.convert()
    assert.equal((await log.find('default', { principal: 'user:bob-7f3a' }, 10)).items.length, 0)
    for (const segment of [one, two, late])
      for (const [at, id] of segment.ids.entries()) {
        const tenant = at % 5 === 0 ? 'red' : 'default'
        if (at % 3 === 0 && tenant === 'default') continue
        const proof = await log.prove(tenant, id)
        assert.equal(verifyRecordProof(proof, testTrust).verdict, 'valid', id)
        assert.equal(
          verifyRecordProof({ ...proof, record: proof.record.replace('ann', 'eve') }, testTrust).verdict,
          proof.record.includes('ann') ? 'invalid' : 'valid',
        )
      }
    await log.stop()
    await rm(join(folder, '..', 'inference'), { recursive: true })
    const naming: string[] = []
    for (const path of await filesBelow(folder))
      if ((await readFile(path)).includes('user:bob-7f3a')) naming.push(path)
    assert.ok(naming.length > 0 && naming.every((path) => path.includes('/parquet/red/')), naming.join(' '))
  }))

test('an erasure that a kill interrupted is finished by the next start', () =>
  inHome(async (home) => {
    const first = await openTestLog(
      home,
      {},
      { anchor: async () => Promise.reject(new Error('the database is away')) },
    )
    await writeSegment(
      first.segments,
      many(10, (at) => ({ caller: at < 4 ? 'user:bob' : 'user:ann' })),
    )
    await first.log.convert()
    await assert.rejects(first.log.erase('default', 'user:bob', 'user:admin'))
    await first.log.stop()
    const next = await openTestLog(home)
    assert.deepEqual(
      next.log.erasures('default').map(({ state }) => state),
      ['done'],
    )
    assert.deepEqual(
      next.anchored.map(({ kind }) => kind),
      ['erased'],
    )
    assert.equal((await next.log.find('default', {}, 100)).items.length, 6)
    await next.log.stop()
  }))

test('small files become one, old days and short-lived routes go, and the rest can be proved', () =>
  inHome(async (home) => {
    const segments = join(home, 'inference')
    const written = await Promise.all(
      many(6).map((_, n) =>
        writeSegment(
          segments,
          many(8, (at) => ({
            time: `2026-11-${n === 0 ? '01' : at < 4 ? '19' : '20'}T10:00:00.000Z`,
            route: at === 3 ? 'brief' : 'long',
          })),
        ),
      ),
    )
    const options = { retentionDays: 10, compactFiles: 3, batchBytes: 1 }
    const { log, anchored } = await openTestLog(home, options, {
      auditLink: auditOf(written),
      clock: {
        now: () => Date.parse('2026-11-21T12:00:00Z'),
        iso: () => '2026-11-21T12:00:00.000Z',
        monotonic: () => performance.now(),
      } as never,
      routeRetention: async () => new Map([['brief', 1]]),
    })
    await log.convert()
    assert.equal((await log.state()).files, 11)
    await log.cleanUp()
    assert.equal((await log.state()).files, 2)
    const items = (await log.find('default', {}, 100)).items
    assert.deepEqual([items.length, items.filter(({ route }) => route === 'brief').length], [35, 0])
    assert.deepEqual(
      anchored.map((batch) => (batch.kind === 'expired' ? [batch.tenant, batch.records] : [])),
      [
        ['default', 8],
        ['default', 5],
      ],
    )
    for (const { id } of items)
      assert.equal(verifyRecordProof(await log.prove('default', id), testTrust).verdict, 'valid')
    await log.stop()
  }))
