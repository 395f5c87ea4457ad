/**
 * A prefix of an S3 bucket as a registry: PREFIX/MODEL/VERSION/files… and PREFIX/MODEL/aliases.json
 * (`{"champion": "3"}`). One listing of 1,000 keys is one request; a walk over a bucket that has not changed costs the
 * listings alone, and one more per page for the aliases of a model that crosses its border.
 */
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import {
  digestFromHex,
  type Registry,
  type RegistryCall,
  type RegistryFile,
  type RegistryPage,
  type RegistryVersion,
} from '@rampart/domain'
import { type OutboundHttp, parseServerUrl } from '../outbound/index.ts'
import { createS3Client, type S3Login, s3Failure, statusOf } from './client.ts'
import { s3Errors } from './errors.ts'
import {
  ALIASES,
  decodeKey,
  groupObjects,
  identityOf,
  parseAliases,
  revisionOf,
  type S3Group,
  type S3Object,
} from './listing.ts'

export type S3Options = {
  /** `s3://BUCKET/PREFIX` */
  readonly url: string
  /** `endpoint`, `region`, `pathStyle` (true where an endpoint is named). */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  readonly login: S3Login
  /** The registry's own: closed with it, and its requests are counted. */
  readonly http: OutboundHttp
  /** Keys of one listing; 1000. */
  readonly pageKeys?: number
}

const PAGE_KEYS = 1000
const MAX_OBJECTS = 10_000
const ALIASES_BYTES = 256 * 1024
const KEPT_VERSIONS = 10_000
const KEPT_OBJECTS = 32

/** Bucket and prefix, the prefix with its slash; throws S3_SPEC_INVALID. */
export const placeOf = ({
  url,
  parameters = {},
}: Pick<S3Options, 'url' | 'parameters'>): { readonly bucket: string; readonly prefix: string } => {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#\\]*))?$/.exec(url)
  if (match?.[1] === undefined) throw s3Errors.S3_SPEC_INVALID('The URL must be s3://BUCKET/PREFIX.')
  if (parameters['endpoint'] !== undefined) parseServerUrl(parameters['endpoint'], ['http:', 'https:'])
  const prefix = (match[2] ?? '').replace(/\/+$/, '')
  return { bucket: match[1], prefix: prefix === '' ? '' : `${prefix}/` }
}

type Listed = { readonly objects: readonly S3Object[]; readonly next?: string }

