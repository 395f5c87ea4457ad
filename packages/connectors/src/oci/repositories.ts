/** Which repositories of a registry are models, page by page: named ones, or those of the catalog below a prefix. */
import type { DistributionClient } from './distribution-client.ts'
import type { Call } from './distribution-session.ts'
import { ociErrors } from './errors.ts'
import type { Naming } from './names.ts'

/** A stretch of repositories in order, and where the next one begins. */
export type RepositoryPage = { readonly repositories: readonly string[]; readonly next?: string }

const MAX_PAGES = 1000

const wildcardAt = (pattern: string): number => pattern.search(/[*?]/)

/** Cuts a pattern at its first wildcard: what is let through is judged again by the engine. */
const mayMatch = (include: readonly string[], model: string): boolean =>
  include.length === 0 ||
  include.some((pattern) => {
    const at = wildcardAt(pattern)
    return at < 0 ? model === pattern : model.startsWith(pattern.slice(0, at))
  })

/** Cursor: the number of pages so far and the last name of the catalog's page before. */
const parseCursor = (cursor: string | undefined): { readonly pages: number; readonly last?: string } => {
  const parts = /^(\d{1,4}) (.*)$/.exec(cursor ?? '')
  return parts === null ? { pages: 0 } : { pages: Number(parts[1]), last: parts[2] as string }
}

export const createRepositories = (
  client: DistributionClient,
  naming: Naming,
  include: readonly string[],
) => {
  const isFixed = include.length > 0 && include.every((pattern) => wildcardAt(pattern) < 0)
  return async (cursor: string | undefined, call: Call): Promise<RepositoryPage> => {
    if (isFixed) return { repositories: [...new Set(include.map(naming.repositoryOf))].toSorted() }
    const { pages, last } = parseCursor(cursor)
    if (pages >= MAX_PAGES) throw ociErrors.OCI_ANSWER_INVALID(`the catalog has more than ${MAX_PAGES} pages`)
    const page = await client.catalog(last, call)
    if (page === undefined)
      throw ociErrors.OCI_ANSWER_INVALID('the registry does not list its repositories', {
        help: 'Name the repositories in include, without wildcards.',
      })
    const repositories = page.names
      .filter((repository) => {
        const model = naming.modelOf(repository)
        return model !== undefined && mayMatch(include, model)
      })
      .toSorted()
    return page.next === undefined ? { repositories } : { repositories, next: `${pages + 1} ${page.next}` }
  }
}

export type Repositories = ReturnType<typeof createRepositories>
