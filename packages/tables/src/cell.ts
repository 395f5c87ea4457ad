/** One cell: a number, a text, or null where nothing is known. */
export type Cell = number | string | null

/** What pandas takes for missing, so that both count the same rows. */
const MISSING = new Set([
  '',
  'NA',
  'N/A',
  'n/a',
  '<NA>',
  '#N/A',
  '#N/A N/A',
  '#NA',
  'NaN',
  'nan',
  '-NaN',
  '-nan',
  'NULL',
  'null',
  'None',
  '-1.#IND',
  '1.#IND',
  '-1.#QNAN',
  '1.#QNAN',
])

const INFINITE = /^([+-]?)inf(?:inity)?$/i
const ZERO = 48
const NINE = 57

/** Text of a cell as a number where it is written as one: decimal, with exponent, or an infinity; never hexadecimal. */
export const cellOf = (text: string): Cell => {
  const first = text.charCodeAt(0)
  const value = first >= ZERO && first <= NINE && !isRadix(text) ? Number(text) : Number.NaN
  return Number.isNaN(value) ? slowCell(text) : value
}

const isRadix = (text: string): boolean => text.charCodeAt(0) === ZERO && /^0[xob]/i.test(text)

const slowCell = (text: string): Cell => {
  const trimmed = text.trim()
  if (MISSING.has(trimmed)) return null
  if (/^[+-]?(?:\d|\.\d)/.test(trimmed) && !/^[+-]?0[xob]/i.test(trimmed)) {
    const value = Number(trimmed)
    if (!Number.isNaN(value)) return value
  }
  const infinite = INFINITE.exec(trimmed)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  return text
}
