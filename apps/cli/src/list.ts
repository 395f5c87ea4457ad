/** Reads a list of the API page by page, up to a stated number of items; `onMore` hears that there are others. */
import type { Query } from '@rampart/client'
import type { Resource } from './kinds.ts'
import type { Session } from './session.ts'

const PAGE = 500

type Page = { readonly items?: readonly Resource[]; readonly nextCursor?: string }

export const listAll = async (
  { client, io }: Pick<Session, 'client' | 'io'>,
  path: string,
  query: Query,
  limit: number,
  onMore?: () => void,
): Promise<Resource[]> => {
  const items: Resource[] = []
  let cursor: string | undefined
  do {
    const { data } = await client.call<Page>('GET', path, {
      query: { ...query, limit: Math.min(PAGE, limit - items.length), cursor },
      signal: io.signal,
    })
    items.push(...(data.items ?? []))
    cursor = data.nextCursor
  } while (cursor !== undefined && items.length < limit)
  if (cursor !== undefined) onMore?.()
  return items
}
