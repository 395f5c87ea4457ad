/**
 * What other manifests say about one: signatures, bills of materials, and Rampart's own annotations. By the referrers
 * API, or by the tag that stands in for it where the registry has none (distribution specification 1.1).
 */
import type { RegistryFile } from '@rampart/domain'
import { fileOf } from './artifact-files.ts'
import { isArtifactPath } from './artifact-path.ts'
import type { DistributionClient } from './distribution-client.ts'
import type { Call } from './distribution-session.ts'
import { type Descriptor, EMPTY_TYPE, MANIFEST_TYPE, type Manifest, parseReferrers } from './manifest.ts'
import type { ManifestMemory } from './manifest-memory.ts'
import { fallbackTag } from './names.ts'
import { inTurns } from './tag-table.ts'

const BUNDLE_TYPES = /^application\/vnd\.dev\.sigstore\.bundle(\.v0\.[123])?\+json(;version=0\.[123])?$/
export const BOM_TYPE = 'application/vnd.cyclonedx+json'
/** A manifest without files whose annotations are the tags that Rampart set. */
export const TAGS_TYPE = 'application/vnd.rampart.tags.v1+json'
export const SEQUENCE = 'dev.rampart.sequence'

const PREDICATE = 'dev.sigstore.bundle.predicateType'
const MODEL_PREDICATE = 'https://model_signing/signature/v1.0'
const TITLE = 'org.opencontainers.image.title'
const MAX_READ = 64
const MAX_DOCUMENT = 16 * 1024 * 1024

/** Descriptors of referrers of the kinds we know, in the order of their digests. */
export type Referrers = readonly Descriptor[]

export const isTagsReferrer = ({ artifactType }: Descriptor): boolean => artifactType === TAGS_TYPE

const isDocument = (type: string | undefined): boolean =>
  type !== undefined && (BUNDLE_TYPES.test(type) || type === BOM_TYPE)

/** Tags that Rampart set: the annotations of the newest referrer of its own type. */
export const ownTags = (
  referrers: Referrers,
): { readonly tags: Record<string, string>; readonly sequence: number } => {
  let sequence = 0
  let tags: Record<string, string> = {}
  for (const { annotations = {} } of referrers.filter(isTagsReferrer)) {
    const { [SEQUENCE]: text = '', ...rest } = annotations
    const found = /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0
    if (found <= sequence) continue
    sequence = found
    tags = rest
  }
  return { tags, sequence }
}

/** A name for a document that a referrer carries; the model's own files keep theirs. */
const documentPath = (
  type: string,
  title: string | undefined,
  isModelSignature: boolean,
  digest: string,
): string => {
  const own = title !== undefined && /^[^/]{1,100}\.(sig|json)$/.test(title) && isArtifactPath(title)
  if (own) return title
  if (type === BOM_TYPE) return 'bom.json'
  if (isModelSignature) return 'model.sig'
  return `attestations/${digest.replace(/^.*:/, '').slice(0, 16)}.sigstore.json`
}

const documentsOf = (repository: string, referrer: Descriptor, manifest: Manifest): RegistryFile[] => {
  const predicate = manifest.annotations?.[PREDICATE] ?? referrer.annotations?.[PREDICATE]
  return manifest.layers
    .filter(({ mediaType, size }) => isDocument(mediaType) && size > 0 && size <= MAX_DOCUMENT)
    .map((layer) => {
      const isModel = predicate === MODEL_PREDICATE
      const path = documentPath(layer.mediaType, layer.annotations?.[TITLE], isModel, layer.digest)
      const attachment = layer.mediaType === BOM_TYPE ? ('bom' as const) : ('signature' as const)
      return { ...fileOf(repository, path, layer), attachment }
    })
}

/** A second document of one path goes beside it, under its digest. */
const withoutCollisions = (taken: Iterable<string>, files: readonly RegistryFile[]): RegistryFile[] => {
  const used = new Set(taken)
  const known = new Set<string>()
  return files.flatMap((file) => {
    const digest = file.identity ?? ''
    if (known.has(digest)) return []
    known.add(digest)
    const short = digest.replace(/^.*:/, '').slice(0, 16)
    const name = file.path.replace(/^.*\//, '')
    const path = used.has(file.path) ? `attestations/${short}-${name}` : file.path
    used.add(path)
    return [{ ...file, path }]
  })
}

// Some registries name the type of the (empty) configuration in place of the manifest's own.
const isUntold = ({ artifactType }: Descriptor): boolean =>
  artifactType === undefined || artifactType === '' || artifactType === EMPTY_TYPE

export const createReferrers = (client: DistributionClient, readManifest: ManifestMemory) => {
  // Asked once per registry; a tag is read instead from then on.
  let hasApi: boolean | undefined

  const byTag = async (repository: string, digest: string, call: Call): Promise<readonly Descriptor[]> => {
    const found = await client.manifest(repository, fallbackTag(digest), call)
    return found === undefined ? [] : parseReferrers(`${repository}:${fallbackTag(digest)}`, found.bytes)
  }

  const all = async (repository: string, digest: string, call: Call): Promise<readonly Descriptor[]> => {
    if (hasApi !== false) {
      const bytes = await client.referrers(repository, digest, call)
      if (bytes !== undefined) {
        hasApi = true
        return parseReferrers(`referrers of ${repository}@${digest}`, bytes)
      }
      // A 404 for one repository of a registry that answered before is no proof of the contrary.
      hasApi ??= false
    }
    return byTag(repository, digest, call)
  }

  const typed = async (repository: string, referrer: Descriptor, call: Call): Promise<Descriptor> => {
    const manifest = await readManifest(repository, referrer.digest, call)
    if (manifest === undefined || manifest.isIndex) return referrer
    const { annotations = {}, artifactType = manifest.config.mediaType } = manifest
    return { ...referrer, artifactType, annotations }
  }

  return {
    usesTags: (): boolean => hasApi === false,
    /** `mayHaveTag`: false when it is known that the stand-in tag does not exist. */
    list: async (repository: string, digest: string, mayHaveTag: boolean, call: Call): Promise<Referrers> => {
      if (hasApi === false && !mayHaveTag) return []
      const found = (await all(repository, digest, call))
        .filter(({ mediaType }) => mediaType === MANIFEST_TYPE)
        .toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
        .slice(0, MAX_READ)
      const told = await inTurns(found, (one) =>
        isUntold(one) ? typed(repository, one, call) : Promise.resolve(one),
      )
      return told.filter(({ artifactType }) => isDocument(artifactType) || artifactType === TAGS_TYPE)
    },
    /** All entries of the stand-in tag, for writing it anew. */
    byTag,
    /** Signatures and bills of materials as files beside those of the model. */
    documents: async (
      repository: string,
      referrers: Referrers,
      taken: readonly string[],
      call: Call,
    ): Promise<readonly RegistryFile[]> => {
      const files: RegistryFile[] = []
      for (const referrer of referrers.filter((one) => !isTagsReferrer(one))) {
        const manifest = await readManifest(repository, referrer.digest, call)
        if (manifest === undefined || manifest.isIndex) continue
        files.push(...documentsOf(repository, referrer, manifest))
      }
      return withoutCollisions(taken, files)
    },
  }
}

export type ReferrersReader = ReturnType<typeof createReferrers>
