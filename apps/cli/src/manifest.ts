/** Manifests for apply and delete: YAML documents with apiVersion (rampart/v1 when absent), kind, metadata.name and spec. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { cliErrors } from './errors.ts'
import type { Io } from './io.ts'

export const API_VERSION = 'rampart/v1'
export const MANIFEST_KINDS = [
  'Model',
  'Route',
  'Backend',
  'Policy',
  'Signer',
  'Registry',
  'Sink',
  'AlertSource',
  'Notebook',
  'Playbook',
  'ProtectedEntity',
] as const
export type ManifestKind = (typeof MANIFEST_KINDS)[number]

export type Manifest = {
  readonly kind: ManifestKind
  readonly name: string
  readonly document: Readonly<Record<string, unknown>>
  /** Paths inside the document are relative to this folder. */
  readonly folder: string
  /** `model.yaml`, or `model.yaml#2` for the second document. */
  readonly where: string
}

const MAX_BYTES = 16 * 1024 * 1024

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const readSource = async (
  io: Io,
  file: string,
): Promise<{ readonly text: string; readonly folder: string }> => {
  if (file === '-') return { text: await io.stdin(), folder: io.cwd }
  const path = resolve(io.cwd, file)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw cliErrors.CLI_BAD_MANIFEST(`${file} cannot be read`, { cause })
  })
  return { text, folder: dirname(path) }
}

/** A CACAO document as it is: its resource is called by its name, made to fit. */
const playbookManifest = (
  document: Readonly<Record<string, unknown>>,
  where: string,
  folder: string,
): Manifest => {
  const name = String(document.name ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '')
  if (name === '') throw cliErrors.CLI_BAD_MANIFEST(`${where}: the playbook has no name`)
  return { kind: 'Playbook', name, document: { spec: document }, folder, where }
}

const check = (document: unknown, where: string, folder: string): Manifest => {
  const fail = (what: string) => cliErrors.CLI_BAD_MANIFEST(`${where}: ${what}`)
  if (!isRecord(document)) throw fail('is not a mapping')
  if (document.type === 'playbook') return playbookManifest(document, where, folder)
  if ((document.apiVersion ?? API_VERSION) !== API_VERSION) throw fail(`apiVersion must be ${API_VERSION}`)
  const kind = MANIFEST_KINDS.find((known) => known === document.kind)
  if (kind === undefined) throw fail(`kind must be one of ${MANIFEST_KINDS.join(', ')}`)
  const name = isRecord(document.metadata) ? document.metadata.name : undefined
  if (typeof name !== 'string' || name === '') throw fail('metadata.name is missing')
  return { kind, name, document, folder, where }
}

/** Model folders hold other JSON too, so only YAML is taken for a manifest there. */
const manifestsIn = async (io: Io, folder: string): Promise<readonly string[]> => {
  const names = (await readdir(resolve(io.cwd, folder))).filter((name) => /\.ya?ml$/.test(name)).sort()
  if (names.length === 0) throw cliErrors.CLI_BAD_MANIFEST(`${folder} holds no .yaml or .yml file`)
  return names.map((name) => join(folder, name))
}

const isFolder = (io: Io, file: string): Promise<boolean> =>
  stat(resolve(io.cwd, file)).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Every document of the file, or of the YAML files of the folder, by name; `-` is standard input. */
export const readManifests = async (io: Io, file: string): Promise<readonly Manifest[]> => {
  const files = file !== '-' && (await isFolder(io, file)) ? await manifestsIn(io, file) : [file]
  return (await Promise.all(files.map((one) => readFileManifests(io, one)))).flat()
}

/** Every document of the file, checked as far as all kinds agree. */
const readFileManifests = async (io: Io, file: string): Promise<readonly Manifest[]> => {
  const { text, folder } = await readSource(io, file)
  const shown = file === '-' ? 'standard input' : file
  if (text.length > MAX_BYTES) throw cliErrors.CLI_BAD_MANIFEST(`${shown} is larger than 16 MiB`)
  const documents = parseAllDocuments(text)
  if (documents.length === 0) throw cliErrors.CLI_BAD_MANIFEST(`${shown} is empty`)
  return documents.map((document, index) => {
    const where = documents.length === 1 ? shown : `${shown}#${index + 1}`
    const broken = document.errors[0]
    if (broken !== undefined) throw cliErrors.CLI_BAD_MANIFEST(`${where}: ${broken.message}`)
    // maxAliasCount: a few aliases of aliases would otherwise expand to gigabytes.
    return check(document.toJS({ maxAliasCount: 100 }), where, folder)
  })
}
