/** Escapes of the CEF guide: `|` and `\` in the header, `=`, `\` and line ends in the extension. */
import { cutTo, spellAllControls, spellControls } from '../siem/plain-text.ts'

const HEADER: Readonly<Record<string, string>> = { '|': '\\|', '\\': '\\\\' }
const EXTENSION: Readonly<Record<string, string>> = {
  '=': '\\=',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
}

const escapeWith =
  (table: Readonly<Record<string, string>>) =>
  (character: string): string =>
    table[character] ?? character

/** A header field: one line, cut to `limit` characters. */
export const escapeHeader = (text: string, limit: number): string =>
  Array.from(
    cutTo(spellAllControls(text), limit, (character) => character.length).text,
    escapeWith(HEADER),
  ).join('')

export type EscapedValue = { readonly text: string; readonly whole: boolean; readonly length: number }

const cost = (character: string): number => escapeWith(EXTENSION)(character).length

/** An extension value; `limit` counts its characters as escaped, so that no reader finds it too long. */
export const escapeValue = (text: string, limit: number): EscapedValue => {
  const plain = spellControls(text)
  const { text: kept, whole } = cutTo(plain, limit, cost)
  return {
    text: kept.replaceAll(/[=\\\n\r]/g, escapeWith(EXTENSION)),
    whole,
    length: whole ? kept.length : Array.from(plain, cost).reduce((a, b) => a + b, 0),
  }
}

const UNESCAPED: Readonly<Record<string, string>> = { '=': '=', '\\': '\\', n: '\n', r: '\r' }

/** A backslash before anything else is kept: the guide gives it no meaning. */
export const unescapeValue = (text: string): string =>
  text.includes('\\')
    ? text.replaceAll(/\\([=\\nr])/g, (_all, character: string) => UNESCAPED[character] ?? character)
    : text
