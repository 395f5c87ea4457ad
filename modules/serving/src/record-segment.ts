/** Files of inference records: one per segment, a side file with its Merkle root once it is closed. */
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '@rampart/domain'
import { createCompactTree, hashLeaf, hashLeafInPlace } from '@rampart/signing'
import type { AnchorBatch } from './record-anchor.ts'

export const SEGMENT_SUFFIX = '.ndjson'
/** Waits for the audit log; renamed to `.json` once it is anchored. */
export const PENDING_SUFFIX = '.pending.json'
export const ANCHORED_SUFFIX = '.json'
export const EPOCHS_FILE = 'epochs.log'

export const segmentName = (epoch: string, firstSequence: number): string =>
  `${epoch}-${String(firstSequence).padStart(12, '0')}`

export type SegmentSummary = { readonly root: Digest; readonly records: number; readonly bytes: number }

const digestOf = (root: Uint8Array): Digest => `sha256:${Buffer.from(root).toString('hex')}`

/** Grows a root line by line. */
export const createSegmentTree = () => {
  const tree = createCompactTree()
  return {
    add: (line: Uint8Array): void => void tree.append(hashLeaf(line)),
    /** The line `bytes[from, to)`; overwrites the byte before it. */
    addInPlace: (bytes: Uint8Array, from: number, to: number): void =>
      void tree.append(hashLeafInPlace(bytes, from, to)),
    root: (): Digest => digestOf(tree.root()),
    records: (): number => tree.size(),
  }
}

/** Lines of a file as bytes, in order; `complete` is false for a last line without newline. Bounded memory. */
export async function* readLines(path: string): AsyncGenerator<{ line: Buffer; complete: boolean }> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path)) {
    let from = 0
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      yield { line: bytes.subarray(from, at), complete: true }
      from = at + 1
    }
    rest = bytes.subarray(from)
  }
  if (rest.length > 0) yield { line: rest, complete: false }
}

/** Recomputes a segment's root (RFC 6962 over its lines). */
export const summariseSegment = async (path: string): Promise<SegmentSummary> => {
  const tree = createSegmentTree()
  let bytes = 0
  for await (const { line, complete } of readLines(path)) {
    tree.add(line)
    bytes += line.length + (complete ? 1 : 0)
  }
  return { root: tree.root(), records: tree.records(), bytes }
}

export type SegmentVerdict =
  | { readonly verdict: 'intact'; readonly records: number; readonly root: Digest }
  | { readonly verdict: 'altered'; readonly records: number; readonly root: Digest; readonly reason: string }

/** Compares a segment file with the root that the audit log holds for it. A missing file throws. */
export const verifySegment = async (path: string, root: Digest): Promise<SegmentVerdict> => {
  const found = await summariseSegment(path)
  return found.root === root
    ? { verdict: 'intact', records: found.records, root: found.root }
    : {
        verdict: 'altered',
        records: found.records,
        root: found.root,
        reason: `the lines give ${found.root}, the audit log has ${root}`,
      }
}

/** Writes and syncs a file so that it is there whole or not at all. */
export const writeWhole = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

export const writePendingAnchor = (dir: string, batch: AnchorBatch): Promise<void> =>
  writeWhole(join(dir, `${batch.id}${PENDING_SUFFIX}`), `${JSON.stringify(batch)}\n`)

export const markAnchored = (dir: string, id: string): Promise<void> =>
  rename(join(dir, `${id}${PENDING_SUFFIX}`), join(dir, `${id}${ANCHORED_SUFFIX}`))

/** What waits for the audit log, oldest first. */
export const readPendingAnchors = async (dir: string): Promise<AnchorBatch[]> => {
  const names = (await readdir(dir)).filter((name) => name.endsWith(PENDING_SUFFIX)).sort()
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(dir, name), 'utf8')) as AnchorBatch),
  )
}

export const syncFolder = async (dir: string): Promise<void> => {
  const folder = await open(dir, 'r')
  await folder.sync().finally(() => folder.close())
}

/** Removes the oldest anchored segments until the rest fits; answers what went. */
export const removeBeyond = async (
  dir: string,
  maxBytes: number,
): Promise<{ files: string[]; bytes: number }> => {
  const names = new Set(await readdir(dir))
  const segments = [...names].filter((name) => name.endsWith(SEGMENT_SUFFIX)).sort()
  const sizes = await Promise.all(segments.map(async (name) => (await stat(join(dir, name))).size))
  let total = sizes.reduce((sum, size) => sum + size, 0)
  const removed = { files: [] as string[], bytes: 0 }
  for (const [i, name] of segments.entries()) {
    if (total <= maxBytes) break
    const side = `${name.slice(0, -SEGMENT_SUFFIX.length)}${ANCHORED_SUFFIX}`
    if (!names.has(side)) continue
    await rm(join(dir, name))
    await rm(join(dir, side))
    total -= sizes[i] ?? 0
    removed.files.push(name)
    removed.bytes += sizes[i] ?? 0
  }
  return removed
}

/** Bytes of all segments in a folder. */
export const segmentBytes = async (dir: string): Promise<number> => {
  const names = (await readdir(dir)).filter((name) => name.endsWith(SEGMENT_SUFFIX))
  // A converter may take one away meanwhile.
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(dir, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

export type AppendFile = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'close'>

/** Opens a new segment file; it must not exist. */
export const openSegment = (dir: string, name: string): Promise<AppendFile> =>
  open(join(dir, `${name}${SEGMENT_SUFFIX}`), 'ax', 0o600)
