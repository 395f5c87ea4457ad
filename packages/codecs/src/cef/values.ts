/** Typed values of CEF fields and back. Times are written in milliseconds since the epoch, which the guide allows everywhere. */
import { isIPv4, isIPv6 } from 'node:net'
import { CEF_CODES, CEF_DICTIONARY, CEF_PORTS } from './dictionary.ts'

export type CefValue = string | number

const INTEGER = /^-?\d{1,19}$/
const FLOAT = /^-?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?$/
const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i
const MAX_INT32 = 2 ** 31 - 1

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DATE =
  /^([A-Z][a-z]{2}) (\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?(?: ([A-Z]{1,5}|[+-]\d{4}))?$/

/** `MMM dd yyyy HH:mm:ss.SSS zzz` as the guide lists it; only UTC, GMT, Z and numeric offsets are understood. */
const dateOf = (text: string): number | undefined => {
  const match = DATE.exec(text)
  if (match === null) return undefined
  const [, month = '', day, year, hour, minute, second, ms = '0', zone = 'UTC'] = match
  if (year === undefined || !/^(?:UTC|GMT|Z|[+-]\d{4})$/.test(zone)) return undefined
  const at = MONTHS.indexOf(month)
  const utc = Date.UTC(
    Number(year),
    at,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(ms),
  )
  if (at < 0 || Number.isNaN(utc)) return undefined
  // Date.UTC moves what is no day or no hour on to the next.
  const written = `-${day?.padStart(2, '0')}T${hour}:${minute}:${second}.`
  if (!new Date(utc).toISOString().includes(written)) return undefined
  if (!/\d/.test(zone)) return utc
  const sign = zone.startsWith('-') ? 1 : -1
  return utc + sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) * 60_000
}

const MAX_TIME = 8.64e15

const timeOf = (text: string): string | undefined => {
  const ms = INTEGER.test(text) ? Number(text) : dateOf(text)
  return ms === undefined || Math.abs(ms) > MAX_TIME ? undefined : new Date(ms).toISOString()
}

const integerOf = (key: string, text: string): number | undefined => {
  if (!INTEGER.test(text)) return undefined
  const value = Number(text)
  const [low, high] = CEF_PORTS.has(key) ? [0, 65_535] : (CEF_CODES.get(key) ?? [-MAX_INT32 - 1, MAX_INT32])
  return value >= low && value <= high ? value : undefined
}

/** The value of a known key; undefined when the text is not of the key's type. Longs beyond 2^53 stay text. */
export const readCefValue = (key: string, text: string): CefValue | undefined => {
  switch (CEF_DICTIONARY.get(key)?.type ?? 'string') {
    case 'string':
      return text
    case 'integer':
      return integerOf(key, text)
    case 'long':
      if (!INTEGER.test(text)) return undefined
      return Number.isSafeInteger(Number(text)) ? Number(text) : text
    case 'float':
      return FLOAT.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined
    case 'ipv4':
      // Version 1 of the format allows both families here.
      return isIPv4(text) || isIPv6(text) ? text : undefined
    case 'ipv6':
      return isIPv6(text) ? text : undefined
    case 'mac':
      return MAC.test(text) ? text.toLowerCase().replaceAll('-', ':') : undefined
    case 'time':
      return timeOf(text)
  }
}

/** The text of a value for this key, not yet escaped; undefined when the key cannot hold it. */
export const writeCefValue = (key: string, value: unknown): string | undefined => {
  const type = CEF_DICTIONARY.get(key)?.type
  if (type === undefined || value === undefined || value === null) return undefined
  if (type === 'time') {
    const ms = typeof value === 'number' ? value : Date.parse(String(value))
    return Number.isFinite(ms) && Math.abs(ms) <= MAX_TIME ? String(Math.trunc(ms)) : undefined
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text === undefined || text === '') return undefined
  if (type === 'ipv4') return isIPv4(text) ? text : undefined
  return readCefValue(key, text) === undefined ? undefined : text
}
