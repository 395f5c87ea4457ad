/** Private key files: PEM, mode 0600, created once and atomically, refused when other accounts can read them. */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { signingErrors } from './errors.ts'

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

const readPrivate = async (path: string): Promise<string | undefined> => {
  const info = await stat(path).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (info === undefined) return undefined
  if ((info.mode & 0o077) !== 0) {
    throw signingErrors.SIGNING_KEY_FILE_OPEN(`${path} has mode ${(info.mode & 0o777).toString(8)}, not 600`)
  }
  return await readFile(path, 'utf8')
}

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const writeNew = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.${randomUUID()}.tmp`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    // A hard link fails when the name exists, so that two starters agree on one key and none is overwritten.
    await link(temporary, path)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    await unlink(temporary)
  }
  await syncFolder(dirname(path))
}

/** The file's text; when there is none, `create` makes it first. Throws SIGNING_KEY_FILE_OPEN on loose permissions. */
export const readOrCreatePrivateFile = async (
  path: string,
  create: () => string | Promise<string>,
): Promise<string> => {
  const present = await readPrivate(path)
  if (present !== undefined) return present
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeNew(path, await create())
  const written = await readPrivate(path)
  if (written === undefined)
    throw signingErrors.SIGNING_KEY_FILE_INVALID(`${path} vanished while it was made`)
  return written
}
