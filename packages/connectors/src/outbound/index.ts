/** Calls to URLs that a user set: address guard for sockets of every kind, and an HTTP client on top of it. */
export {
  type AddressGuard,
  type AddressRules,
  createAddressGuard,
  hostOf,
  parseServerUrl,
  type Refuse,
} from './address-guard.ts'
export { outboundErrors } from './errors.ts'
export {
  createOutboundHttp,
  errorOf,
  type OutboundAnswer,
  type OutboundBytes,
  type OutboundHeaders,
  type OutboundHttp,
  type OutboundOptions,
  type OutboundRequest,
  type OutboundStream,
  retryAfterMs,
} from './http-client.ts'
