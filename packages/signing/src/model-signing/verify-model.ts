/** Verifies a model against a detached signature: first who signed, then that exactly the signed files are there. */
import { isAppError } from '@rampart/kit/core'
import { type Cut, cutModel, hashCuts, type Resource } from './manifest.ts'
import { GIT_PATHS, listModelFiles, type ModelFiles } from './model-files.ts'
import { type ModelStatement, readModelStatement } from './model-statement.ts'
import { readSignatureBundle } from './signature-bundle.ts'
import { ignoredPaths, pathInside, readSignatureFile } from './signature-file.ts'
import type { BundleVerifier, SignerIdentity } from './signer-verification.ts'

export type VerifyModelRequest = {
  readonly path: string
  readonly signaturePath: string
  readonly verifier: BundleVerifier
  /** Left out beside what the signer left out. */
  readonly ignorePaths?: readonly string[]
  readonly ignoreGitPaths?: boolean
  /** Files that were not signed are listed instead of refused. */
  readonly ignoreUnsignedFiles?: boolean
  /** Follows links to files even when the signer did not. */
  readonly allowSymlinks?: boolean
  readonly threads?: number
  readonly signal?: AbortSignal
}

export type ModelVerdict =
  | {
      readonly verdict: 'trusted'
      readonly signer: SignerIdentity
      readonly model: { readonly name: string; readonly digest: `sha256:${string}` }
      readonly method: 'files' | 'shards'
      readonly hashType: string
      readonly resources: number
      readonly bytes: number
      /** Paths that exist and were left out by the signer, by git habit or by option. */
      readonly ignored: readonly string[]
      /** Paths that exist and that the signature says nothing about. */
      readonly unsigned: readonly string[]
    }
  | {
      readonly verdict: 'untrusted'
      readonly reasons: readonly string[]
      /** Present when the signature itself is good and the model is not the signed one. */
      readonly signer?: SignerIdentity
    }

const MAX_REASONS = 20

const untrusted = (reasons: readonly string[], signer?: SignerIdentity): ModelVerdict => ({
  verdict: 'untrusted',
  reasons:
    reasons.length > MAX_REASONS
      ? [...reasons.slice(0, MAX_REASONS), `and ${reasons.length - MAX_REASONS} more`]
      : reasons,
  ...(signer === undefined ? {} : { signer }),
})

type Comparison = { readonly common: readonly Cut[]; readonly extra: string[]; readonly missing: string[] }

const compareNames = (cuts: readonly Cut[], signed: ReadonlyMap<string, Resource>): Comparison => {
  const present = new Set(cuts.map(({ name }) => name))
  return {
    common: cuts.filter(({ name }) => signed.has(name)),
    extra: [...present].filter((name) => !signed.has(name)),
    missing: [...signed.keys()].filter((name) => !present.has(name)),
  }
}

/** Git's own paths are left out unless the signer signed them. */
const gitPathsBeside = ({ resources }: ModelStatement): readonly string[] =>
  GIT_PATHS.filter(
    (path) =>
      !resources.some(({ name }) => name.startsWith(path) && /^($|[/:])/.test(name.slice(path.length))),
  )

const listAsSigned = async (request: VerifyModelRequest, statement: ModelStatement): Promise<ModelFiles> => {
  const { path, signaturePath, ignoreGitPaths = true } = request
  const own = await pathInside(path, signaturePath)
  return await listModelFiles(path, {
    ignorePaths: [
      ...statement.serialization.ignorePaths,
      ...(await ignoredPaths(path, request.ignorePaths ?? [])),
      ...(ignoreGitPaths ? gitPathsBeside(statement) : []),
      ...(own === undefined ? [] : [own]),
    ],
    allowSymlinks: statement.serialization.allowSymlinks || request.allowSymlinks === true,
    skipOdd: request.ignoreUnsignedFiles === true,
  })
}

const compareModel = async (
  request: VerifyModelRequest,
  statement: ModelStatement,
  signer: SignerIdentity,
): Promise<ModelVerdict> => {
  const model = await listAsSigned(request, statement)
  // Links are followed here exactly when the walk above accepted them.
  const serialization = { ...statement.serialization, allowSymlinks: true }
  const signed = new Map(statement.resources.map((resource) => [resource.name, resource]))
  const { common, extra, missing } = compareNames(cutModel(model.files, serialization), signed)
  const isLenient = request.ignoreUnsignedFiles === true
  const differences = [
    ...(isLenient ? [] : extra.map((name) => `not signed: ${name}`)),
    ...missing.map((name) => `missing: ${name}`),
  ]
  // Wrong names are wrong whatever the bytes are: gigabytes need not be read to say so.
  if (differences.length > 0) return untrusted(differences, signer)
  const actual = await hashCuts(common, serialization, request)
  const changed = actual.filter(({ name, digest }) => signed.get(name)?.digest !== digest)
  if (changed.length > 0)
    return untrusted(
      changed.map(({ name }) => `changed: ${name}`),
      signer,
    )
  const empty =
    statement.serialization.method === 'shards' ? model.files.filter((one) => one.sizeBytes === 0) : []
  return {
    verdict: 'trusted',
    signer,
    model: { name: statement.modelName, digest: `sha256:${statement.root}` },
    method: statement.serialization.method,
    hashType: statement.serialization.hashType,
    resources: actual.length,
    bytes: common.reduce((sum, { job }) => sum + job.end - job.start, 0),
    ignored: model.ignored,
    unsigned: [...extra, ...model.odd, ...empty.map(({ name }) => name)].sort(),
  }
}

/** What the model itself does wrong is an answer, not a broken call; that it is not there is one. */
const MODEL_FAULTS = new Set(['SIGNING_MODEL_UNREADABLE', 'SIGNING_MODEL_CHANGED', 'SIGNING_MODEL_TOO_LARGE'])

type OpenedSignature =
  | { readonly signer: SignerIdentity; readonly statement: ModelStatement }
  | { readonly refused: ModelVerdict }

/** What is left of the signature file is small: the file itself, tens of megabytes at worst, is free before hashing starts. */
const openSignature = async ({ signaturePath, verifier }: VerifyModelRequest): Promise<OpenedSignature> => {
  const reading = readSignatureBundle(await readSignatureFile(signaturePath))
  if ('fault' in reading) return { refused: untrusted([reading.fault]) }
  const judged = verifier(reading.bundle)
  if (judged.verdict === 'untrusted') return { refused: untrusted(judged.reasons) }
  const { signer } = judged
  const statement = readModelStatement(reading.bundle.payload)
  return 'fault' in statement ? { refused: untrusted([statement.fault], signer) } : { signer, ...statement }
}

/** Throws SIGNING_MODEL_NOT_FOUND, SIGNING_OPTIONS_INVALID or the signal's reason; all else is a verdict. */
export const verifyModel = async (request: VerifyModelRequest): Promise<ModelVerdict> => {
  const opened = await openSignature(request)
  if ('refused' in opened) return opened.refused
  try {
    return await compareModel(request, opened.statement, opened.signer)
  } catch (error) {
    if (isAppError(error) && MODEL_FAULTS.has(error.code)) return untrusted([error.message], opened.signer)
    throw error
  }
}
