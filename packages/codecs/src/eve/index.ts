/** Suricata EVE JSON: alerts and observations in. */
export { decodeEve } from './decode.ts'
