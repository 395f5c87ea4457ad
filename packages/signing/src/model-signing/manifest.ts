/** The manifest of OpenSSF Model Signing v1: how a model was cut into resources, the digest of each, and their root. */
import { createHash } from 'node:crypto'
import { signingErrors } from '../errors.ts'
import type { HashJob } from './file-hash.ts'
import { DIGEST_LENGTH, type HashType } from './hash-algorithm.ts'
import { type HashOptions, hashRanges } from './hash-threads.ts'
import type { ModelFile, ModelFiles } from './model-files.ts'

export type Serialization = {
  readonly method: 'files' | 'shards'
  readonly hashType: HashType
  /** Bytes; only for shards. */
  readonly shardSize?: number
  readonly allowSymlinks: boolean
  readonly ignorePaths: readonly string[]
}

export type Resource = { readonly name: string; readonly algorithm: string; readonly digest: string }

export type Manifest = {
  readonly modelName: string
  readonly serialization: Serialization
  readonly resources: readonly Resource[]
}

/** More would not fit a signature file that a reader accepts. */
export const MAX_RESOURCES = 100_000

/** The name under which a resource carries its digest: shards name their size too. */
export const algorithmOf = ({ method, hashType, shardSize }: Serialization): string =>
  method === 'files' ? hashType : `${hashType}-sharded-${shardSize}`

/** SHA-256 over the raw digests in the order listed, in hex. */
export const rootDigest = (resources: readonly Resource[]): string => {
  const hash = createHash('sha256')
  for (const { digest } of resources) hash.update(Buffer.from(digest, 'hex'))
  return hash.digest('hex')
}

export type Cut = { readonly name: string; readonly job: HashJob }

const cutFile = (file: ModelFile, { method, shardSize = 0, allowSymlinks }: Serialization): Cut[] => {
  const whole = {
    path: file.path,
    start: 0,
    end: file.sizeBytes,
    fileSize: file.sizeBytes,
    followLink: allowSymlinks,
  }
  if (method === 'files') return [{ name: file.name, job: whole }]
  // An empty file has no shard in the specification: with shards its presence is not signed.
  return Array.from({ length: Math.ceil(file.sizeBytes / shardSize) }, (_, at) => {
    const [start, end] = [at * shardSize, Math.min((at + 1) * shardSize, file.sizeBytes)]
    return { name: `${file.name}:${start}:${end}`, job: { ...whole, start, end } }
  })
}

/** The resources a model is cut into, in the order of the specification; nothing is read yet. */
export const cutModel = (files: readonly ModelFile[], serialization: Serialization): readonly Cut[] => {
  const { shardSize } = serialization
  if (serialization.method === 'shards' && !(Number.isSafeInteger(shardSize) && Number(shardSize) > 0))
    throw signingErrors.SIGNING_OPTIONS_INVALID('the shard size must be a whole number of bytes above 0')
  const count = files.reduce((sum, { sizeBytes }) => sum + Math.ceil(sizeBytes / (shardSize ?? Infinity)), 0)
  if (count > MAX_RESOURCES)
    throw signingErrors.SIGNING_MODEL_TOO_LARGE(`the model would have more than ${MAX_RESOURCES} shards`)
  return files.flatMap((file) => cutFile(file, serialization))
}

/** Hashes the cuts and names them. */
export const hashCuts = async (
  cuts: readonly Cut[],
  serialization: Serialization,
  options: Omit<HashOptions, 'type'>,
): Promise<readonly Resource[]> => {
  const digests = await hashRanges(
    cuts.map(({ job }) => job),
    { ...options, type: serialization.hashType },
  )
  const algorithm = algorithmOf(serialization)
  return cuts.map(({ name }, at) => ({ name, algorithm, digest: digests[at] ?? '' }))
}

/** Hashes a whole model. */
export const createManifest = async (
  model: ModelFiles,
  serialization: Serialization,
  options: Omit<HashOptions, 'type'>,
): Promise<Manifest> => {
  const resources = await hashCuts(cutModel(model.files, serialization), serialization, options)
  if (resources.length === 0) throw signingErrors.SIGNING_MODEL_UNREADABLE('the model holds no bytes to sign')
  return { modelName: model.name, serialization, resources }
}

/** Length of the hex digest that a resource of this manifest must have. */
export const digestLength = ({ hashType }: Serialization): number => DIGEST_LENGTH[hashType]
