/** Names of a registry as names here, and what of them may be shown at all. Pure. */
import { createHash } from 'node:crypto'
import type { ModelVersionRef } from '@rampart/domain'
import { registriesErrors } from './errors.ts'

const MAX_NAME = 63
const MAX_VERSION = 64
const MAX_FOREIGN = 256
const KEPT_DIGITS = 12

// Control characters, line separators, bidirectional controls (they lie about what a reader sees), lone surrogates, and
// U+FFFD: what a decoder leaves where the bytes were not UTF-8.
const UNSHOWABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/u

export const isShowable = (text: string): boolean =>
  text.length > 0 && text.length <= MAX_FOREIGN && !UNSHOWABLE.test(text)

/** Text of a registry that can be stored, logged and shown: at most `max` characters, the rest escaped. */
export const shown = (text: string, max: number = MAX_FOREIGN): string =>
  [...text.slice(0, max)]
    .map((one) => (UNSHOWABLE.test(one) ? `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}` : one))
    .join('')

/** A stand-in for a name that cannot be stored as it is; different names have different ones. */
export const standIn = (text: string): string =>
  isShowable(text) ? text : `${shown(text, 80)} (${hash(text)})`

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, KEPT_DIGITS)

const shorten = (mapped: string, original: string, max: number): string =>
  mapped.length <= max ? mapped : `${mapped.slice(0, max - KEPT_DIGITS - 1)}-${hash(original)}`

/** `Fraud Model_v2` is `fraud-model-v2`; long names keep their beginning and a hash. */
export const mapName = (model: string, prefix: string = ''): string => {
  const plain = `${prefix}${model}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  if (plain === '')
    throw registriesErrors.REGISTRIES_NAME_REFUSED(
      `"${shown(model)}" has no letter or digit to make a name of`,
    )
  return shorten(plain, model, MAX_NAME)
}

/** Letters, digits and `._+-` stay; everything else is a dash. */
export const mapVersion = (version: string): string => {
  const plain = version.replaceAll(/[^A-Za-z0-9._+-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+/g, '')
  if (plain === '')
    throw registriesErrors.REGISTRIES_NAME_REFUSED(`version "${shown(version)}" has no letter or digit`)
  return shorten(plain, version, MAX_VERSION)
}

export const mapRef = (model: string, version: string, prefix?: string): ModelVersionRef => ({
  name: mapName(model, prefix),
  version: mapVersion(version),
})
