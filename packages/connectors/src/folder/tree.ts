/** What is below one version's folder, by file: refuses links, devices and whatever else is no plain file. */
import { createHash } from 'node:crypto'
import { lstat, opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { folderErrors } from './errors.ts'

export type TreeFile = { readonly path: string; readonly sizeBytes: number; readonly identity: string }
/** `fault` says what makes the whole version unusable; its files are then not complete. */
export type Tree = { readonly files: readonly TreeFile[]; readonly revision: string; readonly fault?: string }

const MAX_FILES = 10_000
const MAX_DEPTH = 16

type Walk = {
  readonly files: TreeFile[]
  readonly signal: AbortSignal
  readonly count: () => void
  fault?: string
}

/** Changes with every write, also one that restores size and time: the time of the inode cannot be set. */
const identityOf = async (path: string): Promise<{ sizeBytes: number; identity: string; plain: boolean }> => {
  const found = await lstat(path, { bigint: true })
  const { size, ino, dev, mtimeNs, ctimeNs } = found
  return {
    sizeBytes: Number(size),
    identity: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`,
    plain: found.isFile(),
  }
}

const walkFolder = async (root: string, below: string, depth: number, walk: Walk): Promise<void> => {
  if (depth > MAX_DEPTH) {
    walk.fault ??= `folders are nested deeper than ${MAX_DEPTH}`
    return
  }
  walk.count()
  for await (const entry of await opendir(join(root, below))) {
    walk.signal.throwIfAborted()
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) await walkFolder(root, path, depth + 1, walk)
    else if (entry.isFile()) {
      const { sizeBytes, identity, plain } = await identityOf(join(root, path))
      if (plain) walk.files.push({ path, sizeBytes, identity })
      else walk.fault ??= `${JSON.stringify(path)} is no plain file`
    } else walk.fault ??= `${JSON.stringify(path)} is ${entry.isSymbolicLink() ? 'a link' : 'no plain file'}`
    if (walk.files.length > MAX_FILES) walk.fault ??= `more than ${MAX_FILES} files`
    if (walk.files.length > MAX_FILES) return
  }
}

/** Reads names and times, no contents. */
export const readTree = async (root: string, signal: AbortSignal, count: () => void): Promise<Tree> => {
  const walk: Walk = { files: [], signal, count }
  await walkFolder(root, '', 0, walk)
  const files = walk.files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const hash = createHash('sha256')
  for (const { path, identity } of files) hash.update(`${path}\0${identity}\0`)
  if (walk.fault !== undefined) hash.update(walk.fault)
  const revision = hash.digest('hex').slice(0, 40)
  return walk.fault === undefined ? { files, revision } : { files, revision, fault: walk.fault }
}

/** Names of the folders in a folder, sorted; links are named too, so that they can be refused in sight. */
export const foldersIn = async (path: string): Promise<readonly string[]> => {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort()
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT' || (cause as { code?: unknown }).code === 'ENOTDIR')
      return []
    throw folderErrors.FOLDER_UNREADABLE('The folder of a registry cannot be read.', { cause })
  }
}
