/** Layers of an artifact manifest as files of a version: paths by annotation, identity by digest. */
import type { RegistryFile } from '@rampart/domain'
import { isArtifactPath } from './artifact-path.ts'
import { ociErrors } from './errors.ts'
import type { Descriptor, Index, Manifest } from './manifest.ts'
import { comparable } from './names.ts'

const TITLE = 'org.opencontainers.image.title'
// CNCF ModelPack names files by this one.
const MODEL_PATH = 'org.cncf.model.filepath'
// ORAS packs a folder into one archive and marks it so.
const UNPACK = 'io.deis.oras.content.unpack'
const CONTAINER_CONFIGS: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]
const MAX_CHILDREN = 16

export const locationOf = (repository: string, digest: string): string => `${repository}@${digest}`

export const parseLocation = (location: string): { readonly repository: string; readonly digest: string } => {
  const at = location.lastIndexOf('@')
  return { repository: location.slice(0, at), digest: location.slice(at + 1) }
}

const archiveSuffix = ({ mediaType, annotations }: Descriptor): string => {
  if (annotations?.[UNPACK] === 'true') return '.tar.gz'
  return annotations?.[TITLE] === undefined && /\.tar(\+gzip)?$/.test(mediaType)
    ? `.tar${mediaType.endsWith('+gzip') ? '.gz' : ''}`
    : ''
}

const namedPath = ({ annotations }: Descriptor): string | undefined =>
  annotations?.[TITLE] ?? annotations?.[MODEL_PATH]

/** `path` has been checked by the caller or is checked by `collect`. */
export const fileOf = (repository: string, path: string, { digest, size }: Descriptor): RegistryFile => {
  const known = comparable(digest)
  return {
    path,
    sizeBytes: size,
    ...(known === undefined ? {} : { digest: known }),
    identity: digest,
    location: locationOf(repository, digest),
  }
}

/** Files without two of one path; throws OCI_MANIFEST_REFUSED. */
export const collect = (where: string, files: readonly RegistryFile[]): readonly RegistryFile[] => {
  const seen = new Set<string>()
  for (const { path } of files) {
    if (!isArtifactPath(path))
      throw ociErrors.OCI_MANIFEST_REFUSED(
        `${where}: a file has the path ${JSON.stringify(path.slice(0, 200))}`,
      )
    if (seen.has(path))
      throw ociErrors.OCI_MANIFEST_REFUSED(`${where}: two files have the path ${JSON.stringify(path)}`)
    seen.add(path)
  }
  return files
}

/** Files of one manifest; those without a name get one of their digest. Container images are refused. */
export const layerFiles = (
  where: string,
  repository: string,
  manifest: Manifest,
): readonly RegistryFile[] => {
  const { layers, config } = manifest
  const isNamed = layers.some((layer) => namedPath(layer) !== undefined)
  if (!isNamed && CONTAINER_CONFIGS.includes(config.mediaType))
    throw ociErrors.OCI_MANIFEST_REFUSED(`${where} is a container image: no layer carries the name of a file`)
  const files = layers
    // The empty descriptor stands for "no content" (image specification 1.1).
    .filter(({ mediaType }) => mediaType !== 'application/vnd.oci.empty.v1+json')
    .map((layer) => {
      const path = namedPath(layer) ?? `layers/${layer.digest.replace(/^.*:/, '').slice(0, 16)}`
      return fileOf(repository, `${path}${archiveSuffix(layer)}`, layer)
    })
  if (files.length === 0) throw ociErrors.OCI_MANIFEST_REFUSED(`${where} holds no file`)
  return files
}

/** Manifests of an index that hold model files; build attestations are none. Throws OCI_MANIFEST_REFUSED. */
export const childrenOf = (where: string, index: Index): readonly Descriptor[] => {
  const children = index.manifests.filter(
    ({ platform, annotations }) =>
      platform?.os !== 'unknown' && annotations?.['vnd.docker.reference.type'] === undefined,
  )
  if (children.length === 0 || children.length > MAX_CHILDREN)
    throw ociErrors.OCI_MANIFEST_REFUSED(
      `${where} is an index of ${children.length} manifests; 1 to ${MAX_CHILDREN} can be read`,
    )
  return children
}

/** The folder of one manifest of an index: none when it is alone. */
export const folderOf = ({ platform, annotations }: Descriptor, at: number, of: number): string => {
  if (of === 1) return ''
  if (annotations?.[TITLE] !== undefined) return `${annotations[TITLE]}/`
  const known = platform?.os !== undefined && platform.architecture !== undefined
  return known ? `${platform.os}-${platform.architecture}/` : `${at + 1}/`
}
