/** Manifests and indexes of the image specification 1.1, and Docker's schema 2: read from bytes, never trusted. */
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { ociErrors } from './errors.ts'
import { isContentDigest } from './names.ts'

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
export const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json'

/** What we can read; sent as Accept. */
export const ACCEPTED_TYPES: readonly string[] = [
  MANIFEST_TYPE,
  INDEX_TYPE,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

const Annotations = Type.Record(Type.String(), Type.String())

const DescriptorSchema = Type.Object({
  mediaType: Type.String({ minLength: 1, maxLength: 255 }),
  digest: Type.String({ maxLength: 140 }),
  size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  annotations: Type.Optional(Annotations),
  artifactType: Type.Optional(Type.String({ maxLength: 255 })),
  platform: Type.Optional(
    Type.Object({ os: Type.Optional(Type.String()), architecture: Type.Optional(Type.String()) }),
  ),
})

export type Descriptor = Static<typeof DescriptorSchema>

const ManifestSchema = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.String()),
  artifactType: Type.Optional(Type.String({ maxLength: 255 })),
  config: DescriptorSchema,
  layers: Type.Array(DescriptorSchema, { maxItems: 4096 }),
  subject: Type.Optional(DescriptorSchema),
  annotations: Type.Optional(Annotations),
})

const IndexSchema = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.String()),
  artifactType: Type.Optional(Type.String({ maxLength: 255 })),
  manifests: Type.Array(DescriptorSchema, { maxItems: 4096 }),
  annotations: Type.Optional(Annotations),
})

export type Manifest = Static<typeof ManifestSchema> & { readonly isIndex: false }
export type Index = Static<typeof IndexSchema> & { readonly isIndex: true }

const invalid = (where: string, why: string) => ociErrors.OCI_ANSWER_INVALID(`${where}: ${why}`)

const parseJson = (where: string, bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw ociErrors.OCI_ANSWER_INVALID(`${where}: no JSON in UTF-8`, { cause })
  }
}

const checkDigests = (where: string, descriptors: readonly Descriptor[]): void => {
  for (const { digest } of descriptors)
    if (!isContentDigest(digest)) throw invalid(where, 'a descriptor has no SHA-256 or SHA-512 digest')
}

/** `where` names the manifest in errors. Throws OCI_ANSWER_INVALID. */
export const parseManifest = (where: string, bytes: Uint8Array): Manifest | Index => {
  const value = parseJson(where, bytes)
  if (Value.Check(IndexSchema, value) && !('layers' in value)) {
    checkDigests(where, value.manifests)
    return { ...value, isIndex: true }
  }
  if (!Value.Check(ManifestSchema, value) || 'manifests' in value)
    throw invalid(where, 'neither an image manifest nor an index')
  checkDigests(where, [
    value.config,
    ...value.layers,
    ...(value.subject === undefined ? [] : [value.subject]),
  ])
  return { ...value, isIndex: false }
}

/** The list of referrers; anything else throws OCI_ANSWER_INVALID. */
export const parseReferrers = (where: string, bytes: Uint8Array): readonly Descriptor[] => {
  const index = parseManifest(where, bytes)
  if (!index.isIndex) throw invalid(where, 'a list of referrers must be an index')
  return index.manifests
}
