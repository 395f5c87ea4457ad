/**
 * The inference log: calls go into a bounded list in memory and from there, at most `recordFlushMs` later, synced
 * to segment files. Closed segments are handed to the audit log by their Merkle root. Nothing is lost silently:
 * a missing sequence number is a dropped record, an epoch without an end is a crash.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, type Logger, newId, type Random } from '@rampart/kit'
import { createAnchorQueue } from './anchor-queue.ts'
import { createTimeFormatter, encodeRecord, type RecordedCall } from './inference-record.ts'
import type { ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import type { SegmentAnchor } from './record-anchor.ts'
import { type Recovery, recoverRecords, writeEpochLine } from './record-recovery.ts'
import {
  type AppendFile,
  createSegmentTree,
  openSegment,
  removeBeyond,
  SEGMENT_SUFFIX,
  segmentName,
  writePendingAnchor,
} from './record-segment.ts'

type RecordOptions = Pick<
  ServingOptions,
  | 'recordsDir'
  | 'recordRing'
  | 'recordFlushMs'
  | 'segmentMaxMs'
  | 'segmentMaxBytes'
  | 'segmentMaxRecords'
  | 'recordsMaxBytes'
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
  /** False while records cannot be written. */
  healthy(): boolean
  state(): RecordLogState
  stop(): Promise<void>
}

type Segment = {
  readonly name: string
  readonly file: AppendFile
  readonly tree: ReturnType<typeof createSegmentTree>
  readonly openedAt: number
  readonly firstSequence: number
  readonly previousSequence: number
  readonly from: string
  lastSequence: number
  to: string
  bytes: number
}

type Line = { readonly sequence: number; readonly time: string; readonly text: string }

const CHUNK_LINES = 2048
/** Lines hashed before the event loop gets its turn again: about a quarter of a millisecond. */
const HASHED_PER_TURN = 128
const RETRY_MS = 1_000

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
  let failingSince: number | undefined
  let segment: Segment | undefined
  let flushing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const append = (call: RecordedCall): void => {
    sequence += 1
    if (lines.length >= options.recordRing) {
      dropped += 1
      return
    }
    const time = timeOf(call.timeMs)
    lines.push({ sequence, time, text: encodeRecord(call, sequence, epoch, time) })
  }

  const openNext = async (first: Line): Promise<Segment> => {
    const name = segmentName(epoch, first.sequence)
    return {
      name,
      file: await (deps.openFile ?? openSegment)(dir, name),
      tree: createSegmentTree(),
      openedAt: clock.monotonic(),
      firstSequence: first.sequence,
      previousSequence: closedSequence,
      from: first.time,
      lastSequence: first.sequence,
      to: first.time,
      bytes: 0,
    }
  }

  /** Appends and syncs one chunk; a failed write leaves the file as it was and the lines in memory. */
  const writeChunk = async (): Promise<void> => {
    const chunk = lines.slice(0, CHUNK_LINES)
    segment ??= await openNext(chunk[0] as Line)
    const buffers = chunk.map((line) => Buffer.from(`${line.text}\n`))
    const bytes = Buffer.concat(buffers)
    try {
      let at = 0
      while (at < bytes.length)
        at += (await segment.file.write(bytes, at, bytes.length - at, null)).bytesWritten
      await segment.file.datasync()
    } catch (error) {
      await segment.file.truncate(segment.bytes).catch(() => undefined)
      throw error
    }
    for (const [index, line] of buffers.entries()) {
      segment.tree.add(line.subarray(0, -1))
      if (index % HASHED_PER_TURN === HASHED_PER_TURN - 1) await nextTurn()
    }
    const last = chunk.at(-1) as Line
    segment.lastSequence = last.sequence
    segment.to = last.time
    segment.bytes += bytes.length
    written += chunk.length
    lines.splice(0, chunk.length)
  }

  const closeSegment = async (): Promise<void> => {
    const closing = segment
    if (closing === undefined) return
    const anchor = anchorOf(closing, epoch)
    await writePendingAnchor(dir, anchor)
    segment = undefined
    closedSequence = closing.lastSequence
    await closing.file.close()
    anchors.add(anchor)
    const expired = await removeBeyond(dir, options.recordsMaxBytes)
    if (expired.files.length > 0) {
      const batch = { kind: 'expired', id: `${closing.name}-expired`, ...expired } as const
      await writePendingAnchor(dir, batch)
      anchors.add(batch)
    }
  }

  const isFull = (open: Segment): boolean =>
    open.bytes >= options.segmentMaxBytes ||
    open.tree.records() >= options.segmentMaxRecords ||
    clock.monotonic() - open.openedAt >= options.segmentMaxMs

  const writeAll = async (): Promise<void> => {
    try {
      while (lines.length > 0) {
        await writeChunk()
        if (segment !== undefined && isFull(segment)) await closeSegment()
      }
      if (segment !== undefined && isFull(segment)) await closeSegment()
      if (failingSince !== undefined) logger.info({ dropped }, 'serving.records-recovered')
      failingSince = undefined
    } catch (error) {
      if (failingSince === undefined)
        logger.error({ err: error, waiting: lines.length }, 'serving.records-failing')
      failingSince = clock.monotonic()
    }
  }

  const flush = (): Promise<void> => {
    flushing ??= writeAll().finally(() => {
      flushing = undefined
    })
    return flushing
  }

  const tick = (): void => {
    anchors.tick()
    const resting = failingSince !== undefined && clock.monotonic() - failingSince < RETRY_MS
    if (!resting && (lines.length > 0 || segment !== undefined)) void flush()
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
    healthy: () => failingSince === undefined,
    state: () => ({
      written,
      dropped,
      waiting: lines.length,
      failing: failingSince !== undefined,
      unanchored: anchors.size(),
    }),
    stop: async () => {
      clearInterval(timer)
      await flushing
      await flush()
      if (failingSince !== undefined) return
      await closeSegment()
      await writeEpochLine(dir, { epoch, at: clock.iso(), event: 'closed' })
      await anchors.drain()
    },
  }
}

const anchorOf = (segment: Segment, epoch: string): SegmentAnchor => ({
  kind: 'segment',
  id: segment.name,
  file: `${segment.name}${SEGMENT_SUFFIX}`,
  epoch,
  firstSequence: segment.firstSequence,
  lastSequence: segment.lastSequence,
  records: segment.tree.records(),
  dropped: segment.lastSequence - segment.previousSequence - segment.tree.records(),
  bytes: segment.bytes,
  root: segment.tree.root(),
  from: segment.from,
  to: segment.to,
  recovered: false,
  tornBytes: 0,
})
