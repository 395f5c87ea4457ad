import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstWaiting, type LogPlace, spansToRead } from './following.ts'
import { inHome, newEpoch, openTestLog, recordId, writeSegment } from './testing.ts'

const START: LogPlace = { from: '2026-01-01T00:00:00.000Z', epochs: {} }
const records = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, at) => ({ request: `r${at}`, ...more }))

test('nothing of an epoch is read from its first waiting segment on', () => {
  const [a, b] = [newEpoch(), newEpoch()]
  const waiting = firstWaiting([recordId(a, 301), recordId(a, 201), recordId(b, 0), 'no-segment'])
  assert.deepEqual(
    waiting,
    new Map([
      [a, 201],
      [b, 0],
    ]),
  )
  const files = [
    { ranges: [{ epoch: a, first: 1, last: 300 }] },
    { ranges: [{ epoch: b, first: 1, last: 5 }] },
  ]
  assert.deepEqual(spansToRead(files, START, waiting), [{ epoch: a, after: -1, to: 200 }])
  assert.deepEqual(spansToRead(files, { ...START, epochs: { [a]: 200 } }, waiting), [])
})

test('a reader gets every record of its tenant once, across epochs, pages, compaction and late segments', () =>
  inHome(async (home) => {
    const { log, segments } = await openTestLog(home, { compactFiles: 2 })
    const epoch = newEpoch()
    const first = await writeSegment(segments, records(5, { input: { a: 1 }, output: { b: 2 } }), { epoch })
    const other = await writeSegment(segments, records(4))
    await writeSegment(segments, records(3, { tenant: 'elsewhere' }), { epoch, first: 6 })
    const open = await writeSegment(segments, records(2), { epoch, first: 9, isOpen: true })
    await log.convert()

    const seen: string[] = []
    let place = START
    const read = async (limit: number) => {
      for (;;) {
        const page = await log.follow('default', place, limit)
        seen.push(...page.records.map(({ id }) => id))
        for (const { record } of page.records)
          assert.deepEqual([record['input'], record['output'], record['status']], [undefined, undefined, 200])
        place = page.place
        if (!page.more) return
      }
    }
    await read(4)
    assert.deepEqual(new Set(seen), new Set([...first.ids, ...other.ids]))
    assert.equal(seen.length, 9)

    await log.cleanUp()
    await read(100)
    assert.equal(seen.length, 9)
    // Closed now; a segment after it is Parquet already when the reader comes back.
    await writeSegment(segments, records(2), { epoch, first: 9 })
    const last = await writeSegment(segments, records(2), { epoch, first: 11 })
    await log.convert()
    await read(3)
    assert.deepEqual(seen.slice(9), [...open.ids, ...last.ids])
    const elsewhere = await log.follow('elsewhere', START, 100)
    assert.equal(elsewhere.records.length, 3)
    assert.deepEqual(
      (await log.follow('default', { ...START, from: '2027-01-01T00:00:00.000Z' }, 9)).records,
      [],
    )
    await log.stop()
  }))
