/** Applies a Policy manifest: `spec: { files: { NAME: text } | folder: PATH, message? }` replaces the pack's files. */
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ApiError } from '@rampart/client'
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'

type Spec = { readonly files?: unknown; readonly folder?: unknown; readonly message?: unknown }
type Files = Readonly<Record<string, string>>

const isFiles = (value: unknown): value is Files =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((text) => typeof text === 'string')

const filesIn = async (folder: string): Promise<Files> => {
  const names = (await readdir(folder)).filter((name) => /\.(rego|json)$/.test(name)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(resolve(folder, name), 'utf8')])),
  )
}

const filesOf = async (manifest: Manifest, spec: Spec): Promise<Files> => {
  const files =
    typeof spec.folder === 'string' ? await filesIn(resolve(manifest.folder, spec.folder)) : spec.files
  if (!isFiles(files) || Object.keys(files).length === 0)
    throw cliErrors.CLI_BAD_MANIFEST(
      `${manifest.where}: spec.files must map file names to text, or spec.folder name a folder with .rego files`,
    )
  return files
}

/** The etag of what is there now, so that somebody else's edit in between is not overwritten. */
const currentEtag = async ({ client, io }: Session, path: string): Promise<string | undefined> => {
  try {
    return (await client.call('GET', path, { signal: io.signal })).etag
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

export const applyPolicy = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const spec = (manifest.document.spec ?? {}) as Spec
  const files = await filesOf(manifest, spec)
  const path = `/api/v1/policies/${encodeURIComponent(manifest.name)}`
  if (options.dryRun) return `policy/${manifest.name} is readable (nothing was sent)`
  const etag = await currentEtag(session, path)
  await session.client.call('PUT', path, {
    body: {
      files,
      message: typeof spec.message === 'string' ? spec.message : 'applied from the command line',
    },
    headers: etag === undefined ? {} : { 'if-match': etag },
    signal: session.io.signal,
  })
  return `policy/${manifest.name} configured`
}
