/**
 * The files of a model as OpenSSF Model Signing v1 sees them: every regular file below the root, hidden and empty ones
 * too, named by POSIX path relative to the root; a single file is named `.`. Links are refused unless allowed.
 */
import { type Dirent, constants as fsConstants } from 'node:fs'
import { access, lstat, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { signingErrors } from '../errors.ts'

export type ModelFile = {
  /** Relative POSIX path, or `.` for a model that is one file. */
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
}

export type ModelFiles = {
  /** Base name of the model's path. */
  readonly name: string
  readonly root: string
  readonly isFolder: boolean
  /** In the order of the specification: by path components, code point order. */
  readonly files: readonly ModelFile[]
  /** Paths that exist and were left out. */
  readonly ignored: readonly string[]
  /** Links and special files that were passed over; only with `skipOdd`. */
  readonly odd: readonly string[]
}

export type WalkOptions = {
  /** Relative POSIX paths; each hides itself and everything below. */
  readonly ignorePaths: readonly string[]
  readonly allowSymlinks: boolean
  /** Passes over links and special files instead of refusing the model: for a verifier that only looks at signed files. */
  readonly skipOdd?: boolean
}

/** Paths that git keeps for itself; the reference implementation leaves them out by default. */
export const GIT_PATHS = ['.git', '.gitattributes', '.github', '.gitignore'] as const

const MAX_FILES = 100_000
const MAX_DEPTH = 128

const refuse = (message: string, cause?: unknown): Error =>
  signingErrors.SIGNING_MODEL_UNREADABLE(message, cause === undefined ? {} : { cause })

/** `a/./b/` and `a//b` are the same path as `a/b`. */
export const normalizeRelative = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

// A path component ends at '/', so '/' must sort below every other character; UTF-8 byte order is code point order.
const sortKey = (name: string): Buffer => Buffer.from(name.replaceAll('/', '\0'))

/** Orders names like the reference does: `sub/a` before `sub-b`. */
export const sortByName = <T extends { readonly name: string }>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, key: sortKey(item.name) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ item }) => item)

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const nameOf = (entry: Dirent<Buffer>, folder: string): string => {
  try {
    return decoder.decode(entry.name)
  } catch (cause) {
    throw refuse(`${folder} holds a file whose name is not UTF-8`, cause)
  }
}

type Walk = WalkOptions & {
  readonly hidden: ReadonlySet<string>
  readonly files: ModelFile[]
  readonly ignored: string[]
  readonly odd: string[]
}

const addFile = (walk: Walk, name: string, path: string, sizeBytes: number): void => {
  if (walk.files.length === MAX_FILES)
    throw signingErrors.SIGNING_MODEL_TOO_LARGE(`the model has more than ${MAX_FILES} files`)
  walk.files.push({ name, path, sizeBytes })
}

const refuseOdd = (walk: Walk, name: string, what: string): void => {
  if (walk.skipOdd !== true) throw refuse(`${name} is ${what}`)
  walk.odd.push(name)
}

const linkedFile = async (walk: Walk, name: string, path: string): Promise<void> => {
  if (!walk.allowSymlinks)
    return refuseOdd(walk, name, 'a symbolic link; allow them with --allow-symlinks, or ignore it')
  const target = await stat(path).catch(() => undefined)
  // The format has no entry for a linked folder: its files would be loaded but not signed.
  if (target?.isDirectory() === true)
    return refuseOdd(walk, name, 'a symbolic link to a folder, which cannot be signed')
  if (target?.isFile() !== true) return refuseOdd(walk, name, 'a symbolic link to something that is no file')
  addFile(walk, name, path, target.size)
}

const walkFolder = async (walk: Walk, folder: string, prefix: string, depth: number): Promise<void> => {
  if (depth > MAX_DEPTH)
    throw signingErrors.SIGNING_MODEL_TOO_LARGE(`${folder} is nested deeper than ${MAX_DEPTH}`)
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch(
    (cause: unknown) => {
      throw refuse(`${folder} cannot be listed`, cause)
    },
  )
  for (const entry of entries) {
    const own = nameOf(entry, folder)
    const [name, path] = [`${prefix}${own}`, join(folder, own)]
    if (walk.hidden.has(name)) walk.ignored.push(name)
    else if (entry.isDirectory()) await walkFolder(walk, path, `${name}/`, depth + 1)
    else if (entry.isSymbolicLink()) await linkedFile(walk, name, path)
    else if (entry.isFile()) addFile(walk, name, path, (await lstat(path)).size)
    else refuseOdd(walk, name, 'neither a file nor a folder')
  }
}

/** Throws SIGNING_MODEL_NOT_FOUND, SIGNING_MODEL_UNREADABLE, SIGNING_MODEL_TOO_LARGE. */
export const listModelFiles = async (path: string, options: WalkOptions): Promise<ModelFiles> => {
  const root = resolve(path)
  const own = await lstat(root).catch((cause: unknown) => {
    throw signingErrors.SIGNING_MODEL_NOT_FOUND(`there is no file or folder ${path}`, { cause })
  })
  const hidden = new Set(options.ignorePaths.map(normalizeRelative).filter((one) => one !== ''))
  const walk: Walk = { ...options, hidden, files: [], ignored: [], odd: [] }
  const isLink = own.isSymbolicLink()
  const followed = isLink && options.allowSymlinks ? await stat(root).catch(() => own) : own
  if (followed.isDirectory()) await walkFolder(walk, root, '', 0)
  else if (followed.isFile()) addFile(walk, '.', root, followed.size)
  else if (isLink) throw refuse(`${path} is a symbolic link; allow them with --allow-symlinks`)
  else throw refuse(`${path} is neither a file nor a folder`)
  await access(root, fsConstants.R_OK).catch((cause: unknown) => {
    throw refuse(`${path} cannot be read`, cause)
  })
  return {
    name: basename(root),
    root,
    isFolder: followed.isDirectory(),
    files: sortByName(walk.files),
    ignored: walk.ignored.sort(),
    odd: walk.odd.sort(),
  }
}
