/** Manifests of an OCI registry as versions of models: a walk that resumes, one version, and where aliases point. */
import { createHash } from 'node:crypto'
import type { Registry, RegistryCall, RegistryVersion } from '@rampart/domain'
import type { DistributionClient } from './distribution-client.ts'
import { ociErrors } from './errors.ts'
import type { Index, Manifest } from './manifest.ts'
import type { ManifestMemory } from './manifest-memory.ts'
import { fallbackTag, isContentDigest, isTag, type Naming } from './names.ts'
import { ownTags, type Referrers, type ReferrersReader } from './referrers.ts'
import type { Repositories } from './repositories.ts'
import { inTurns, type Tags, type TagTable } from './tag-table.ts'

export type VersionsDeps = {
  readonly host: string
  readonly client: DistributionClient
  readonly naming: Naming
  readonly repositories: Repositories
  readonly table: TagTable
  readonly referrers: ReferrersReader
}

const PAGE = 100
const MAX_SEEN = 4096
const MAX_TAGS = 64
const MAX_TEXT = 1024

/** Where a walk goes on: a page of repositories, the repository in it, and the version after which. */
type Cursor = { readonly page?: string; readonly repository?: string; readonly after?: string }

const formatCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

const parseCursor = (text: string | undefined): Cursor => {
  if (text === undefined) return {}
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
    const strings = Object.entries(value).filter(([, one]) => typeof one === 'string')
    return Object.fromEntries(strings) as Cursor
  } catch (cause) {
    throw ociErrors.OCI_ANSWER_INVALID('a cursor is not one that this registry gave out', { cause })
  }
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

const bounded = (annotations: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(annotations)
      .filter(([key, value]) => key.length <= 128 && value.length <= MAX_TEXT)
      .slice(0, MAX_TAGS),
  )

const describe = (
  identity: {
    readonly host: string
    readonly repository: string
    readonly model: string
    readonly version: string
  },
  digest: string,
  manifest: Manifest | Index,
  facts: { readonly aliases: readonly string[]; readonly referrers: Referrers },
): RegistryVersion => {
  const annotations = manifest.annotations ?? {}
  const description = annotations['org.opencontainers.image.description']
  const createdBy = annotations['org.opencontainers.image.authors']
  const created = Date.parse(annotations['org.opencontainers.image.created'] ?? '')
  const state = [...facts.aliases, '|', ...facts.referrers.map((one) => one.digest)].join('\n')
  return {
    model: identity.model,
    version: identity.version,
    source: `${identity.host}/${identity.repository}@${digest}`,
    revision: `${digest} ${short(state)}`,
    aliases: facts.aliases,
    tags: { ...bounded(annotations), ...bounded(ownTags(facts.referrers).tags) },
    ...(description === undefined ? {} : { description: description.slice(0, MAX_TEXT) }),
    ...(createdBy === undefined ? {} : { createdBy: createdBy.slice(0, 256) }),
    ...(Number.isNaN(created) ? {} : { createdAt: new Date(created).toISOString() }),
  }
}

const aliasesAt = ({ aliases }: Tags, digest: string): string[] =>
  [...aliases].filter(([, at]) => at === digest).map(([alias]) => alias)

