/** What senders write, made fit to be kept: ends of lines, times, depth, and characters that a database cannot hold. */

const ENDS = '\r\n\0'

/** Without the line ends and NULs behind it. One pass: a pattern would try again at each of a million of them. */
export const withoutLineEnd = (text: string): string => {
  let end = text.length
  while (end > 0 && ENDS.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

/** Why a text is no JSON, without the piece of it that the engine quotes: it may be a secret. */
export const jsonFault = (error: unknown): string => {
  const { message } = error as Error
  const said = message
    .replace(/[, .]*"[\s\S]*" ?\.* is not valid JSON$/, '')
    .replace(/^Unexpected token '[\s\S]*'$/, '')
  return said === '' ? 'not valid JSON' : `not valid JSON: ${said}`
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|([+-])(\d\d):?(\d\d)?)$/i

/**
 * An RFC 3339 time in UTC with the fraction as it was written, also from `+0000`; undefined when the text is none, or no
 * day of the calendar, which Date.parse moves into the next month and PostgreSQL refuses.
 */
export const readTime = (text: string): string | undefined => {
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const [zoneHours, zoneMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
  const local = new Date(Date.UTC(2000, month - 1, day, hour, minute, second))
  local.setUTCFullYear(year, month - 1, day)
  if (year < 1 || local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day || month === 0)
    return undefined
  if (hour > 23 || minute > 59 || second > 59 || zoneHours > 23 || zoneMinutes > 59) return undefined
  const shift = (match[8] === '-' ? 1 : -1) * (zoneHours * 60 + zoneMinutes) * 60_000
  const utc = new Date(local.getTime() + shift)
  const at = utc.getUTCFullYear()
  return at < 1 || at > 9999 ? undefined : `${utc.toISOString().slice(0, 19)}${match[7] ?? ''}Z`
}

/** Whether a value nests at most this deep: what serialises it again recurses. */
export const isShallow = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  for (const inner of Object.values(value)) if (!isShallow(inner, depth - 1)) return false
  return true
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const NUL = /\u0000/g

const storableText = (text: string): string => text.toWellFormed().replace(NUL, '\\x00')

/** The same value in strings that PostgreSQL takes: no NUL (spelled `\x00`), no half of a surrogate pair (U+FFFD). */
export const storable = <T>(value: T): T => {
  if (typeof value === 'string') return storableText(value) as T
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(storable) as T
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key), storable(inner)]),
  ) as T
}
