/** The signed payload: an in-toto Statement v1 with the predicate `https://model_signing/signature/v1.0`. */
import { HASH_TYPES } from './hash-algorithm.ts'
import {
  algorithmOf,
  digestLength,
  MAX_RESOURCES,
  type Manifest,
  type Resource,
  rootDigest,
  type Serialization,
} from './manifest.ts'
import { normalizeRelative } from './model-files.ts'
import { isRecord, parseStrictJson } from './strict-json.ts'

export const MODEL_PREDICATE_TYPE = 'https://model_signing/signature/v1.0'
const OLD_PREDICATE_TYPE = 'https://model_signing/Digests/v0.1'
export const IN_TOTO_TYPE = 'application/vnd.in-toto+json'
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'

export const MAX_PAYLOAD_BYTES = 24 * 1024 * 1024
const MAX_NAME = 4096
const MAX_IGNORED = 10_000

/** The bytes that are signed. Verifiers use the bytes in the bundle, so no canonical form is needed. */
export const encodeModelStatement = ({ modelName, serialization, resources }: Manifest): Uint8Array => {
  const { method, hashType, shardSize, allowSymlinks, ignorePaths } = serialization
  return Buffer.from(
    JSON.stringify({
      _type: STATEMENT_TYPE,
      subject: [{ name: modelName, digest: { sha256: rootDigest(resources) } }],
      predicateType: MODEL_PREDICATE_TYPE,
      predicate: {
        serialization: {
          method,
          hash_type: hashType,
          ...(method === 'shards' ? { shard_size: shardSize } : {}),
          allow_symlinks: allowSymlinks,
          ...(ignorePaths.length === 0 ? {} : { ignore_paths: ignorePaths }),
        },
        resources,
      },
    }),
  )
}

export type ModelStatement = Manifest & { readonly root: string }
export type StatementReading = { readonly statement: ModelStatement } | { readonly fault: string }

/** A path that leaves the model, or that two systems read differently, was not written by an honest signer. */
const pathFault = (path: string): string | undefined => {
  if (path === '' || path.length > MAX_NAME) return 'is empty or too long'
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) return 'is absolute'
  if (path.includes('\0')) return 'holds a NUL'
  if (!path.isWellFormed()) return 'is not well-formed Unicode'
  return path.split('/').includes('..') ? 'leaves the model' : undefined
}

const SHARD_NAME = /^(.+):(0|[1-9]\d{0,15}):([1-9]\d{0,15})$/s

const shardFault = (name: string, shardSize: number): string | undefined => {
  const [, path = '', start = '', end = ''] = SHARD_NAME.exec(name) ?? []
  const [from, to] = [Number(start), Number(end)]
  if (path === '') return 'is not PATH:START:END'
  if (from % shardSize !== 0 || to <= from || to - from > shardSize) return 'is no shard of that size'
  return normalFault(path)
}

const normalFault = (path: string): string | undefined =>
  pathFault(path) ?? (path === '.' || normalizeRelative(path) === path ? undefined : 'is not a plain path')

const shown = (text: unknown): string => JSON.stringify(String(text).slice(0, 120))

const readSerialization = (value: unknown): Serialization | string => {
  if (!isRecord(value)) return 'predicate.serialization is missing'
  const { method, hash_type, shard_size, allow_symlinks, ignore_paths = [] } = value
  if (method !== 'files' && method !== 'shards') return `the method ${shown(method)} is unknown`
  const hashType = HASH_TYPES.find((known) => known === hash_type)
  if (hashType === undefined) return `the hash function ${shown(hash_type)} is unknown`
  if (typeof allow_symlinks !== 'boolean') return 'allow_symlinks is not a boolean'
  if (!Array.isArray(ignore_paths) || ignore_paths.length > MAX_IGNORED) return 'ignore_paths is not a list'
  for (const path of ignore_paths) {
    const fault = typeof path === 'string' ? pathFault(path) : 'is not a text'
    if (fault !== undefined) return `the ignored path ${shown(path)} ${fault}`
  }
  const common = { hashType, allowSymlinks: allow_symlinks, ignorePaths: ignore_paths as string[] }
  if (method === 'files') return { method, ...common }
  if (!Number.isSafeInteger(shard_size) || Number(shard_size) < 1) return 'shard_size is not a size'
  return { method, ...common, shardSize: Number(shard_size) }
}