export const createS3Registry = (options: S3Options): Registry => {
  const { http, parameters = {}, login } = options
  const { bucket, prefix } = placeOf(options)
  const { endpoint, region = 'us-east-1', pathStyle } = parameters
  const client = createS3Client({
    http,
    region,
    login,
    pathStyle: pathStyle === undefined ? endpoint !== undefined : pathStyle === 'true',
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  const pageKeys = options.pageKeys ?? PAGE_KEYS
  const aliasBodies = new Map<
    string,
    { readonly etag: string; readonly aliases: Readonly<Record<string, string>> }
  >()
  const seen = new Map<string, { readonly revision: string; readonly objects: readonly S3Object[] }>()

  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw s3Failure(error, bucket)
    }
  }

  const listKeys = async (
    query: { readonly Prefix: string; readonly StartAfter?: string; readonly ContinuationToken?: string },
    { signal }: RegistryCall,
  ): Promise<Listed> => {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      MaxKeys: pageKeys,
      EncodingType: 'url',
      ...query,
    })
    const answer = await guarded(client.send(command, { abortSignal: signal }))
    const objects = (answer.Contents ?? []).map((one) => ({
      key: decodeKey(one.Key ?? ''),
      etag: one.ETag ?? '',
      sizeBytes: one.Size ?? 0,
      modified: one.LastModified?.toISOString() ?? '',
      hasSha256: one.ChecksumAlgorithm?.includes('SHA256') === true && one.ChecksumType !== 'COMPOSITE',
    }))
    const next = answer.IsTruncated === true ? answer.NextContinuationToken : undefined
    return {
      objects: objects.filter(({ key }) => key.startsWith(prefix)),
      ...(next === undefined ? {} : { next }),
    }
  }

  /** All objects below a prefix; throws S3_TOO_MANY_OBJECTS. */
  const listAll = async (below: string, call: RegistryCall): Promise<readonly S3Object[]> => {
    const objects: S3Object[] = []
    let token: string | undefined
    do {
      const page = await listKeys(
        { Prefix: below, ...(token === undefined ? {} : { ContinuationToken: token }) },
        call,
      )
      objects.push(...page.objects)
      if (objects.length > MAX_OBJECTS)
        throw s3Errors.S3_TOO_MANY_OBJECTS(
          `More than ${MAX_OBJECTS} objects are below ${JSON.stringify(below)}.`,
        )
      token = page.next
    } while (token !== undefined)
    return objects
  }

  /** `object` as a listing has just shown it, or undefined to ask. */
  const readAliases = async (
    model: string,
    object: S3Object | undefined,
    call: RegistryCall,
  ): Promise<Readonly<Record<string, string>>> => {
    const kept = aliasBodies.get(model)
    if (object !== undefined && kept?.etag === object.etag) return kept.aliases
    if (object !== undefined && object.sizeBytes > ALIASES_BYTES) return {}
    try {
      const command = new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${model}/${ALIASES}` })
      const answer = await client.send(command, { abortSignal: call.signal })
      if ((answer.ContentLength ?? 0) > ALIASES_BYTES) return {}
      const aliases = parseAliases((await answer.Body?.transformToString('utf-8')) ?? '')
      if (aliasBodies.size >= KEPT_VERSIONS) aliasBodies.clear()
      aliasBodies.set(model, { etag: answer.ETag ?? '', aliases })
      return aliases
    } catch (error) {
      if (statusOf(error) === 404) return {}
      throw s3Failure(error, bucket)
    }
  }

  const versionOf = (group: S3Group, aliases: Readonly<Record<string, string>>): RegistryVersion => {
    const { model, version, objects } = group
    const mine = Object.keys(aliases)
      .filter((alias) => aliases[alias] === version)
      .sort()
    const revision = revisionOf(objects, mine)
    if (seen.size >= KEPT_VERSIONS) seen.clear()
    if (objects.length <= KEPT_OBJECTS) seen.set(`${model}/${version}`, { revision, objects })
    return {
      model,
      version,
      source: `s3://${bucket}/${prefix}${model}/${version}`,
      revision,
      aliases: mine,
      tags: {},
    }
  }

  /** A listing, made longer until it holds one whole version; the last one is held back while it may go on. */
  const listWhole = async (after: string | undefined, call: RegistryCall) => {
    const objects: S3Object[] = []
    let token: string | undefined
    for (;;) {
      const start = token === undefined ? { StartAfter: after ?? '' } : { ContinuationToken: token }
      const page = await listKeys(
        { Prefix: prefix, ...(after === undefined && token === undefined ? {} : start) },
        call,
      )
      objects.push(...page.objects)
      const { groups, aliasObjects } = groupObjects(objects, prefix)
      if (page.next === undefined) return { groups, aliasObjects, rest: undefined, next: undefined }
      const rest = groups.at(-1)
      const before = objects.findLast((one) => rest === undefined || !rest.objects.includes(one))
      // Everything after the last whole version is listed again with the next page.
      if (groups.length > 1 && rest !== undefined && before !== undefined) {
        const whole = objects.slice(0, objects.indexOf(rest.objects[0] as S3Object))
        return { groups: groups.slice(0, -1), aliasObjects, rest, next: whole.at(-1)?.key ?? before.key }
      }
      if (objects.length > MAX_OBJECTS)
        throw s3Errors.S3_TOO_MANY_OBJECTS(`A version has more than ${MAX_OBJECTS} objects.`)
      token = page.next
    }
  }

  const list = async (cursor: string | undefined, call: RegistryCall): Promise<RegistryPage> => {
    const { groups, aliasObjects, rest, next } = await listWhole(cursor, call)
    const before = cursor?.slice(prefix.length).split('/')[0]
    const versions: RegistryVersion[] = []
    const known = new Map<string, Readonly<Record<string, string>>>()
    for (const group of groups) {
      const { model } = group
      const crosses = model === before || model === rest?.model
      let aliases = known.get(model)
      if (aliases === undefined) {
        const object = aliasObjects.get(model)
        aliases = object !== undefined || crosses ? await readAliases(model, object, call) : {}
        known.set(model, aliases)
      }
      versions.push(versionOf(group, aliases))
    }
    return { versions, ...(next === undefined ? {} : { next }) }
  }

  const isName = (name: string): boolean => name !== '' && !name.includes('/')

  const groupOf = async (
    model: string,
    version: string,
    call: RegistryCall,
  ): Promise<S3Group | undefined> => {
    if (!isName(model) || !isName(version)) return undefined
    return groupObjects(await listAll(`${prefix}${model}/${version}/`, call), prefix).groups[0]
  }

  const fileOf = async (object: S3Object, below: string, { signal }: RegistryCall): Promise<RegistryFile> => {
    const { key, etag, sizeBytes } = object
    const file = {
      path: key.slice(below.length),
      sizeBytes,
      identity: identityOf(object),
      location: JSON.stringify({ key, etag }),
    }
    if (!object.hasSha256) return file
    const command = new HeadObjectCommand({
      Bucket: bucket,
      Key: key,
      IfMatch: etag,
      ChecksumMode: 'ENABLED',
    })
    const { ChecksumSHA256 = '' } = await guarded(client.send(command, { abortSignal: signal }))
    const digest = digestFromHex(Buffer.from(ChecksumSHA256, 'base64').toString('hex'))
    return digest === undefined ? file : { ...file, digest }
  }

  const open: Registry['open'] = async ({ location }, offset, { signal }) => {
    const { key, etag } = JSON.parse(location) as { key: string; etag: string }
    const range = offset === 0 ? {} : { Range: `bytes=${offset}-` }
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag, ...range })
    try {
      const { Body, ContentRange, ContentLength } = await client.send(command, { abortSignal: signal })
      const [, first, , whole] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(ContentRange ?? '') ?? []
      const sizeBytes = whole === undefined ? ContentLength : Number(whole)
      return {
        stream: Body as unknown as AsyncIterable<Uint8Array>,
        offset: first === undefined ? 0 : Number(first),
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      }
    } catch (error) {
      if (statusOf(error) === 412) throw s3Errors.S3_OBJECT_CHANGED(`${key} is not what was listed.`)
      throw s3Failure(error, bucket)
    }
  }

  return {
    type: 's3',
    list,
    version: async (model, version, call) => {
      const group = await groupOf(model, version, call)
      return group === undefined ? undefined : versionOf(group, await readAliases(model, undefined, call))
    },
    aliases: async (model, call) => (isName(model) ? readAliases(model, undefined, call) : {}),
    files: async ({ model, version, revision }, call) => {
      const kept = seen.get(`${model}/${version}`)
      const below = `${prefix}${model}/${version}/`
      const objects =
        kept?.revision === revision ? kept.objects : ((await groupOf(model, version, call))?.objects ?? [])
      const files: RegistryFile[] = []
      for (const object of objects) files.push(await fileOf(object, below, call))
      return files
    },
    open,
    requests: () => http.requests(),
    close: async () => {
      client.destroy()
      await http.close()
    },
  }
}
