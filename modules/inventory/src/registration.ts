/** What may be registered, decided before anything is written. Pure. */
import { createHash } from 'node:crypto'
import {
  type ArtifactRef,
  type ArtifactRole,
  type Digest,
  digestFromHex,
  isModelName,
  isVersion,
  type ModelSpec,
  type ModelVersionRef,
} from '@rampart/domain'
import { isSafeArtifactPath } from './artifact-path.ts'
import { inventoryErrors } from './errors.ts'

export type RequestedArtifact = {
  readonly path: string
  readonly role: ArtifactRole
  readonly digest: Digest
}

/** The digest of a version: of its one model file, or of the sorted list of its model files when there are several. */
export const versionDigest = (
  artifacts: readonly Pick<ArtifactRef, 'path' | 'role' | 'digest'>[],
): Digest => {
  const models = artifacts.filter((artifact) => artifact.role === 'model')
  const only = models.length === 1 ? models[0] : undefined
  if (only !== undefined) return only.digest
  const lines = models.map(({ path, digest }) => `${digest} ${path}\n`).sort()
  const digest = digestFromHex(createHash('sha256').update(lines.join('')).digest('hex'))
  if (digest === undefined) throw new Error('SHA-256 gave no digest')
  return digest
}

/** Throws the first reason why these artifacts and this specification cannot be registered together. */
export const checkRegistration = (
  ref: ModelVersionRef,
  artifacts: readonly RequestedArtifact[],
  spec: ModelSpec,
): void => {
  if (!isModelName(ref.name))
    throw inventoryErrors.INVENTORY_NAME_INVALID(`"${ref.name}" is not a model name.`)
  if (!isVersion(ref.version))
    throw inventoryErrors.INVENTORY_NAME_INVALID(`"${ref.version}" is not a version.`)
  const paths = new Set<string>()
  for (const { path } of artifacts) {
    if (!isSafeArtifactPath(path))
      throw inventoryErrors.INVENTORY_ARTIFACT_PATH(`"${path}" is not a plain relative path.`)
    if (paths.has(path)) throw inventoryErrors.INVENTORY_ARTIFACT_PATH(`"${path}" is named twice.`)
    paths.add(path)
  }
  if (!artifacts.some((artifact) => artifact.role === 'model'))
    throw inventoryErrors.INVENTORY_SPEC_INVALID('No artifact has the role "model".')
  if (artifacts.filter((artifact) => artifact.role === 'reference').length > 1)
    throw inventoryErrors.INVENTORY_SPEC_INVALID('More than one artifact has the role "reference".')
  const hasReference = artifacts.some((artifact) => artifact.role === 'reference')
  if (spec.reference !== undefined && !hasReference)
    throw inventoryErrors.INVENTORY_SPEC_INVALID('"reference" is described but no artifact has that role.')
  if (spec.limits !== undefined && Object.keys(spec.limits).length > 0 && !hasReference)
    throw inventoryErrors.INVENTORY_SPEC_INVALID('Limits need reference rows to be measured on.')
  const names = (spec.features ?? []).map((feature) => feature.name)
  if (new Set(names).size !== names.length)
    throw inventoryErrors.INVENTORY_SPEC_INVALID('Two features have one name.')
}
