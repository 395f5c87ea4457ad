/** Where shipped files are: the repository while developing, the folder of the bundle in a release. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { kitErrors } from './errors.ts'

// The release folder carries `contracts/` beside its `dist/`, as the repository carries it beside `packages/`.
const MARKER = join('contracts', 'events')

const findRoot = (from: string): string => {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, MARKER))) return dir
    if (dirname(dir) === dir) throw kitErrors.KIT_ASSET_MISSING(`no folder above ${from} holds ${MARKER}`)
  }
}

let root: string | undefined

/** Absolute path of a file that ships with the product, given relative to the repository root. */
export const assetPath = (relativeToRepoRoot: string): string => {
  root ??= findRoot(dirname(fileURLToPath(import.meta.url)))
  return resolve(root, relativeToRepoRoot)
}

/** Path of another program of the product: its source in the repository, its bundle beside this one in a release. */
export const programPath = (source: string, bundled: string): string =>
  import.meta.url.endsWith('.ts') ? assetPath(source) : join(dirname(fileURLToPath(import.meta.url)), bundled)

/** URL of a worker's entry: the `.ts` beside its caller in the repository, `NAME.js` beside the bundle in a release. */
export const resolveWorker = (importMetaUrl: string, specifier: string): URL => {
  const source = new URL(specifier, importMetaUrl)
  if (importMetaUrl.endsWith('.ts')) return source
  const name = specifier.slice(specifier.lastIndexOf('/') + 1).replace(/\.ts$/, '.js')
  return pathToFileURL(join(dirname(fileURLToPath(importMetaUrl)), name))
}
