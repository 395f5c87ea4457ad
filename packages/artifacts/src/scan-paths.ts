/** Files and folders as a report: every regular file is scanned, links and special files are told. */
import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { findingOf } from './file-reports.ts'
import { RULES, type RuleId } from './rules.ts'
import { DEFAULT_LIMITS, type FileReport, type ScanLimits } from './scan-context.ts'
import { createScanThread, type ScanThread } from './scan-thread.ts'

export type ScanOptions = {
  readonly limits?: Partial<ScanLimits>
  readonly onFile?: (report: FileReport) => void
  readonly signal?: AbortSignal
}

export type ScanReport = { readonly files: readonly FileReport[] }

const MAX_FILES = 1_000_000

const told = (path: string, rule: RuleId, message: string): FileReport => ({
  path,
  format: 'unknown',
  verdict: RULES[rule].verdict,
  findings: [findingOf(rule, message)],
})

type Entry = { readonly path: string; readonly report?: FileReport }

const statOf = (path: string, follow: boolean): Stats | string => {
  try {
    return follow ? statSync(path) : lstatSync(path)
  } catch (error) {
    return (error as Error).message
  }
}

/** Hubs keep files as links into a store of blobs beside the folder. */
const isBlobLink = (target: string): boolean => target.split(sep).at(-2) === 'blobs'

const resolveLink = (path: string, root: string): Entry | undefined => {
  try {
    const target = realpathSync(path)
    const inside = target === root || target.startsWith(`${root}${sep}`)
    if (inside) return undefined
    if (isBlobLink(target) && statSync(target).isFile()) return { path }
    return { path, report: told(path, 'special-file', 'a link that leads outside of the folder') }
  } catch {
    return { path, report: told(path, 'special-file', 'a link that leads nowhere') }
  }
}

function* walkFolder(folder: string, root: string): Generator<Entry> {
  let names: string[]
  try {
    names = readdirSync(folder).sort()
  } catch (error) {
    yield { path: folder, report: told(folder, 'unreadable', (error as Error).message) }
    return
  }
  for (const name of names) {
    if (name === '.git') continue
    const path = join(folder, name)
    const stat = statOf(path, false)
    if (typeof stat === 'string') yield { path, report: told(path, 'unreadable', stat) }
    else if (stat.isSymbolicLink()) {
      const entry = resolveLink(path, root)
      if (entry !== undefined) yield entry
    } else if (stat.isDirectory()) yield* walkFolder(path, root)
    else if (stat.isFile()) yield { path }
    else yield { path, report: told(path, 'special-file', 'not a regular file') }
  }
}

function* entriesOf(paths: readonly string[]): Generator<Entry> {
  for (const path of paths) {
    const stat = statOf(path, true)
    if (typeof stat === 'string') yield { path, report: told(path, 'unreadable', stat) }
    else if (stat.isDirectory()) yield* walkFolder(path, realpathSync(path))
    else if (stat.isFile()) yield { path }
    else yield { path, report: told(path, 'special-file', 'not a regular file') }
  }
}

const scanAll = async (
  thread: ScanThread,
  paths: readonly string[],
  options: ScanOptions,
): Promise<FileReport[]> => {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const files: FileReport[] = []
  let count = 0
  for (const { path, report } of entriesOf(paths)) {
    options.signal?.throwIfAborted()
    count += 1
    if (count > MAX_FILES) {
      files.push(told(path, 'scan-limit', `more than ${MAX_FILES} files`))
      break
    }
    const reports = report === undefined ? await thread.scan(path, path, limits) : [report]
    for (const one of reports) {
      files.push(one)
      options.onFile?.(one)
    }
  }
  return files
}

/** Scans in a worker thread. Paths that cannot be read are unverified files of the report; throws only when aborted. */
export const scanPaths = async (paths: readonly string[], options: ScanOptions = {}): Promise<ScanReport> => {
  const thread = createScanThread()
  const stop = (): void => void thread.close()
  options.signal?.addEventListener('abort', stop, { once: true })
  try {
    return { files: await scanAll(thread, paths, options) }
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await thread.close()
  }
}
