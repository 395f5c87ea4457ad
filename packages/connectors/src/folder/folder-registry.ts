/**
 * A folder as a registry: MODEL/VERSION/files…, and `MODEL/aliases.json` (`{"champion": "3"}`) beside the versions.
 * Watched by the file system and by polling. Opens plain files below its root only; a link, device or socket makes the
 * version refused. A hard link looks like a plain file and cannot be told apart.
 */
import { createHash } from 'node:crypto'
import { constants, type FSWatcher, watch } from 'node:fs'
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Registry, RegistryCall, RegistryFile, RegistryPage, RegistryVersion } from '@rampart/domain'
import { folderErrors } from './errors.ts'
import { foldersIn, readTree, type Tree } from './tree.ts'

export type FolderRegistryOptions = {
  /** `file:///…` or an absolute path. */
  readonly url: string
  /** Folders below which it may lie; all when undefined. */
  readonly allowed?: readonly string[]
  /** Folders that stay shut, whatever is allowed: our own state. */
  readonly forbidden?: readonly string[]
  /** Versions of one page; 200. */
  readonly pageSize?: number
}

const PAGE = 200
const ALIASES_BYTES = 256 * 1024
const QUIET_MS = 200
const CHUNK = 256 * 1024

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

/** Absolute; throws FOLDER_NOT_ALLOWED. */
export const folderOf = ({ url, allowed, forbidden = [] }: FolderRegistryOptions): string => {
  const refuse = (why: string) =>
    folderErrors.FOLDER_NOT_ALLOWED(`${JSON.stringify(url.slice(0, 200))} ${why}`)
  if (!url.startsWith('/') && !/^file:\/\/\//.test(url))
    throw refuse('is neither file:///… nor an absolute path')
  let path: string
  try {
    path = resolve(url.startsWith('/') ? url : fileURLToPath(url))
  } catch {
    throw refuse('is no path')
  }
  if (forbidden.some((folder) => isBelow(path, resolve(folder)) || isBelow(resolve(folder), path)))
    throw refuse('holds, or lies in, the state of this server')
  if (allowed !== undefined && !allowed.some((folder) => isBelow(path, resolve(folder))))
    throw refuse('is not below a folder that the configuration allows')
  return path
}

const isName = (name: string): boolean => name !== '' && !name.startsWith('.') && !/[/\\\0]/.test(name)

const parseAliases = (text: string): Readonly<Record<string, string>> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return {}
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

export const createFolderRegistry = (options: FolderRegistryOptions): Registry => {
  const root = folderOf(options)
  const pageSize = options.pageSize ?? PAGE
  let requests = 0
  const count = (): void => {
    requests += 1
  }

  /** The root as it really is; everything opened must be below it, and it below what is allowed. */
  const realRoot = async (): Promise<string> => {
    count()
    try {
      const path = await realpath(root)
      folderOf({ ...options, url: path, ...(await realRules()) })
      return path
    } catch (cause) {
      if (cause instanceof Error && 'kind' in cause) throw cause
      throw folderErrors.FOLDER_UNREADABLE('The folder of the registry is not there.', { cause })
    }
  }
  const realRules = async () => {
    const real = (folders: readonly string[]) =>
      Promise.all(folders.map((folder) => realpath(folder).catch(() => resolve(folder))))
    return {
      ...(options.allowed === undefined ? {} : { allowed: await real(options.allowed) }),
      forbidden: await real(options.forbidden ?? []),
    }
  }

  /** An open plain file below the root: never a link's target elsewhere, never a device. */
  const openPlain = async (base: string, path: string): Promise<FileHandle> => {
    const full = join(base, path)
    const handle = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const opened = await handle.stat({ bigint: true })
      // A folder on the way may have been swapped for a link since it was listed.
      const real = await realpath(full)
      const there = await stat(real, { bigint: true })
      if (!opened.isFile() || !isBelow(real, base) || there.ino !== opened.ino || there.dev !== opened.dev)
        throw folderErrors.FOLDER_FILE_REFUSED(`${JSON.stringify(path)} is no plain file of the registry.`)
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  const readAliases = async (base: string, model: string): Promise<Readonly<Record<string, string>>> => {
    count()
    let handle: FileHandle
    try {
      handle = await openPlain(base, `${model}/aliases.json`)
    } catch {
      return {}
    }
    try {
      if ((await handle.stat()).size > ALIASES_BYTES) return {}
      return parseAliases(await handle.readFile('utf8'))
    } finally {
      await handle.close()
    }
  }

  const treeOf = async (
    base: string,
    model: string,
    version: string,
    call: RegistryCall,
  ): Promise<Tree | undefined> => {
    const path = join(base, model, version)
    const found = await lstat(path).catch(() => undefined)
    // A name that is not UTF-8 cannot be opened as it is shown; it is listed, so that its refusal is seen.
    if (found === undefined)
      return path.includes('\ufffd')
        ? { files: [], revision: 'name', fault: 'its name is not UTF-8' }
        : undefined
    if (found.isSymbolicLink())
      return { files: [], revision: `link:${found.mtimeMs}`, fault: 'its folder is a link' }
    return found.isDirectory() ? readTree(path, call.signal, count) : undefined
  }

  const versionOf = (
    base: string,
    model: string,
    version: string,
    tree: Tree,
    aliases: Readonly<Record<string, string>>,
  ): RegistryVersion => {
    const mine = Object.keys(aliases)
      .filter((alias) => aliases[alias] === version)
      .sort()
    const hash = createHash('sha256').update(`${tree.revision}\0${mine.join('\0')}`)
    return {
      model,
      version,
      source: `file://${join(base, model, version)}`,
      revision: hash.digest('hex').slice(0, 40),
      aliases: mine,
      tags: {},
    }
  }

  const list = async (cursor: string | undefined, call: RegistryCall): Promise<RegistryPage> => {
    call.signal.throwIfAborted()
    const base = await realRoot()
    const [afterModel = '', afterVersion = ''] = cursor === undefined ? [] : cursor.split('/')
    const versions: RegistryVersion[] = []
    for (const model of await foldersIn(base)) {
      if (model < afterModel) continue
      call.signal.throwIfAborted()
      count()
      const aliases = await readAliases(base, model)
      const names = model.includes('\ufffd') ? ['(unreadable)'] : await foldersIn(join(base, model))
      for (const version of names) {
        if (model === afterModel && version <= afterVersion) continue
        const tree = await treeOf(base, model, version, call)
        if (tree === undefined) continue
        versions.push(versionOf(base, model, version, tree, aliases))
        if (versions.length >= pageSize) return { versions, next: `${model}/${version}` }
      }
    }
    return { versions }
  }

  const version = async (
    model: string,
    name: string,
    call: RegistryCall,
  ): Promise<RegistryVersion | undefined> => {
    call.signal.throwIfAborted()
    if (!isName(model) || !isName(name)) return undefined
    const base = await realRoot()
    const tree = await treeOf(base, model, name, call)
    return tree === undefined ? undefined : versionOf(base, model, name, tree, await readAliases(base, model))
  }

  const files = async (
    { model, version: name }: RegistryVersion,
    call: RegistryCall,
  ): Promise<RegistryFile[]> => {
    call.signal.throwIfAborted()
    const tree = await treeOf(await realRoot(), model, name, call)
    if (tree === undefined) throw folderErrors.FOLDER_FILE_CHANGED(`${model}/${name} is gone.`)
    if (tree.fault !== undefined) throw folderErrors.FOLDER_FILE_REFUSED(`${model}/${name}: ${tree.fault}.`)
    return tree.files.map(({ path, sizeBytes, identity }) => ({
      path,
      sizeBytes,
      identity,
      location: `${model}/${name}/${path}`,
    }))
  }

  async function* read(handle: FileHandle, offset: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      for (let at = offset; ; ) {
        signal.throwIfAborted()
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at)
        if (bytesRead === 0) return
        at += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  }

  const openFile: Registry['open'] = async ({ location }, offset, { signal }) => {
    signal.throwIfAborted()
    count()
    const base = await realRoot()
    try {
      const handle = await openPlain(base, location)
      const { size } = await handle.stat()
      return {
        stream: read(handle, Math.min(offset, size), signal),
        offset: Math.min(offset, size),
        sizeBytes: size,
      }
    } catch (cause) {
      if (cause instanceof Error && 'kind' in cause) throw cause
      throw folderErrors.FOLDER_FILE_CHANGED(`${JSON.stringify(location)} cannot be read.`, { cause })
    }
  }

  const watchFolder = (onChange: () => void) => {
    let timer: NodeJS.Timeout | undefined
    let watcher: FSWatcher | undefined
    try {
      watcher = watch(root, { recursive: true, persistent: false }, () => {
        // Files arrive in company: one look after they have gone quiet.
        clearTimeout(timer)
        timer = setTimeout(onChange, QUIET_MS)
      })
      watcher.on('error', () => undefined)
    } catch {
      // Without a folder to watch, polling finds it once it is there.
    }
    return {
      stop: async () => {
        clearTimeout(timer)
        watcher?.close()
      },
    }
  }

  return {
    type: 'folder',
    list,
    version,
    files,
    open: openFile,
    aliases: async (model, call) => {
      call.signal.throwIfAborted()
      return isName(model) ? readAliases(await realRoot(), model) : {}
    },
    watch: watchFolder,
    requests: () => requests,
    close: async () => undefined,
  }
}
