/** Names of the distribution specification 1.1: repositories, tags, digests, and tags that carry referrers. */
import { type Digest, isDigest } from '@rampart/domain'
import { ociErrors } from './errors.ts'

const REPOSITORY = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const REFERENCE_DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/
// `sha256-HEX` lists referrers where the API is missing; cosign before 3 used `sha256-HEX.sig`, `.att` and `.sbom`.
const CARRIER_TAG = /^sha(256|512)-[0-9a-f]{64,128}(\.[a-z]+)?$/
const MAX_REPOSITORY = 255

export const isRepository = (name: string): boolean => name.length <= MAX_REPOSITORY && REPOSITORY.test(name)

export const isTag = (name: string): boolean => TAG.test(name)

/** SHA-256 or SHA-512; only the former can be compared with ours. */
export const isContentDigest = (text: unknown): text is string =>
  typeof text === 'string' && REFERENCE_DIGEST.test(text)

/** Tags that hold signatures of other manifests, not models. */
export const isCarrierTag = (tag: string): boolean => CARRIER_TAG.test(tag)

/** The tag that lists the referrers of a digest where the registry has no referrers API. */
export const fallbackTag = (digest: string): string => digest.replace(':', '-')

/** A digest the product can compare; undefined for SHA-512. */
export const comparable = (digest: string): Digest | undefined => (isDigest(digest) ? digest : undefined)

/** Repositories below a prefix and the names of models: relative, but the prefix itself when it is a repository. */
export const createNaming = (prefix: string) => {
  if (prefix !== '' && !isRepository(prefix))
    throw ociErrors.OCI_URL_INVALID(`${JSON.stringify(prefix)} is no name of a repository`)
  return {
    /** Undefined when the repository is outside of the prefix. */
    modelOf: (repository: string): string | undefined => {
      if (prefix === '' || repository === prefix) return repository
      return repository.startsWith(`${prefix}/`) ? repository.slice(prefix.length + 1) : undefined
    },
    repositoryOf: (model: string): string => {
      const repository = prefix === '' || model === prefix ? model : `${prefix}/${model}`
      if (!isRepository(repository))
        throw ociErrors.OCI_URL_INVALID(`${JSON.stringify(model.slice(0, 200))} is no name of a repository`)
      return repository
    },
  }
}

export type Naming = ReturnType<typeof createNaming>
