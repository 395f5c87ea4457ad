/** Signs a model: lists its files, hashes them, signs the manifest, and writes the detached bundle. */
import { preAuthEncoding } from '../dsse.ts'
import { signingErrors } from '../errors.ts'
import type { ModelSigner } from './ec-key.ts'
import type { HashType } from './hash-algorithm.ts'
import { createManifest, rootDigest } from './manifest.ts'
import { GIT_PATHS, listModelFiles } from './model-files.ts'
import { encodeModelStatement, IN_TOTO_TYPE, MAX_PAYLOAD_BYTES } from './model-statement.ts'
import { encodeSignatureBundle } from './signature-bundle.ts'
import { discardUnfinished, ignoredPaths, pathInside, writeSignatureFile } from './signature-file.ts'

export type SignModelRequest = {
  readonly path: string
  readonly signaturePath: string
  readonly signer: ModelSigner
  /** DER, leaf first, from `prepareCertificateChain`; absent: the bundle names the public key. */
  readonly chain?: readonly Uint8Array[]
  /** Default sha256, the only one that every verifier reads. */
  readonly hashType?: HashType
  /** Bytes; cuts files into shards of this size. */
  readonly shardSize?: number
  readonly ignorePaths?: readonly string[]
  /** Leaves out `.git`, `.gitattributes`, `.github`, `.gitignore`; default true. */
  readonly ignoreGitPaths?: boolean
  readonly allowSymlinks?: boolean
  readonly threads?: number
  readonly signal?: AbortSignal
}

export type SignedModel = {
  readonly name: string
  /** Digest over the digests of all resources. */
  readonly digest: `sha256:${string}`
  readonly resources: number
  readonly bytes: number
  readonly ignored: readonly string[]
}

const serializationOf = (request: SignModelRequest, ignorePaths: readonly string[]) => {
  const { hashType = 'sha256', shardSize, allowSymlinks = false } = request
  if (shardSize !== undefined && hashType === 'blake3')
    throw signingErrors.SIGNING_OPTIONS_INVALID('BLAKE3 is not sharded: it is a tree of its own')
  const common = { hashType, allowSymlinks, ignorePaths }
  return shardSize === undefined
    ? ({ method: 'files', ...common } as const)
    : ({ method: 'shards', ...common, shardSize } as const)
}

/** Throws SIGNING_MODEL_*, SIGNING_OPTIONS_INVALID; the signature file is written whole or not at all. */
export const signModel = async (request: SignModelRequest): Promise<SignedModel> => {
  const { path, signaturePath, signer, ignoreGitPaths = true } = request
  const ownSignature = await pathInside(path, signaturePath)
  const ignorePaths = [
    ...(await ignoredPaths(path, request.ignorePaths ?? [])),
    ...(ownSignature === undefined ? [] : [ownSignature]),
    ...(ignoreGitPaths ? GIT_PATHS : []),
  ]
  await discardUnfinished(signaturePath)
  const model = await listModelFiles(path, { ignorePaths, allowSymlinks: request.allowSymlinks ?? false })
  const manifest = await createManifest(
    model,
    serializationOf(request, model.isFolder ? ignorePaths : []),
    request,
  )
  const payload = encodeModelStatement(manifest)
  if (payload.length > MAX_PAYLOAD_BYTES)
    throw signingErrors.SIGNING_MODEL_TOO_LARGE('the list of files is larger than a signature may be')
  const signature = signer.sign(preAuthEncoding(IN_TOTO_TYPE, payload))
  const material = request.chain === undefined ? { hint: signer.verifier.hint } : { chain: request.chain }
  request.signal?.throwIfAborted()
  await writeSignatureFile(signaturePath, encodeSignatureBundle({ material, payload, signature }))
  return {
    name: model.name,
    digest: `sha256:${rootDigest(manifest.resources)}`,
    resources: manifest.resources.length,
    bytes: model.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ignored: model.ignored,
  }
}
