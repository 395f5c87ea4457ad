/**
 * The tags of one repository: those that are versions, and those that are aliases because they are meant to move.
 * A manifest that only aliases point at is a version under its digest.
 */
import type { DistributionClient } from './distribution-client.ts'
import type { Call } from './distribution-session.ts'
import { ociErrors } from './errors.ts'
import { isCarrierTag, isContentDigest } from './names.ts'

export type Tags = {
  readonly repository: string
  /** In order. */
  readonly versions: readonly string[]
  /** Alias → digest. */
  readonly aliases: ReadonlyMap<string, string>
  /** Stand-in tags of the referrers API that exist. */
  readonly carriers: ReadonlySet<string>
}

const MAX_TAGS = 20_000
const MAX_ALIASES = 256
const AT_ONCE = 4

/** Tags that begin with a digit, or with `v` and a digit: `1.0`, `v2`, `2026-11-23`. */
export const isVersionTag = (tag: string): boolean => /^v?\d/.test(tag)

/** Maps in order, a few at a time. */
export const inTurns = async <A, B>(items: readonly A[], map: (item: A) => Promise<B>): Promise<B[]> => {
  const results: B[] = []
  for (let at = 0; at < items.length; at += AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(map))))
  return results
}

const allTags = async (client: DistributionClient, repository: string, call: Call) => {
  const tags = new Set<string>()
  let last: string | undefined
  do {
    const page = await client.tags(repository, last, call)
    if (page === undefined) return undefined
    const before = tags.size
    for (const tag of page.names) tags.add(tag)
    last = page.next
    if (tags.size > MAX_TAGS || (last !== undefined && tags.size === before))
      throw ociErrors.OCI_ANSWER_INVALID(`${repository} has endless tags, or more than ${MAX_TAGS}`)
  } while (last !== undefined)
  return [...tags]
}

export const createTagTable = (client: DistributionClient, isRemoved: (digest: string) => boolean) => {
  /** Where aliases point now; those that point at nothing any more are left out. */
  const aliasDigests = async (repository: string, aliases: readonly string[], call: Call) => {
    const digests = await inTurns(aliases, (alias) => client.digestOfTag(repository, alias, call))
    return new Map(
      aliases.flatMap((alias, at) => {
        const digest = digests[at]
        return digest === undefined || isRemoved(digest) ? [] : [[alias, digest] as const]
      }),
    )
  }
  return {
    /** One request per page of tags and one per alias; undefined when there is no such repository. */
    read: async (repository: string, call: Call): Promise<Tags | undefined> => {
      const tags = await allTags(client, repository, call)
      if (tags === undefined) return undefined
      const moving = tags.filter((tag) => !isCarrierTag(tag) && !isVersionTag(tag)).toSorted()
      if (moving.length > MAX_ALIASES)
        throw ociErrors.OCI_ANSWER_INVALID(
          `${repository} has more than ${MAX_ALIASES} tags that are no versions`,
        )
      return {
        repository,
        versions: tags.filter((tag) => !isCarrierTag(tag) && isVersionTag(tag)).toSorted(),
        aliases: await aliasDigests(repository, moving, call),
        carriers: new Set(tags.filter(isCarrierTag)),
      }
    },
    /** The digest that a version's name means: itself, or what its tag points at. */
    digestOfVersion: async (repository: string, version: string, call: Call): Promise<string | undefined> =>
      isContentDigest(version) ? version : client.digestOfTag(repository, version, call),
  }
}

export type TagTable = ReturnType<typeof createTagTable>
