/** One look at the server's state: lists are read once, however many changes are checked against them. */
import type { AuditEntry } from './ledger.ts'
import type { Answer, Plane } from './plane.ts'

export type Look = ReturnType<typeof createLook>

type Item = Readonly<Record<string, unknown>>

/** All pages of a list of the API. */
export const listAll = async (plane: Plane, path: string): Promise<Item[]> => {
  const items: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const query = `${path.includes('?') ? '&' : '?'}limit=500${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const { status, body } = await plane.ask('GET', `${path}${query}`)
    if (status !== 200) throw new Error(`GET ${path} answered ${status}`)
    const page = body as { items: Item[]; nextCursor?: string }
    items.push(...page.items)
    if (page.nextCursor === undefined) return items
    cursor = page.nextCursor
  }
}

export const auditEntries = async (plane: Plane, filter = ''): Promise<AuditEntry[]> =>
  (await listAll(plane, `/api/v1/audit/entries${filter}`)) as unknown as AuditEntry[]

export const createLook = (plane: Plane) => {
  const lists = new Map<string, Promise<Map<string, Item>>>()

  /** An item of a list, by what the list names it. */
  const item = async (path: string, key: string, value: string): Promise<Item | undefined> => {
    const known =
      lists.get(path) ??
      listAll(plane, path).then((items) => new Map(items.map((one) => [String(one[key]), one])))
    lists.set(path, known)
    return (await known).get(value)
  }

  return {
    get: (path: string): Promise<Answer> => plane.ask('GET', path),
    /** The status that an API key's secret gets. */
    sessionStatus: async (secret: string): Promise<number> =>
      (await plane.ask('GET', '/api/v1/session', undefined, { authorization: `Bearer ${secret}` })).status,
    apiKey: (id: string) => item('/api/v1/api-keys', 'id', id),
    serviceAccount: (id: string) => item('/api/v1/service-accounts', 'id', id),
  }
}
