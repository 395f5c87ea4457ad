/** Writes a resource that is a spec and a revision, unless it already says the same; a change in between is an error. */
import { ApiError } from '@rampart/client'
import type { Session } from '../session.ts'

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

type Stored = { readonly spec?: unknown; readonly revision?: number }

const current = async ({ client, io }: Session, path: string): Promise<Stored> => {
  try {
    return (await client.call<Stored>('GET', path, { signal: io.signal })).data
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return {}
    throw error
  }
}

export const replaceSpec = async (
  session: Session,
  path: string,
  spec: unknown,
  /** What of the stored specification counts. */
  compared: (stored: unknown) => unknown = (stored) => stored,
): Promise<'unchanged' | 'configured'> => {
  const before = await current(session, path)
  const revision = before.revision ?? 0
  if (revision > 0 && JSON.stringify(sorted(compared(before.spec))) === JSON.stringify(sorted(spec)))
    return 'unchanged'
  await session.client.call('PUT', path, {
    body: spec,
    headers: { 'if-match': `"${revision}"` },
    signal: session.io.signal,
  })
  return 'configured'
}
