/** Cursors of list answers: opaque to callers, a small JSON object inside. */
import { kitErrors } from './errors.ts'

export const cursorOf = (position: Readonly<Record<string, string>>): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

/** Reads a cursor that has exactly these string fields; throws KIT_CURSOR_INVALID for anything else. */
export const readCursor = <T extends Record<string, string>>(
  cursor: string,
  fields: readonly (keyof T & string)[],
): T => {
  const refuse = () => kitErrors.KIT_CURSOR_INVALID('The cursor is not one that this server gave out.')
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw refuse()
  }
  if (value === null || typeof value !== 'object') throw refuse()
  const found = value as Record<string, unknown>
  if (Object.keys(found).length !== fields.length) throw refuse()
  for (const field of fields) if (typeof found[field] !== 'string') throw refuse()
  return found as T
}
