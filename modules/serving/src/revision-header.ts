/** `If-Match: "7"`: the revision that a writer has read and means to replace. */
import { servingErrors } from './errors.ts'

/** Empty when the header is absent: then the last writer wins. */
export const readRevision = (headers: { readonly 'if-match'?: unknown }): { readonly revision?: number } => {
  const text = headers['if-match']
  if (text === undefined || text === '*') return {}
  const match = /^"?(\d{1,9})"?$/.exec(String(text))
  if (match === null) throw servingErrors.SERVING_ROUTE_INVALID('If-Match must be a revision, as "7".')
  return { revision: Number(match[1]) }
}
