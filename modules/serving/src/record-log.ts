/**
 * The inference log: calls go into a bounded list in memory and from there, at most `recordFlushMs` later, to segment
 * files, which are synced behind them. Closed segments are handed to the audit log by their Merkle root. Nothing is lost silently:
 * a missing sequence number is a dropped record, an epoch without an end is a crash.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, type Logger, newId, type Random } from '@rampart/kit'
import { createAnchorQueue } from './anchor-queue.ts'
import { createTimeFormatter, encodeRecord, type RecordedCall } from './inference-record.ts'
import type { ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import { type Recovery, recoverRecords, writeEpochLine } from './record-recovery.ts'
import { type AppendFile, createSegmentTree, openSegment, segmentName } from './record-segment.ts'
import { createSettling, type Segment } from './record-settling.ts'

type RecordOptions = Pick<
  ServingOptions,
  | 'recordsDir'
  | 'recordRing'
  | 'recordFlushMs'
  | 'segmentMaxMs'
  | 'segmentMaxBytes'
  | 'segmentMaxRecords'
  | 'recordsMaxBytes'
  | 'recordRingBytes'
  | 'whenRecordsFull'
>

export type RecordLogDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly anchor: ServingPorts['anchor']
  readonly options: RecordOptions
  /** Opens a segment file; tests give one that fails. */
  readonly openFile?: (dir: string, name: string) => Promise<AppendFile>
}

export type RecordLogState = {
  readonly written: number
  readonly dropped: number
  readonly waiting: number
  readonly failing: boolean
  readonly unanchored: number
}

export type RecordLog = {
  start(): Promise<Recovery>
  append(call: RecordedCall): void
  /** Writes and syncs what is in memory. */
  flush(): Promise<void>
  /** Closes the open segment: everything recorded so far is in closed ones when it resolves. */
  rotate(): Promise<void>
  /** False while records cannot be written, or are written more slowly than they come. */
  healthy(): boolean
  state(): RecordLogState
  stop(): Promise<void>
}

/** Records are first written, then synced, closed and handed over. */
type Stage = 'write' | 'sync'

type Line = { readonly sequence: number; readonly time: string; readonly text: string }

const CHUNK_LINES = 2048
/** Lines hashed before the event loop gets its turn again: about a quarter of a millisecond. */
const HASHED_PER_TURN = 128
const RETRY_MS = 1_000
const NEWLINE = 10

