/**
 * Which Parquet files hold the log. A file counts once its line is in `catalog.ndjson`, synced; a line is one change that
 * holds as a whole, so a kill leaves the state before it or the state after it. What lies on disk and is not in the catalog
 * is left over from such a kill and is removed by `sweep`.
 */
import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, truncate } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LogFile } from './log-file.ts'

export type CatalogChange = {
  readonly add: readonly LogFile[]
  readonly remove: readonly string[]
  /** Names of segments whose records are in `add` from now on. */
  readonly segments: readonly string[]
}

export type Catalog = {
  files(): readonly LogFile[]
  bytes(): number
  /** True while a segment that is Parquet already still lies beside. */
  isConverted(segment: string): boolean
  /** Moves `add` from the drafts folder to their places, then writes the change. What it took away stays on disk. */
  commit(change: CatalogChange): Promise<void>
  /** Path for a file that is being made; only `commit` makes it count. */
  draftOf(path: string): string
  absolute(path: string): string
  /** Segments of these names are gone from their folder: their names need not be kept. */
  forget(segments: readonly string[]): void
  /** Names of converted segments that may still lie in their folder. */
  segments(): readonly string[]
  close(): Promise<void>
}

const CATALOG = 'catalog.ndjson'
/** The catalog is written anew at start when it has this many lines more than files. */
const SLACK_LINES = 1000

const syncPath = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}

type State = { readonly files: Map<string, LogFile>; readonly segments: Set<string>; lines: number }

const apply = (state: State, change: CatalogChange): void => {
  for (const path of change.remove) state.files.delete(path)
  for (const file of change.add) state.files.set(file.path, file)
  for (const segment of change.segments) state.segments.add(segment)
  state.lines += 1
}

const readChange = (line: string): CatalogChange | undefined => {
  try {
    const { add, remove, segments } = JSON.parse(line) as Partial<CatalogChange>
    return Array.isArray(add) && Array.isArray(remove) && Array.isArray(segments)
      ? { add, remove, segments }
      : undefined
  } catch {
    return undefined
  }
}

/** Replays the catalog; a last line that a crash cut off is removed, so that the next one stands alone. */
const load = async (path: string): Promise<State> => {
  const state: State = { files: new Map(), segments: new Set(), lines: 0 }
  const text = await readFile(path, 'utf8').catch(() => '')
  let good = 0
  for (let from = 0, end = text.indexOf('\n'); end >= 0; from = end + 1, end = text.indexOf('\n', from)) {
    const change = readChange(text.slice(from, end))
    if (change === undefined) break
    apply(state, change)
    good = end + 1
    if (state.lines % 512 === 0) await nextTurn()
  }
  if (good < text.length) await truncate(path, Buffer.byteLength(text.slice(0, good)))
  return state
}

const rewrite = async (path: string, state: State): Promise<void> => {
  const change: CatalogChange = { add: [...state.files.values()], remove: [], segments: [...state.segments] }
  const file = await open(`${path}.draft`, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(change)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.draft`, path)
  state.lines = 1
}

/** Removes drafts and files that no committed change named. */
const sweep = async (folder: string, state: State): Promise<void> => {
  await rm(join(folder, 'drafts'), { recursive: true, force: true })
  const found = await readdir(join(folder, 'parquet'), { recursive: true, withFileTypes: true })
  for (const entry of found) {
    const path = relative(folder, join(entry.parentPath, entry.name))
    if (entry.isFile() && !state.files.has(path)) await rm(join(folder, path))
  }
}

export const openCatalog = async (folder: string): Promise<Catalog> => {
  await mkdir(join(folder, 'parquet'), { recursive: true, mode: 0o700 })
  const path = join(folder, CATALOG)
  const state = await load(path)
  await sweep(folder, state)
  await mkdir(join(folder, 'drafts'), { recursive: true, mode: 0o700 })
  if (state.lines > state.files.size + SLACK_LINES) await rewrite(path, state)
  const journal: FileHandle = await open(path, 'a', 0o600)
  await syncPath(folder)
  const absolute = (file: string): string => join(folder, file)
  const draftOf = (file: string): string => join(folder, 'drafts', file.replaceAll(/[/\\]/g, '+'))

  /** A file is in its place, whole, before the catalog names it. */
  const place = async (file: LogFile): Promise<void> => {
    const draft = draftOf(file.path)
    if (!existsSync(draft)) return
    await syncPath(draft)
    const to = absolute(file.path)
    await mkdir(join(to, '..'), { recursive: true, mode: 0o700 })
    await rename(draft, to)
    await syncPath(join(to, '..'))
    await syncPath(join(to, '..', '..'))
    await syncPath(join(folder, 'parquet'))
  }

  return {
    files: () => [...state.files.values()],
    bytes: () => [...state.files.values()].reduce((sum, file) => sum + file.bytes, 0),
    isConverted: (segment) => state.segments.has(segment),
    commit: async (change) => {
      for (const file of change.add) await place(file)
      const before = (await journal.stat()).size
      try {
        await journal.appendFile(`${JSON.stringify(change)}\n`)
        await journal.datasync()
      } catch (error) {
        await journal.truncate(before).catch(() => undefined)
        throw error
      }
      apply(state, change)
    },
    draftOf,
    absolute,
    segments: () => [...state.segments],
    forget: (segments) => {
      for (const segment of segments) state.segments.delete(segment)
    },
    close: () => journal.close(),
  }
}
