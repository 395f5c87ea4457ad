/** Facts for the bill of materials of a plain file or folder: its bytes, its model.yaml, its model card, its config.json. */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  type BomDataset,
  type BomFacts,
  type BomFile,
  formatOfName,
  type ModelCardFacts,
  readModelCard,
  roleOfName,
} from '@rampart/codecs'
import {
  type ManifestRegistration,
  type ModelManifest,
  manifestProblems,
  registrationOf,
} from '@rampart/domain'
import { createManifest, listModelFiles, type ModelFiles, rootDigest } from '@rampart/signing/model'
import { parse } from 'yaml'

const MAX_TEXT_BYTES = 1024 * 1024

export type PlainOptions = {
  readonly toolVersion: string
  /** RFC 3339; the SOURCE_DATE_EPOCH of reproducible builds. */
  readonly timestamp?: string
  readonly threads: number
  readonly signal: AbortSignal
  readonly ignorePaths: readonly string[]
}

const NO_CARD: ModelCardFacts = { licences: [], datasets: [], ancestors: [], metrics: [] }

const readText = async (
  model: ModelFiles,
  matches: (name: string) => boolean,
): Promise<string | undefined> => {
  const file = model.files.find(({ name, sizeBytes }) => matches(name) && sizeBytes <= MAX_TEXT_BYTES)
  return file === undefined ? undefined : await readFile(file.path, 'utf8')
}

/** A model.yaml that is not ours says nothing here. */
const readRegistration = async (model: ModelFiles): Promise<ManifestRegistration | undefined> => {
  const text = await readText(model, (name) => name === 'model.yaml')
  try {
    const document: unknown = parse(text ?? '', { maxAliasCount: 100 })
    return manifestProblems(document).length === 0 ? registrationOf(document as ModelManifest) : undefined
  } catch {
    return undefined
  }
}

type HubConfig = { readonly architecture?: string; readonly family?: string }

const readHubConfig = async (model: ModelFiles): Promise<HubConfig> => {
  const text = await readText(model, (name) => name === 'config.json')
  try {
    const config = JSON.parse(text ?? '{}') as { architectures?: unknown; model_type?: unknown }
    const [architecture] = Array.isArray(config.architectures) ? (config.architectures as unknown[]) : []
    return {
      ...(typeof architecture === 'string' ? { architecture } : {}),
      ...(typeof config.model_type === 'string' ? { family: config.model_type } : {}),
    }
  } catch {
    return {}
  }
}

const bomFiles = (
  model: ModelFiles,
  digests: readonly { readonly digest: string }[],
  registration: ManifestRegistration | undefined,
): BomFile[] => {
  const declared = new Map(registration?.files.map(({ path, role }) => [path, role]))
  return model.files.map(({ name, sizeBytes }, at) => {
    const path = name === '.' ? model.name : name
    const format = formatOfName(path)
    return {
      path,
      role: declared.get(path) ?? roleOfName(path),
      sha256: digests[at]?.digest ?? '',
      sizeBytes,
      ...(format === undefined ? {} : { format: { value: format, tier: 'inferred' as const } }),
    }
  })
}

export const datasetsOf = (files: readonly BomFile[], card: ModelCardFacts): BomDataset[] => {
  const uses = { reference: 'reference', replay: 'evaluation' } as const
  const own = files.flatMap((file): BomDataset[] =>
    file.role === 'reference' || file.role === 'replay'
      ? [{ name: file.path, use: uses[file.role], tier: 'verified', file }]
      : [],
  )
  const known = new Set(own.map(({ name }) => name))
  const claimed = [...new Set(card.datasets)].filter((name) => !known.has(name))
  return [...own, ...claimed.map((name): BomDataset => ({ name, use: 'training', tier: 'declared' }))]
}

const declaredIn = (value: string | undefined) =>
  value === undefined ? undefined : ({ value, tier: 'declared' } as const)

/** Throws SIGNING_MODEL_*; the same bytes on disk give the same facts. */
export const plainFacts = async (path: string, options: PlainOptions): Promise<BomFacts> => {
  const walk = { ignorePaths: ['.git', ...options.ignorePaths], allowSymlinks: true }
  const model = await listModelFiles(path, walk)
  const serialization = { method: 'files', hashType: 'sha256', ...walk } as const
  const { resources } = await createManifest(model, serialization, options)
  const registration = await readRegistration(model)
  const cardText = await readText(model, (name) => roleOfName(name) === 'card' && !name.includes('/'))
  const card = cardText === undefined ? NO_CARD : readModelCard(cardText)
  const config = await readHubConfig(model)
  const files = bomFiles(model, resources, registration)
  const description = declaredIn(registration?.spec.description)
  const task = declaredIn(card.task ?? registration?.spec.labels?.task)
  const { features, classes, labels } = registration?.spec ?? {}
  return {
    toolVersion: options.toolVersion,
    name: registration?.name ?? basename(model.root),
    sha256: model.isFolder ? rootDigest(resources) : (resources[0]?.digest ?? ''),
    licences: card.licences.map((value) => ({ value, tier: 'declared' })),
    files,
    datasets: datasetsOf(files, card),
    metrics: card.metrics.map((metric) => ({ ...metric, tier: 'declared' })),
    ancestors: card.ancestors,
    evidence: [],
    ...(options.timestamp === undefined ? {} : { timestamp: options.timestamp }),
    ...(registration === undefined ? {} : { version: registration.version }),
    ...(description === undefined ? {} : { description }),
    ...(task === undefined ? {} : { task }),
    ...(config.architecture === undefined
      ? {}
      : { architecture: { value: config.architecture, tier: 'inferred' } }),
    ...(config.family === undefined
      ? {}
      : { architectureFamily: { value: config.family, tier: 'inferred' } }),
    ...(labels === undefined ? {} : { labels }),
    ...(features === undefined ? {} : { features }),
    ...(classes === undefined ? {} : { classes }),
  }
}

/** Name of an attestation's file, so that the document does not depend on where it lay. */
export const attestationName = (path: string): string => basename(join('/', path))
