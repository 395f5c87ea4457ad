/** The signature file on disk: read within bounds, written whole or not at all. */
import { open, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { signingErrors } from '../errors.ts'
import { MAX_BUNDLE_BYTES } from './signature-bundle.ts'

/** A fixed name: what a killed run left behind is taken over by the next one instead of becoming part of the model. */
const temporaryOf = (path: string): string => join(dirname(path), `.${basename(path)}.unfinished`)

/** At most one byte more than the limit is read, so that a reader sees that it is too large. */
export const readSignatureFile = async (path: string): Promise<Uint8Array> => {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw signingErrors.SIGNING_MODEL_NOT_FOUND(`there is no signature file ${path}`, { cause })
  })
  try {
    const { size } = await file.stat()
    const bytes = Buffer.allocUnsafe(Math.min(size, MAX_BUNDLE_BYTES + 1))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
    return bytes.subarray(0, bytesRead)
  } catch (cause) {
    throw signingErrors.SIGNING_BUNDLE_INVALID(`the signature file ${path} cannot be read`, { cause })
  } finally {
    await file.close()
  }
}

/** Removes what a killed run left behind, before the model's files are listed. */
export const discardUnfinished = (path: string): Promise<void> =>
  rm(temporaryOf(resolve(path)), { force: true })

/** After a crash the path holds the old file or the new one. */
export const writeSignatureFile = async (path: string, text: string): Promise<void> => {
  const target = resolve(path)
  const temporary = temporaryOf(target)
  const file = await open(temporary, 'w', 0o644)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, target)
  const folder = await open(dirname(target), 'r')
  await folder.sync().finally(() => folder.close())
}

const real = (path: string): Promise<string> => realpath(path).catch(() => path)

/** The POSIX path of `path` relative to the folder `root`; undefined when it lies outside. */
export const pathInside = async (root: string, path: string): Promise<string | undefined> => {
  const absolute = resolve(path)
  const [from, to] = [await real(resolve(root)), join(await real(dirname(absolute)), basename(absolute))]
  const inside = relative(from, to)
  return inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..'
    ? undefined
    : inside.split(sep).join('/')
}

/** Relative paths are taken from the model's folder; an absolute one must lie inside it. */
export const ignoredPaths = async (root: string, paths: readonly string[]): Promise<readonly string[]> =>
  await Promise.all(
    paths.map(async (path) => {
      const inside = await pathInside(root, resolve(root, path))
      if (inside === undefined)
        throw signingErrors.SIGNING_OPTIONS_INVALID(`the ignored path ${path} is not inside the model`)
      return inside
    }),
  )
