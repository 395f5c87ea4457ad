/** Models and versions of a workspace or a registry, as both tell them: checked, without the vendor's shape. */
import type { RegistryCall } from '@rampart/domain'
import { azuremlErrors } from './errors.ts'

export type AzureVersion = {
  readonly version: string
  /** Where its bytes are, as Azure ML says. */
  readonly modelUri: string
  readonly tags: Readonly<Record<string, string>>
  readonly description?: string
  readonly stage?: string
  readonly jobName?: string
  readonly createdBy?: string
  readonly createdAt?: string
  readonly lastModifiedAt?: string
}

/** `next` is the query of the following page's address. */
export type Page<T> = { readonly items: readonly T[]; readonly next?: string }

export interface ModelCatalog {
  models(next: string | undefined, call: RegistryCall): Promise<Page<string>>
  versions(model: string, next: string | undefined, call: RegistryCall): Promise<Page<AzureVersion>>
  version(model: string, version: string, call: RegistryCall): Promise<AzureVersion | undefined>
  /** Replaces all tags of a version; absent where they cannot be changed. */
  readonly setTags?: (
    model: string,
    version: string,
    change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
    call: RegistryCall,
  ) => Promise<void>
}

const MAX_NEXT = 4096
const MAX_TAGS = 128
const MAX_TEXT = 1024

/** The query of a next page, which must be the same listing on the same server. Throws AZUREML_ANSWER_INVALID. */
export const nextQuery = (
  nextLink: string | null | undefined,
  listing: { readonly endpoint: string; readonly path: string; readonly current: string | undefined },
): string | undefined => {
  if (nextLink === undefined || nextLink === null || nextLink === '') return undefined
  const invalid = (why: string) => azuremlErrors.AZUREML_ANSWER_INVALID(`the next page ${why}`)
  if (nextLink.length > MAX_NEXT || !URL.canParse(nextLink)) throw invalid('has no address')
  const url = new URL(nextLink)
  const path = decodeURIComponent(url.pathname).toLowerCase()
  if (url.origin !== listing.endpoint || path !== decodeURIComponent(listing.path).toLowerCase())
    throw invalid('is said to be somewhere else')
  if (url.search === '' || url.search === listing.current) throw invalid('is the same page')
  return url.search
}

/** Text values of at most a kilobyte. */
export const textTags = (
  tags: Readonly<Record<string, string | null>> | null | undefined,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(tags ?? {})
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .filter(([key, value]) => key.length <= 256 && value.length <= MAX_TEXT)
      .slice(0, MAX_TAGS),
  )

type Described = {
  readonly description?: string | null | undefined
  readonly stage?: string | null | undefined
  readonly jobName?: string | null | undefined
  readonly createdBy?: string | null | undefined
  readonly createdAt?: string | undefined
  readonly lastModifiedAt?: string | undefined
}

/** What is there, cut to what may be kept. */
export const described = (facts: Described): Partial<AzureVersion> =>
  Object.fromEntries(
    Object.entries(facts)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
      .map(([key, value]) => [key, value.slice(0, MAX_TEXT)]),
  )
