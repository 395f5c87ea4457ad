/**
 * Puts the record folder in order after a crash: cuts a torn last line, closes segments that were open, and
 * writes down which epoch ended without being closed. Everything found is queued for the audit log.
 */
import { appendFile, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@rampart/kit'
import type { GapAnchor, SegmentAnchor } from './record-anchor.ts'
import {
  ANCHORED_SUFFIX,
  createSegmentTree,
  EPOCHS_FILE,
  PENDING_SUFFIX,
  readLines,
  SEGMENT_SUFFIX,
  syncFolder,
  writePendingAnchor,
} from './record-segment.ts'

type EpochLine = {
  readonly epoch: string
  readonly at: string
  readonly event: 'started' | 'closed' | 'lost'
}

export type Recovery = { readonly segments: readonly SegmentAnchor[]; readonly gaps: readonly GapAnchor[] }

/** Leaves the folder with every segment closed and every earlier epoch ended. */
export const recoverRecords = async (dir: string, clock: Pick<Clock, 'iso'>): Promise<Recovery> => {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const segments: SegmentAnchor[] = []
  for (const name of await unclosedSegments(dir)) {
    const recovered = await recoverSegment(dir, name)
    if (recovered !== undefined) segments.push(recovered)
  }
  const gaps: GapAnchor[] = []
  for (const open of await openEpochs(dir)) {
    const gap = await gapOf(dir, open, clock)
    await writePendingAnchor(dir, gap)
    await writeEpochLine(dir, { epoch: open.epoch, at: clock.iso(), event: 'lost' })
    gaps.push(gap)
  }
  return { segments, gaps }
}

export const writeEpochLine = async (dir: string, line: EpochLine): Promise<void> => {
  const path = join(dir, EPOCHS_FILE)
  await appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
  await syncFolder(dir)
}

const unclosedSegments = async (dir: string): Promise<string[]> => {
  const names = new Set(await readdir(dir))
  const closed = (name: string): boolean =>
    names.has(`${name}${PENDING_SUFFIX}`) || names.has(`${name}${ANCHORED_SUFFIX}`)
  return [...names]
    .filter((name) => name.endsWith(SEGMENT_SUFFIX))
    .map((name) => name.slice(0, -SEGMENT_SUFFIX.length))
    .filter((name) => !closed(name))
    .sort()
}

type Stamp = { readonly seq: number; readonly epoch: string; readonly time: string }

/** A whole line of ours, or undefined: a crash may leave half a line, or zeros where the disk had not caught up. */
const readStamp = (line: Buffer): Stamp | undefined => {
  try {
    const { seq, epoch, time } = JSON.parse(line.toString('utf8')) as Partial<Stamp>
    return typeof seq === 'number' && typeof epoch === 'string' && typeof time === 'string'
      ? { seq, epoch, time }
      : undefined
  } catch {
    return undefined
  }
}

const recoverSegment = async (dir: string, name: string): Promise<SegmentAnchor | undefined> => {
  const path = join(dir, `${name}${SEGMENT_SUFFIX}`)
  const tree = createSegmentTree()
  let bytes = 0
  let total = 0
  let whole = true
  let first: Stamp | undefined
  let last: Stamp | undefined
  for await (const { line, complete } of readLines(path)) {
    total += line.length + (complete ? 1 : 0)
    const stamp: Stamp | undefined = complete && whole ? readStamp(line) : undefined
    whole = stamp !== undefined
    if (stamp === undefined) continue
    tree.add(line)
    bytes += line.length + 1
    first ??= stamp
    last = stamp
  }
  if (first === undefined || last === undefined) {
    await rm(path)
    return undefined
  }
  if (bytes < total) await truncate(path, bytes)
  const anchor: SegmentAnchor = {
    kind: 'segment',
    id: name,
    file: `${name}${SEGMENT_SUFFIX}`,
    epoch: first.epoch,
    firstSequence: first.seq,
    lastSequence: last.seq,
    records: tree.records(),
    dropped: last.seq - first.seq + 1 - tree.records(),
    bytes,
    root: tree.root(),
    from: first.time,
    to: last.time,
    recovered: true,
    tornBytes: total - bytes,
  }
  await writePendingAnchor(dir, anchor)
  return anchor
}

const openEpochs = async (dir: string): Promise<EpochLine[]> => {
  const text = await readFile(join(dir, EPOCHS_FILE), 'utf8').catch(() => '')
  const open = new Map<string, EpochLine>()
  for (const line of text.split('\n')) {
    const entry = readEpochLine(line)
    if (entry?.event === 'started') open.set(entry.epoch, entry)
    else if (entry !== undefined) open.delete(entry.epoch)
  }
  // A torn last line would glue itself to the next one.
  if (text !== '' && !text.endsWith('\n')) await appendFile(join(dir, EPOCHS_FILE), '\n')
  return [...open.values()]
}

const readEpochLine = (line: string): EpochLine | undefined => {
  try {
    return JSON.parse(line) as EpochLine
  } catch {
    return undefined
  }
}

/** The last record that is known to be on disk bounds what is missing from below; the end is not known. */
const gapOf = async (dir: string, open: EpochLine, clock: Pick<Clock, 'iso'>): Promise<GapAnchor> => {
  const sides = (await readdir(dir))
    .filter((name) => name.startsWith(open.epoch) && name.endsWith('.json') && !name.includes('-expired'))
    .sort()
  const last = sides.at(-1)
  const anchor =
    last === undefined ? undefined : (JSON.parse(await readFile(join(dir, last), 'utf8')) as SegmentAnchor)
  return {
    kind: 'gap',
    id: `${open.epoch}-gap`,
    epoch: open.epoch,
    afterSequence: anchor?.lastSequence ?? 0,
    from: anchor?.to ?? open.at,
    to: clock.iso(),
    reason: 'the process ended without closing its records',
  }
}
