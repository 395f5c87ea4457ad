/** Log Event Extended Format: records out, events in. */
export { decodeLeef, type LeefEvent, type LeefValue } from './decode.ts'
export { encodeLeef, type LeefOptions } from './encode.ts'
