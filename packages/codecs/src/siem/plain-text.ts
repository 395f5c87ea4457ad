/** Text that cannot break out of a line, a terminal or a field, and what happens to text that is too long. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff]|[\ud800-\udfff]/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ANY_CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]|[\ud800-\udfff]/gu

const NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Most text is this, and is told so much faster than it is searched for what has to be spelled. */
const PLAIN = /^[\x20-\x7e]*$/

const spell = (character: string): string => {
  const named = NAMES[character]
  if (named !== undefined) return named
  const code = character.charCodeAt(0).toString(16)
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`
}

/** Spells control characters, line separators and halves of surrogate pairs (`\x1b`); leaves TAB, CR and LF. */
export const spellControls = (text: string): string =>
  PLAIN.test(text) ? text : text.replaceAll(CONTROL, spell)

/** The same, TAB, CR and LF too: what must stay on one line. */
export const spellAllControls = (text: string): string =>
  PLAIN.test(text) ? text : text.replaceAll(ANY_CONTROL, spell)

export type Cut = { readonly text: string; readonly whole: boolean }

export const ELLIPSIS = '…'

/** No character costs more per UTF-16 unit: three bytes of UTF-8, or two for an escape. */
const MOST_PER_UNIT = 3

/**
 * As much of `text` as fits into `limit` when measured by `cost` per code point; what was cut ends in an ellipsis.
 * Never splits a surrogate pair.
 */
export const cutTo = (text: string, limit: number, cost: (character: string) => number): Cut => {
  if (text.length * MOST_PER_UNIT <= limit) return { text, whole: true }
  let used = 0
  let end = 0
  let endWithRoom = 0
  const room = cost(ELLIPSIS)
  for (const character of text) {
    used += cost(character)
    if (used > limit) return { text: `${text.slice(0, endWithRoom)}${ELLIPSIS}`, whole: false }
    end += character.length
    if (used + room <= limit) endWithRoom = end
  }
  return { text, whole: true }
}

export const utf8 = (character: string): number => Buffer.byteLength(character)

/** Said in a record about each field that was cut: `cs4 9120>4000`. */
export const overflowNote = (name: string, length: number, limit: number): string =>
  `${name} ${length}>${limit}`
