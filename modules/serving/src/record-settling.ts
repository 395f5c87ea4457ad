/**
 * What becomes of written records: the open segment is synced, finished ones are synced, closed and handed to the audit
 * log. The writer does not wait for it: records that only a slow disk holds back are safe from a kill already.
 */
import type { AnchorQueue } from './anchor-queue.ts'
import type { SegmentAnchor } from './record-anchor.ts'
import {
  type AppendFile,
  type createSegmentTree,
  removeBeyond,
  SEGMENT_SUFFIX,
  segmentBytes,
  writePendingAnchor,
} from './record-segment.ts'

export type Segment = {
  readonly name: string
  readonly epoch: string
  readonly file: AppendFile
  readonly tree: ReturnType<typeof createSegmentTree>
  /** Monotonic ms. */
  readonly openedAt: number
  readonly firstSequence: number
  readonly previousSequence: number
  readonly from: string
  lastSequence: number
  to: string
  bytes: number
  syncedBytes: number
}

export type Settling = {
  /** True while segments fill the folder's share and nobody may take them away. */
  isFull(): boolean
  /** Looks again. */
  measure(): Promise<void>
  /** No more is written to it. */
  finish(segment: Segment): void
  /** True while something is not on the disk or not handed over. */
  isBehind(open: Segment | undefined): boolean
  /** Works through what is behind, one caller at a time; throws what the disk threw, and may be called again. */
  settle(open: Segment | undefined): Promise<void>
}

export const createSettling = (deps: {
  readonly dir: string
  readonly recordsMaxBytes: number
  readonly whenFull: 'expire' | 'refuse'
  readonly anchors: Pick<AnchorQueue, 'add'>
}): Settling => {
  const { dir, anchors } = deps
  let full = false
  const finished: Segment[] = []

  const sync = async (segment: Segment): Promise<void> => {
    const { bytes } = segment
    await segment.file.datasync()
    segment.syncedBytes = bytes
  }

  const measure = async (): Promise<void> => {
    full = (await segmentBytes(dir)) > deps.recordsMaxBytes
  }

  const expire = async (name: string): Promise<void> => {
    if (deps.whenFull === 'refuse') return measure()
    const expired = await removeBeyond(dir, deps.recordsMaxBytes)
    if (expired.files.length === 0) return
    const batch = { kind: 'expired', id: `${name}-expired`, ...expired } as const
    await writePendingAnchor(dir, batch)
    anchors.add(batch)
  }

  const close = async (segment: Segment): Promise<void> => {
    await sync(segment)
    const anchor = anchorOf(segment)
    await writePendingAnchor(dir, anchor)
    // From here on the file beside it says that the segment is closed: nothing of this is done twice.
    finished.shift()
    anchors.add(anchor)
    await segment.file.close()
    await expire(segment.name)
  }

  const isUnsynced = (open: Segment | undefined): open is Segment =>
    open !== undefined && open.syncedBytes < open.bytes

  return {
    finish: (segment) => {
      finished.push(segment)
    },
    isFull: () => full,
    measure,
    isBehind: (open) => finished.length > 0 || isUnsynced(open),
    settle: async (open) => {
      for (let next = finished[0]; next !== undefined; next = finished[0]) await close(next)
      if (isUnsynced(open)) await sync(open)
    },
  }
}

const anchorOf = (segment: Segment): SegmentAnchor => ({
  kind: 'segment',
  id: segment.name,
  file: `${segment.name}${SEGMENT_SUFFIX}`,
  epoch: segment.epoch,
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