export const createVersions = (
  { host, client, naming, repositories, table, referrers }: VersionsDeps,
  readManifest: ManifestMemory,
): Pick<Registry, 'list' | 'version' | 'aliases'> => {
  // The repository that the walk is in, so that its tags are not read again for each page.
  let current:
    | { readonly tags: Tags; readonly digests: Map<string, string>; after: string | undefined }
    | undefined

  const versionAt = async (
    tags: Tags,
    version: string,
    digest: string,
    call: RegistryCall,
  ): Promise<RegistryVersion | undefined> => {
    const { repository } = tags
    const manifest = await readManifest(repository, digest, call)
    if (manifest === undefined) return undefined
    const mayHaveTag = tags.carriers.has(fallbackTag(digest))
    return describe(
      { host, repository, model: naming.modelOf(repository) ?? repository, version },
      digest,
      manifest,
      {
        aliases: aliasesAt(tags, digest),
        referrers: await referrers.list(repository, digest, mayHaveTag, call),
      },
    )
  }

  const enter = async (repository: string, after: string | undefined, call: RegistryCall) => {
    if (current?.tags.repository === repository && current.after === after && after !== undefined)
      return current
    const tags = await table.read(repository, call)
    current = tags === undefined ? undefined : { tags, digests: new Map(), after }
    return current
  }

  const digestsOf = async (
    state: NonNullable<typeof current>,
    versions: readonly string[],
    call: RegistryCall,
  ) => {
    const missing = versions.filter((tag) => !state.digests.has(tag))
    const found = await inTurns(missing, (tag) => client.digestOfTag(state.tags.repository, tag, call))
    missing.forEach((tag, at) => {
      const digest = found[at]
      if (digest !== undefined) state.digests.set(tag, digest)
    })
  }

  /** At the end of a repository: manifests that only aliases point at. */
  const unnamed = async (state: NonNullable<typeof current>, call: RegistryCall): Promise<string[]> => {
    if (state.tags.aliases.size === 0) return []
    await digestsOf(state, state.tags.versions, call)
    const named = new Set(state.digests.values())
    return [...new Set(state.tags.aliases.values())].filter((digest) => !named.has(digest)).toSorted()
  }

  /** The next versions of one repository; `after` is absent at its end. */
  const readRepository = async (repository: string, after: string | undefined, call: RegistryCall) => {
    const state = await enter(repository, after, call)
    if (state === undefined) return { versions: [] }
    const rest = state.tags.versions.filter((tag) => after === undefined || tag > after)
    const page = rest.slice(0, PAGE)
    const isLast = rest.length <= PAGE
    await digestsOf(state, page, call)
    const wanted = page.flatMap((tag) => {
      const digest = state.digests.get(tag)
      return digest === undefined ? [] : [{ version: tag, digest }]
    })
    if (isLast) for (const digest of await unnamed(state, call)) wanted.push({ version: digest, digest })
    const versions = await inTurns(wanted, ({ version, digest }) =>
      versionAt(state.tags, version, digest, call),
    )
    state.after = page.at(-1)
    const found = versions.filter((one) => one !== undefined)
    return isLast ? { versions: found } : { versions: found, after: page.at(-1) as string }
  }

  const nextCursor = (
    cursor: Cursor,
    page: { readonly repositories: readonly string[]; readonly next?: string },
    repository: string,
    after: string | undefined,
  ): Cursor | undefined => {
    const same = cursor.page === undefined ? {} : { page: cursor.page }
    if (after !== undefined) return { ...same, repository, after }
    const following = page.repositories.find((one) => one > repository)
    if (following !== undefined) return { ...same, repository: following }
    return page.next === undefined ? undefined : { page: page.next }
  }

  // Kept for one step of the walk: a page of the catalog is asked for once, not once per repository.
  let catalogPage:
    | { readonly key: string | undefined; readonly page: Awaited<ReturnType<Repositories>> }
    | undefined

  const repositoryPage = async (cursor: Cursor, call: RegistryCall) => {
    const isFresh =
      catalogPage !== undefined && catalogPage.key === cursor.page && cursor.repository !== undefined
    if (catalogPage === undefined || !isFresh)
      catalogPage = { key: cursor.page, page: await repositories(cursor.page, call) }
    return catalogPage.page
  }

  const list: Registry['list'] = async (text, call) => {
    const cursor = parseCursor(text)
    const page = await repositoryPage(cursor, call)
    const repository = page.repositories.find(
      (one) => cursor.repository === undefined || one >= cursor.repository,
    )
    if (repository === undefined)
      return page.next === undefined
        ? { versions: [] }
        : { versions: [], next: formatCursor({ page: page.next }) }
    const { versions, after } = (await readRepository(
      repository,
      cursor.repository === repository ? cursor.after : undefined,
      call,
    )) as { versions: RegistryVersion[]; after?: string }
    const next = nextCursor(cursor, page, repository, after)
    return next === undefined ? { versions } : { versions, next: formatCursor(next) }
  }

  const version: Registry['version'] = async (model, name, call) => {
    const repository = naming.repositoryOf(model)
    if (!isContentDigest(name) && !isTag(name)) return undefined
    const digest = await table.digestOfVersion(repository, name, call)
    if (digest === undefined) return undefined
    const tags = await table.read(repository, call)
    return tags === undefined ? undefined : versionAt(tags, name, digest, call)
  }

  // Tags of versions seen under a digest; one request tells whether that still holds.
  const seen = new Map<string, string>()

  const versionOf = async (
    tags: Tags,
    digest: string,
    scan: () => Promise<Map<string, string>>,
    call: RegistryCall,
  ) => {
    const key = `${tags.repository}@${digest}`
    const tag = seen.get(key)
    if (tag !== undefined && tags.versions.includes(tag))
      if ((await client.digestOfTag(tags.repository, tag, call)) === digest) return tag
    const found = (await scan()).get(digest)
    if (found === undefined) return digest
    if (seen.size >= MAX_SEEN) seen.clear()
    seen.set(key, found)
    return found
  }

  const aliases: Registry['aliases'] = async (model, call) => {
    const tags = await table.read(naming.repositoryOf(model), call)
    if (tags === undefined) return {}
    let scanned: Map<string, string> | undefined
    const scan = async (): Promise<Map<string, string>> => {
      if (scanned !== undefined) return scanned
      const state = { tags, digests: new Map<string, string>(), after: undefined }
      await digestsOf(state, tags.versions, call)
      // The first tag of a digest speaks for it.
      scanned = new Map(
        [...state.digests]
          .toSorted()
          .toReversed()
          .map(([tag, digest]) => [digest, tag]),
      )
      return scanned
    }
    const answer: Record<string, string> = {}
    for (const [alias, digest] of tags.aliases) answer[alias] = await versionOf(tags, digest, scan, call)
    return answer
  }

  return { list, version, aliases }
}
