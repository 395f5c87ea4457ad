/** Common Event Format: records out, events in. */
export { type CefEvent, decodeCef } from './decode.ts'
export { CEF_DICTIONARY, type CefKey, type CefType } from './dictionary.ts'
export { type CefOptions, encodeCef } from './encode.ts'
export type { CefValue } from './values.ts'
