/**
 * Leaf hashes of segments some of whose records are gone: with them the records that remain can still be proved. A file
 * `leaves/SEGMENT.leaves` holds 32 bytes per line of the segment, in order. A segment without one is whole.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readLines } from '@rampart/serving'
import { HASH_BYTES, hashLeaf } from '@rampart/signing'
import type { Catalog } from './catalog.ts'
import { overlaps, parsePlace } from './log-file.ts'
import type { ParquetWorker } from './parquet-worker.ts'

export type LeafFiles = {
  /** The hashes in the order of the lines, or undefined when the segment was never touched. */
  read(segment: string): Promise<Buffer | undefined>
  /** Keeps the hashes of a segment that is still a file of lines. */
  keepSegment(segment: string, path: string): Promise<void>
  /** Keeps the hashes of segments whose records are all in the catalog's files, before some of them go. */
  keep(segments: readonly string[]): Promise<void>
  /** Removes files of segments none of whose records are left. */
  prune(): Promise<void>
}

const SUFFIX = '.leaves'

export const createLeafFiles = (deps: {
  readonly folder: string
  readonly catalog: Catalog
  readonly worker: Pick<ParquetWorker, 'ask'>
}): LeafFiles => {
  const folder = join(deps.folder, 'leaves')
  const pathOf = (segment: string): string => join(folder, `${segment}${SUFFIX}`)

  const read = (segment: string): Promise<Buffer | undefined> =>
    readFile(pathOf(segment)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })

  const write = async (segment: string, hashes: Uint8Array): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const draft = `${pathOf(segment)}.draft`
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(hashes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, pathOf(segment))
    const parent = await open(folder, 'r')
    await parent.sync().finally(() => parent.close())
  }

  return {
    read,
    keepSegment: async (segment, path) => {
      if ((await read(segment)) !== undefined) return
      const hashes: Uint8Array[] = []
      for await (const { line, complete } of readLines(path)) if (complete) hashes.push(hashLeaf(line))
      await write(segment, Buffer.concat(hashes))
    },
    keep: async (segments) => {
      for (const segment of segments) {
        if ((await read(segment)) !== undefined) continue
        const place = parsePlace(segment)
        if (place === undefined) continue
        const range = { epoch: place.epoch, first: place.sequence, last: place.sequence }
        const files = deps.catalog.files().filter((file) => overlaps(file, range))
        const { hashes } = await deps.worker.ask('leaves', {
          files: files.map(({ path }) => deps.catalog.absolute(path)),
          segment,
        })
        await write(segment, hashes)
      }
    },
    prune: async () => {
      for (const name of await readdir(folder).catch(() => [])) {
        const segment = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : undefined
        const place = segment === undefined ? undefined : parsePlace(segment)
        const bytes = segment === undefined ? undefined : await read(segment)
        if (place === undefined || bytes === undefined) continue
        const last = place.sequence + bytes.length / HASH_BYTES - 1
        const range = { epoch: place.epoch, first: place.sequence, last }
        if (!deps.catalog.files().some((file) => overlaps(file, range)))
          await rm(join(folder, name), { force: true })
      }
    },
  }
}
