import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLogger, cryptoRandom, systemClock } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import type { RecordedCall } from './inference-record.ts'
import { DEFAULT_SERVING_OPTIONS, type ServingOptions } from './options.ts'
import type { AnchorBatch, SegmentAnchor } from './record-anchor.ts'
import { createRecordLog, type RecordLogDeps } from './record-log.ts'
import { verifySegment } from './record-segment.ts'

const call: RecordedCall = {
  route: '"route":"r"',
  timeMs: 1_700_000_000_000,
  caller: 'user:a',
  decisionId: 'd',
  status: 200,
  micros: 12.4,
  rows: 1,
  label: 'yes',
  score: 0.5,
  requestId: 'line\nbreak',
  trace: undefined,
  choice: '',
  payload: '',
}

const inFolder = async (work: (dir: string) => Promise<void>): Promise<void> => {
  const dir = await mkdtemp(join(tmpdir(), 'rampart-records-'))
  await work(dir).finally(() => rm(dir, { recursive: true, force: true }))
}

const open = (
  dir: string,
  anchored: AnchorBatch[],
  changes: Partial<ServingOptions> = {},
  more: Partial<RecordLogDeps> = {},
) =>
  createRecordLog({
    clock: systemClock,
    random: cryptoRandom,
    logger: createLogger({ level: 'silent', name: 'records-test' }),
    anchor: async (batch) => void anchored.push(batch),
    options: { ...DEFAULT_SERVING_OPTIONS, recordsDir: dir, recordFlushMs: 60_000, ...changes },
    ...more,
  })

const segments = (anchored: readonly AnchorBatch[]): SegmentAnchor[] =>
  anchored.filter((batch) => batch.kind === 'segment')

test('records are synced, closed, anchored by their root, and one changed byte is seen', () =>
  inFolder(async (dir) => {
    const anchored: AnchorBatch[] = []
    const log = open(dir, anchored, { segmentMaxRecords: 100 })
    await log.start()
    for (let i = 0; i < 250; i++) log.append(call)
    await log.stop()
    const closed = segments(anchored)
    assert.equal(
      closed.reduce((sum, segment) => sum + segment.records, 0),
      250,
    )
    assert.deepEqual([closed[0]?.firstSequence, closed.at(-1)?.lastSequence, closed[0]?.dropped], [1, 250, 0])
    for (const segment of closed) {
      assert.equal((await verifySegment(join(dir, segment.file), segment.root)).verdict, 'intact')
      const text = await readFile(join(dir, segment.file), 'utf8')
      await writeFile(join(dir, segment.file), text.replace('user:a', 'user:b'))
      assert.equal((await verifySegment(join(dir, segment.file), segment.root)).verdict, 'altered')
    }
    assert.deepEqual((await open(dir, []).start()).gaps, [])
  }))

test('after a crash the torn line is cut, the segment anchored, and the gap written down once', () =>
  inFolder(async (dir) => {
    const crashed = open(dir, [])
    await crashed.start()
    for (let i = 0; i < 10; i++) crashed.append(call)
    await crashed.flush()
    crashed.append(call)
    const file = (await readdir(dir)).find((name) => name.endsWith('.ndjson')) as string
    await appendFile(join(dir, file), '{"seq":11,"epo')
    const anchored: AnchorBatch[] = []
    const next = open(dir, anchored)
    const { segments: found, gaps } = await next.start()
    assert.deepEqual([found[0]?.records, found[0]?.recovered, found[0]?.tornBytes], [10, true, 14])
    assert.deepEqual([gaps.length, gaps[0]?.afterSequence], [1, 10])
    await next.stop()
    assert.deepEqual(anchored.map(({ kind }) => kind).sort(), ['gap', 'segment'])
    const [segment] = segments(anchored)
    assert.equal((await verifySegment(join(dir, file), segment?.root ?? 'sha256:')).verdict, 'intact')
    const again = await open(dir, anchored).start()
    assert.deepEqual([again.segments.length, again.gaps.length], [0, 0])
  }))

