/** `If-Match: "7"`: the revision that a writer has read and means to replace. */
import { Type } from 'typebox'
import { siemErrors } from './errors.ts'

/** Schema of the headers of a write. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'Revision that is to be replaced, as `"7"`; 0 for none yet.' }),
  ),
})

/** Empty when the header is absent: then the last writer wins. */
export const readRevision = (headers: { readonly 'if-match'?: unknown }): { readonly revision?: number } => {
  const text = headers['if-match']
  if (text === undefined || text === '*') return {}
  const match = /^"?(\d{1,9})"?$/.exec(String(text))
  if (match === null) throw siemErrors.SIEM_SINK_INVALID('If-Match must be a revision, as "7".')
  return { revision: Number(match[1]) }
}
