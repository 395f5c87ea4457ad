/** Where held-out records come from: an example by name, or any folder with a model.yaml that names a replay file. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { type ModelManifest, manifestProblems } from '@rampart/domain'
import { assetPath } from '@rampart/kit/core'
import { parse } from 'yaml'
import { cliErrors } from '../errors.ts'

export type ReplaySource = { readonly manifest: ModelManifest; readonly records: string }

const folderOf = (cwd: string, name: string): string => {
  const local = resolve(cwd, name)
  if (existsSync(join(local, 'model.yaml'))) return local
  // A name, not a path: it must not climb out of the examples.
  const example = /^[a-z0-9-]+$/.test(name) ? assetPath(`examples/${name}`) : ''
  if (example !== '' && existsSync(join(example, 'model.yaml'))) return example
  throw cliErrors.CLI_NO_EXAMPLE(`"${name}" is neither an example nor a folder with a model.yaml`, {
    help: 'examples: card-fraud, mail-filter, digit-image',
  })
}

export const openSource = async (cwd: string, name: string): Promise<ReplaySource> => {
  const folder = folderOf(cwd, name)
  const document: unknown = parse(await readFile(join(folder, 'model.yaml'), 'utf8'))
  const problem = manifestProblems(document)[0]
  if (problem !== undefined)
    throw cliErrors.CLI_BAD_MANIFEST(`${folder}/model.yaml ${problem.pointer}: ${problem.message}`)
  const manifest = document as ModelManifest
  const records = manifest.spec.replay === undefined ? '' : join(folder, manifest.spec.replay.path)
  if (records === '' || statSync(records, { throwIfNoEntry: false })?.isFile() !== true)
    throw cliErrors.CLI_NO_EXAMPLE(`${folder} has no held-out records (spec.replay.path in model.yaml)`)
  return { manifest, records }
}

/** Lines of a record file, plain or gzip, at most `limit`; a damaged archive is a failure, not an early end. */
export const readLines = async function* (path: string, limit: number): AsyncGenerator<string> {
  const file = createReadStream(path)
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  const fail = (cause: Error) =>
    failed.reject(cliErrors.CLI_BAD_RECORDS(`${path}: ${cause.message}`, { cause }))
  file.once('error', fail)
  input.once('error', fail)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  try {
    for (let count = 0; count < limit; ) {
      // readline hides the errors of its input.
      const next = await Promise.race([lines.next(), failed.promise])
      if (next.done === true) return
      if (next.value === '') continue
      count += 1
      yield next.value
    }
  } finally {
    file.destroy()
  }
}
