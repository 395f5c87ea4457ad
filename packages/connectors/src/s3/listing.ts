/** Objects of a bucket as versions: keys are PREFIX MODEL/VERSION/path…, and MODEL/aliases.json beside them. Pure. */
import { createHash } from 'node:crypto'

export type S3Object = {
  readonly key: string
  readonly etag: string
  readonly sizeBytes: number
  readonly modified: string
  /** The server keeps a SHA-256 of the whole object. */
  readonly hasSha256: boolean
}

export type S3Group = { readonly model: string; readonly version: string; readonly objects: S3Object[] }
export type S3Page = {
  readonly groups: readonly S3Group[]
  /** By model. */
  readonly aliasObjects: ReadonlyMap<string, S3Object>
}

export const ALIASES = 'aliases.json'

/** Contiguous in a listing, because keys come in order. */
export const groupObjects = (objects: readonly S3Object[], prefix: string): S3Page => {
  const groups: S3Group[] = []
  const aliasObjects = new Map<string, S3Object>()
  for (const object of objects) {
    const [model = '', version = '', ...rest] = object.key.slice(prefix.length).split('/')
    if (version === ALIASES && rest.length === 0) aliasObjects.set(model, object)
    // A key that ends with a slash stands for a folder.
    if (rest.length === 0 || rest.at(-1) === '') continue
    const last = groups.at(-1)
    if (last !== undefined && last.model === model && last.version === version) last.objects.push(object)
    else groups.push({ model, version, objects: [object] })
  }
  return { groups, aliasObjects }
}

export const identityOf = ({ key, etag, sizeBytes, modified }: S3Object): string =>
  `${key}#${etag}#${sizeBytes}#${modified}`

export const revisionOf = (objects: readonly S3Object[], aliases: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const object of objects) hash.update(`${identityOf(object)}\0`)
  return hash
    .update(`\0${aliases.join('\0')}`)
    .digest('hex')
    .slice(0, 40)
}

/** Keys come percent-encoded; what is not UTF-8 then gets U+FFFD, which the engine refuses by name. */
export const decodeKey = (encoded: string): string => {
  const plain = encoded.replaceAll('+', ' ')
  try {
    return decodeURIComponent(plain)
  } catch {
    return plain.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
    )
  }
}

export const parseAliases = (text: string): Readonly<Record<string, string>> => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
  } catch {
    return {}
  }
}
