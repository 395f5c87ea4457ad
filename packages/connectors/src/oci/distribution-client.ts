/**
 * Reading by the distribution API 1.1: manifests are compared with their digest, pages must stay on the registry and
 * move on, blobs may come from one other host, to which no credentials go.
 */
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { errorOf, type OutboundAnswer, type OutboundStream } from '../outbound/index.ts'
import type { Scope } from './authorization.ts'
import {
  type Call,
  type DistributionSession,
  digestOf,
  manifestPath,
  scopes,
} from './distribution-session.ts'
import { ociErrors } from './errors.ts'
import { ACCEPTED_TYPES } from './manifest.ts'
import { isContentDigest, isRepository, isTag } from './names.ts'

export type ManifestBytes = {
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** A page of names, and where the next one begins. */
export type NamePage = { readonly names: readonly string[]; readonly next?: string }

// The specification asks registries to take manifests of 4 MiB, so no more is read.
const MAX_MANIFEST = 4 * 1024 * 1024
const MAX_LIST = 4 * 1024 * 1024
const PAGE = 1000
const MAX_NAMES_IN_PAGE = 10_000

const CatalogSchema = Type.Object({ repositories: Type.Union([Type.Array(Type.String()), Type.Null()]) })
const TagsSchema = Type.Object({ tags: Type.Union([Type.Array(Type.String()), Type.Null()]) })

// Names that the specification does not allow are left out: nothing can be asked about them.
const readCatalog = (value: unknown): readonly string[] | undefined =>
  Value.Check(CatalogSchema, value) ? (value.repositories ?? []).filter(isRepository) : undefined
const readTags = (value: unknown): readonly string[] | undefined =>
  Value.Check(TagsSchema, value) ? (value.tags ?? []).filter(isTag) : undefined

/** Where the next page begins: the `last` of a Link with rel=next that stays on the registry. */
const lastOf = (answer: OutboundAnswer, path: string, page: readonly string[]): string | undefined => {
  const { link } = answer.headers
  const target =
    link === undefined ? undefined : /^\s*<([^<>\s]{1,2048})>\s*;[^,]*\brel="?next"?/i.exec(link)?.[1]
  if (target === undefined || !URL.canParse(target, answer.url.href)) return undefined
  const url = new URL(target, answer.url)
  if (url.host !== answer.url.host || url.pathname !== path)
    throw ociErrors.OCI_ANSWER_INVALID(`${answer.url.host}: the next page is said to be somewhere else`)
  return url.searchParams.get('last') ?? page.at(-1)
}

const parseNames = (
  where: string,
  body: Uint8Array,
  read: (value: unknown) => readonly string[] | undefined,
): readonly string[] => {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw ociErrors.OCI_ANSWER_INVALID(`${where}: no JSON in UTF-8`, { cause })
  }
  const names = read(value)
  if (names === undefined || names.length > MAX_NAMES_IN_PAGE)
    throw ociErrors.OCI_ANSWER_INVALID(`${where}: not a list of names, or too long a one`)
  return names
}

export const createDistributionClient = ({ registry, at, ask, stream }: DistributionSession) => {
  const names = async (
    scope: Scope,
    path: string,
    last: string | undefined,
    read: (value: unknown) => readonly string[] | undefined,
    { signal }: Call,
  ): Promise<NamePage | undefined> => {
    const where = `${registry.host}${path}`
    const url = at(path)
    url.searchParams.set('n', String(PAGE))
    if (last !== undefined) url.searchParams.set('last', last)
    const answer = await ask(scope, { url, signal, maxBytes: MAX_LIST })
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw errorOf(answer)
    const found = parseNames(where, answer.body, read)
    const next = lastOf(answer, path, found)
    if (next === undefined) return { names: found }
    if (next === last || found.length === 0)
      throw ociErrors.OCI_ANSWER_INVALID(`${where}: the next page is the same page`)
    return { names: found, next }
  }

  const manifest = async (
    repository: string,
    reference: string,
    { signal }: Call,
  ): Promise<ManifestBytes | undefined> => {
    const answer = await ask(scopes.pull(repository), {
      url: at(manifestPath(repository, reference)),
      headers: { accept: ACCEPTED_TYPES.join(', ') },
      signal,
      maxBytes: MAX_MANIFEST,
      redirects: 1,
    })
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw errorOf(answer)
    const stated = isContentDigest(reference) ? reference : answer.headers['docker-content-digest']
    const digest = digestOf(answer.body, stated)
    if (stated !== undefined && digest !== stated)
      throw ociErrors.OCI_DIGEST_MISMATCH(`${repository}@${stated.slice(0, 80)} has the bytes of ${digest}`)
    const mediaType = answer.headers['content-type']?.split(';')[0]?.trim() ?? ''
    return { digest, mediaType, bytes: answer.body }
  }

  return {
    /** Undefined when the registry does not list its repositories. */
    catalog: (last: string | undefined, call: Call) =>
      names(scopes.catalog, '/v2/_catalog', last, readCatalog, call),
    /** Undefined when the repository does not exist. */
    tags: (repository: string, last: string | undefined, call: Call) =>
      names(scopes.pull(repository), `/v2/${repository}/tags/list`, last, readTags, call),
    /** The digest that a tag points at now; one small request where the registry states it. */
    digestOfTag: async (repository: string, tag: string, call: Call): Promise<string | undefined> => {
      const answer = await ask(scopes.pull(repository), {
        url: at(manifestPath(repository, tag)),
        method: 'HEAD',
        headers: { accept: ACCEPTED_TYPES.join(', ') },
        signal: call.signal,
        maxBytes: 0,
      })
      if (answer.status === 404) return undefined
      if (answer.status !== 200) throw errorOf(answer)
      const stated = answer.headers['docker-content-digest']
      return isContentDigest(stated) ? stated : (await manifest(repository, tag, call))?.digest
    },
    /** Bytes that have the digest; undefined when there are none. Throws OCI_DIGEST_MISMATCH. */
    manifest,
    /** The answer of the referrers API; undefined where the registry has none. */
    referrers: async (
      repository: string,
      digest: string,
      { signal }: Call,
    ): Promise<Uint8Array | undefined> => {
      const url = at(`/v2/${repository}/referrers/${digest}`)
      const answer = await ask(scopes.pull(repository), { url, signal, maxBytes: MAX_MANIFEST })
      // The specification: 404 means no such API; whoever has it answers an empty index.
      if (answer.status === 404 || answer.status === 405) return undefined
      if (answer.status !== 200) throw errorOf(answer)
      return answer.body
    },
    /** Bytes of a blob from `offset` on: status 206, or 200 from the start. */
    blob: (
      repository: string,
      digest: string,
      { offset, sizeBytes }: { readonly offset: number; readonly sizeBytes?: number | undefined },
      { signal }: Call,
    ): Promise<OutboundStream> => {
      // Some registries want to be told the end of a range.
      const end = sizeBytes === undefined || sizeBytes <= offset ? '' : String(sizeBytes - 1)
      return stream(scopes.pull(repository), {
        url: at(`/v2/${repository}/blobs/${digest}`),
        headers: offset === 0 ? {} : { range: `bytes=${offset}-${end}` },
        signal,
        redirects: 1,
      })
    },
  }
}

export type DistributionClient = ReturnType<typeof createDistributionClient>