test('what does not fit in memory is dropped and shows as missing sequence numbers', () =>
  inFolder(async (dir) => {
    const anchored: AnchorBatch[] = []
    const log = open(dir, anchored, { recordRing: 20 })
    await log.start()
    for (let i = 0; i < 50; i++) log.append(call)
    assert.equal(log.state().dropped, 30)
    await log.flush()
    log.append(call)
    await log.stop()
    const [segment] = segments(anchored)
    assert.deepEqual([segment?.records, segment?.lastSequence, segment?.dropped], [21, 51, 30])
  }))

test('a full disk makes the log unhealthy, keeps the lines, and they are written when there is room', () =>
  inFolder(async (dir) => {
    const anchored: AnchorBatch[] = []
    let full = true
    const { openSegment } = await import('./record-segment.ts')
    const openFile: RecordLogDeps['openFile'] = async (folder, name) => {
      const file = await openSegment(folder, name)
      const write = (async (...args: Parameters<typeof file.write>) => {
        if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
        return file.write(...args)
      }) as typeof file.write
      return {
        write,
        datasync: () => file.datasync(),
        truncate: (n) => file.truncate(n),
        close: () => file.close(),
      }
    }
    const log = open(dir, anchored, {}, { openFile })
    await log.start()
    for (let i = 0; i < 5; i++) log.append(call)
    await log.flush()
    assert.deepEqual([log.healthy(), log.state().waiting], [false, 5])
    full = false
    await log.flush()
    assert.deepEqual([log.healthy(), log.state().written], [true, 5])
    await log.stop()
    assert.equal(segments(anchored)[0]?.records, 5)
  }))

test('a disk that syncs slowly holds back no record from its file, and one that cannot sync makes the log unhealthy', () =>
  inFolder(async (dir) => {
    const { openSegment } = await import('./record-segment.ts')
    let sync: () => Promise<void> = () => Promise.resolve()
    const openFile: RecordLogDeps['openFile'] = async (folder, name) => {
      const file = await openSegment(folder, name)
      return {
        write: file.write.bind(file),
        datasync: () => sync(),
        truncate: (n) => file.truncate(n),
        close: () => file.close(),
      }
    }
    const anchored: AnchorBatch[] = []
    let release = (): void => undefined
    sync = () =>
      new Promise((resolve) => {
        release = resolve
      })
    const log = open(dir, anchored, { recordFlushMs: 10 }, { openFile })
    await log.start()
    const lines = async (): Promise<number> => {
      const file = (await readdir(dir)).find((name) => name.endsWith('.ndjson'))
      return file === undefined ? 0 : (await readFile(join(dir, file), 'utf8')).split('\n').length - 1
    }
    for (const count of [1, 2, 3]) {
      log.append(call)
      await until(async () => (await lines()) === count)
    }
    assert.deepEqual([log.healthy(), log.state().waiting, segments(anchored).length], [true, 0, 0])
    sync = () => Promise.reject(Object.assign(new Error('input/output error'), { code: 'EIO' }))
    release()
    log.append(call)
    await until(() => !log.healthy())
    sync = () => Promise.resolve()
    await log.flush()
    assert.equal(log.healthy(), true)
    await log.stop()
    assert.deepEqual([segments(anchored).length, segments(anchored)[0]?.records], [1, 4])
  }))

test('an audit log that is away gets its segments after the next start', () =>
  inFolder(async (dir) => {
    const away = open(dir, [], {}, { anchor: () => Promise.reject(new Error('away')) })
    await away.start()
    away.append(call)
    await away.stop()
    assert.equal(away.state().unanchored, 1)
    const anchored: AnchorBatch[] = []
    const next = open(dir, anchored)
    await next.start()
    await next.stop()
    assert.equal(segments(anchored).length, 1)
  }))