export const createRecordLog = (deps: RecordLogDeps): RecordLog => {
  const { clock, logger, options } = deps
  const dir = options.recordsDir
  const epoch = newId(clock, deps.random)
  const anchors = createAnchorQueue({ dir, clock, logger, anchor: deps.anchor })
  const timeOf = createTimeFormatter()
  const lines: Line[] = []
  let sequence = 0
  let closedSequence = 0
  let written = 0
  let dropped = 0
  const { recordsMaxBytes, whenRecordsFull } = options
  const settling = createSettling({ dir, recordsMaxBytes, whenFull: whenRecordsFull, anchors })
  let waitingBytes = 0
  const failures = new Map<Stage, number>()
  let segment: Segment | undefined
  let writing: Promise<void> | undefined
  let syncing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const append = (call: RecordedCall): void => {
    sequence += 1
    if (lines.length >= options.recordRing || waitingBytes >= options.recordRingBytes) {
      dropped += 1
      return
    }
    const time = timeOf(call.timeMs)
    const text = encodeRecord(call, sequence, epoch, time)
    waitingBytes += text.length
    lines.push({ sequence, time, text })
  }

  const openNext = async (first: Line): Promise<Segment> => {
    const name = segmentName(epoch, first.sequence)
    return {
      name,
      epoch,
      file: await (deps.openFile ?? openSegment)(dir, name),
      tree: createSegmentTree(),
      openedAt: clock.monotonic(),
      firstSequence: first.sequence,
      previousSequence: closedSequence,
      from: first.time,
      lastSequence: first.sequence,
      to: first.time,
      bytes: 0,
      syncedBytes: 0,
    }
  }

  /** Appends one chunk; a failed write leaves the file as it was and the lines in memory. */
  const writeChunk = async (): Promise<void> => {
    const chunk = lines.slice(0, CHUNK_LINES)
    segment ??= await openNext(chunk[0] as Line)
    // The newline before the first line is not written: like those between lines, it becomes the prefix of a leaf.
    const bytes = Buffer.from(`\n${chunk.map((line) => line.text).join('\n')}\n`)
    try {
      let at = 1
      while (at < bytes.length)
        at += (await segment.file.write(bytes, at, bytes.length - at, null)).bytesWritten
    } catch (error) {
      await segment.file.truncate(segment.bytes).catch(() => undefined)
      throw error
    }
    await hashLines(segment, bytes)
    const last = chunk.at(-1) as Line
    segment.lastSequence = last.sequence
    segment.to = last.time
    segment.bytes += bytes.length - 1
    written += chunk.length
    for (const { text } of chunk) waitingBytes -= text.length
    lines.splice(0, chunk.length)
  }

  const hashLines = async ({ tree }: Segment, bytes: Buffer): Promise<void> => {
    let hashed = 0
    for (let from = 1; from < bytes.length; ) {
      const to = bytes.indexOf(NEWLINE, from)
      tree.addInPlace(bytes, from, to)
      from = to + 1
      hashed += 1
      if (hashed % HASHED_PER_TURN === 0) await nextTurn()
    }
  }

  const finishSegment = (): void => {
    if (segment === undefined) return
    settling.finish(segment)
    closedSequence = segment.lastSequence
    segment = undefined
  }

  const isFull = (open: Segment): boolean =>
    open.bytes >= options.segmentMaxBytes ||
    open.tree.records() >= options.segmentMaxRecords ||
    clock.monotonic() - open.openedAt >= options.segmentMaxMs

  const writeAll = async (): Promise<void> => {
    while (lines.length > 0) {
      await writeChunk()
      if (segment !== undefined && isFull(segment)) finishSegment()
    }
    if (segment !== undefined && isFull(segment)) finishSegment()
  }

  /** Runs a stage; its failure is said once and makes the log unhealthy until the stage succeeds. */
  const attempt = async (stage: Stage, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
      if (failures.delete(stage)) logger.info({ stage, dropped }, 'serving.records-recovered')
    } catch (error) {
      if (!failures.has(stage))
        logger.error({ err: error, stage, waiting: lines.length }, 'serving.records-failing')
      failures.set(stage, clock.monotonic())
    }
  }

  const write = (): Promise<void> => {
    writing ??= attempt('write', writeAll).finally(() => {
      writing = undefined
    })
    return writing
  }

  const sync = (): Promise<void> => {
    syncing ??= attempt('sync', () => settling.settle(segment)).finally(() => {
      syncing = undefined
    })
    return syncing
  }

  const flush = async (): Promise<void> => {
    await write()
    await syncing
    await sync()
  }

  /** Half of the memory is for the calls that are under way when the other half is used up. */
  const isCrowded = (): boolean =>
    lines.length > options.recordRing / 2 || waitingBytes > options.recordRingBytes / 2

  const isResting = (stage: Stage): boolean => {
    const failedAt = failures.get(stage)
    return failedAt !== undefined && clock.monotonic() - failedAt < RETRY_MS
  }

  let isMeasuring = false
  const measure = async (): Promise<void> => {
    if (isMeasuring) return
    isMeasuring = true
    // What cannot be measured stays full.
    await settling.measure().catch(() => undefined)
    isMeasuring = false
  }

  const tick = (): void => {
    anchors.tick()
    if (settling.isFull()) void measure()
    if (!isResting('write') && (lines.length > 0 || segment !== undefined))
      void write().then(() => {
        if (!isResting('sync') && settling.isBehind(segment)) void sync()
      })
    else if (!isResting('sync') && settling.isBehind(segment)) void sync()
  }

  return {
    start: async () => {
      const recovery = await recoverRecords(dir, clock)
      await writeEpochLine(dir, { epoch, at: clock.iso(), event: 'started' })
      await anchors.load()
      timer = setInterval(tick, options.recordFlushMs)
      timer.unref()
      return recovery
    },
    append,
    flush,
    rotate: async () => {
      await flush()
      await writing
      finishSegment()
      await syncing
      await sync()
    },
    healthy: () => failures.size === 0 && !settling.isFull() && !isCrowded(),
    state: () => ({
      written,
      dropped,
      waiting: lines.length,
      failing: failures.size > 0,
      unanchored: anchors.size(),
    }),
    stop: async () => {
      clearInterval(timer)
      await writing
      await write()
      finishSegment()
      await syncing
      await sync()
      if (failures.size > 0) return
      await writeEpochLine(dir, { epoch, at: clock.iso(), event: 'closed' })
      await anchors.drain()
    },
  }
}