const resourceFault = (
  value: unknown,
  serialization: Serialization,
  seen: ReadonlySet<string>,
): string | undefined => {
  if (!isRecord(value)) return 'a resource is not an object'
  const { name, algorithm, digest } = value
  if (typeof name !== 'string') return 'a resource has no name'
  const fault =
    serialization.method === 'files' ? normalFault(name) : shardFault(name, serialization.shardSize ?? 1)
  if (fault !== undefined) return `the resource ${shown(name)} ${fault}`
  if (seen.has(name)) return `the resource ${shown(name)} is listed twice`
  if (algorithm !== algorithmOf(serialization))
    return `the resource ${shown(name)} names the algorithm ${shown(algorithm)}`
  if (typeof digest !== 'string' || digest.length !== digestLength(serialization) || /[^0-9a-f]/.test(digest))
    return `the resource ${shown(name)} has a malformed digest`
  return undefined
}

const readResources = (value: unknown, serialization: Serialization): readonly Resource[] | string => {
  if (!Array.isArray(value) || value.length === 0) return 'it lists no resource'
  if (value.length > MAX_RESOURCES) return `it lists more than ${MAX_RESOURCES} resources`
  const seen = new Set<string>()
  for (const resource of value) {
    const fault = resourceFault(resource, serialization, seen)
    if (fault !== undefined) return fault
    seen.add((resource as Resource).name)
  }
  return (value as Resource[]).map(({ name, algorithm, digest }) => ({ name, algorithm, digest }))
}

const typeFault = (value: Readonly<Record<string, unknown>>): string | undefined => {
  if (value.predicateType === OLD_PREDICATE_TYPE)
    return 'it is a signature of the experimental version 0.2; sign the model again'
  if (value._type !== STATEMENT_TYPE) return `_type is not ${STATEMENT_TYPE}`
  if (value.predicateType !== MODEL_PREDICATE_TYPE) return `predicateType is not ${MODEL_PREDICATE_TYPE}`
  return undefined
}

const readSubject = (value: unknown): { name: string; root: string } | string => {
  if (!Array.isArray(value) || value.length !== 1) return 'it does not have exactly one subject'
  const [subject] = value as unknown[]
  const digest = isRecord(subject) ? subject.digest : undefined
  const root = isRecord(digest) ? digest.sha256 : undefined
  if (!isRecord(subject) || typeof subject.name !== 'string' || subject.name.length > MAX_NAME)
    return 'the subject has no name'
  if (typeof root !== 'string' || !/^[0-9a-f]{64}$/.test(root)) return 'the subject has no sha256 digest'
  return { name: subject.name, root }
}

/** Reads a payload whose signature was verified; what is wrong is an answer, since the signer may be anyone. */
export const readModelStatement = (payload: Uint8Array): StatementReading => {
  const json = parseStrictJson(payload, MAX_PAYLOAD_BYTES)
  if ('fault' in json) return { fault: `the signed statement is ${json.fault}` }
  const refuse = (why: string): StatementReading => ({ fault: `not a model signature: ${why}` })
  if (!isRecord(json.value)) return refuse('it is not an object')
  const wrongType = typeFault(json.value)
  if (wrongType !== undefined) return refuse(wrongType)
  const subject = readSubject(json.value.subject)
  if (typeof subject === 'string') return refuse(subject)
  const { predicate } = json.value
  if (!isRecord(predicate)) return refuse('the predicate is missing')
  const serialization = readSerialization(predicate.serialization)
  if (typeof serialization === 'string') return refuse(serialization)
  const resources = readResources(predicate.resources, serialization)
  if (typeof resources === 'string') return refuse(resources)
  if (rootDigest(resources) !== subject.root)
    return refuse('the root digest does not belong to the listed resources')
  return { statement: { modelName: subject.name, serialization, resources, root: subject.root } }
}
