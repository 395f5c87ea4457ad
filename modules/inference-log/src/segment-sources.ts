/**
 * Folders where serving processes leave segments: the server's own, one below it per further process (`inference/NAME/`),
 * and those of the processes that the server supervises (`serving/processes/NAME/inference/`). A segment with a side file is
 * closed; one without is still being written, or waits for its process to start again.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

export type SegmentFile = {
  readonly name: string
  readonly folder: string
  readonly path: string
  readonly bytes: number
  /** ms since 1970. */
  readonly changedAt: number
  readonly isClosed: boolean
}

const SEGMENT = /^([0-9a-f-]{36}-[0-9]{12,15})\.ndjson$/
const ANCHORED = /^([0-9a-f-]{36})-[0-9]{12,15}\.json$/
const PROCESS_FOLDER = /^[a-z0-9][a-z0-9-]{0,62}$/

export type SegmentSources = {
  readonly segmentsFolder: string
  /** Folder of the supervised processes' state folders. */
  readonly processesFolder?: string
}

const processFolders = async (root: string | undefined, below: string): Promise<string[]> => {
  if (root === undefined) return []
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && PROCESS_FOLDER.test(entry.name))
    .map(({ name }) => join(root, name, below))
}

const sourceFolders = async ({ segmentsFolder, processesFolder }: SegmentSources): Promise<string[]> => [
  segmentsFolder,
  ...(await processFolders(segmentsFolder, '')),
  ...(await processFolders(processesFolder, 'inference')),
]

/** Every segment there is, oldest first within a folder. A file that goes away meanwhile is left out. */
export const listSegments = async (sources: SegmentSources): Promise<SegmentFile[]> => {
  const found: SegmentFile[] = []
  for (const folder of await sourceFolders(sources)) {
    const names = new Set(await readdir(folder).catch(() => []))
    for (const file of [...names].sort()) {
      const name = SEGMENT.exec(file)?.[1]
      if (name === undefined) continue
      const path = join(folder, file)
      const about = await stat(path).catch(() => undefined)
      if (about === undefined) continue
      const isClosed = names.has(`${name}.json`) || names.has(`${name}.pending.json`)
      found.push({ name, folder, path, bytes: about.size, changedAt: about.mtimeMs, isClosed })
    }
  }
  return found
}

/**
 * Side files of segments that are gone: all but the newest of each epoch, which says after a crash how far the records
 * went. Those that still wait for the audit log stay.
 */
export const removeOldSides = async (sources: SegmentSources): Promise<void> => {
  for (const folder of await sourceFolders(sources)) {
    const names = new Set(await readdir(folder).catch(() => []))
    const newest = new Map<string, string>()
    for (const name of [...names].sort()) {
      const epoch = ANCHORED.exec(name)?.[1]
      if (epoch !== undefined) newest.set(epoch, name)
    }
    for (const name of names) {
      const epoch = ANCHORED.exec(name)?.[1]
      if (epoch === undefined || newest.get(epoch) === name) continue
      if (!names.has(name.replace(/\.json$/, '.ndjson'))) await rm(join(folder, name), { force: true })
    }
  }
}
