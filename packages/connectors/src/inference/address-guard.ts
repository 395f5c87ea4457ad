/** Which servers a backend may lead to: the outbound rules with the codes of this connector. */
import {
  type AddressGuard,
  type AddressRules,
  createAddressGuard as createOutboundGuard,
  parseServerUrl as parseOutbound,
  type Refuse,
} from '../outbound/address-guard.ts'
import { inferenceErrors } from './errors.ts'

export { type AddressGuard, hostOf } from '../outbound/address-guard.ts'

const PROTOCOLS: readonly string[] = ['http:', 'https:', 'grpc:', 'grpcs:']

const refuse: Refuse = (url, why) =>
  inferenceErrors.INFERENCE_URL_REFUSED(`${JSON.stringify(url.slice(0, 200))}: ${why}`)

/** Parses, and refuses other protocols, credentials, queries and fragments. */
export const parseServerUrl = (text: string): URL => parseOutbound(text, PROTOCOLS, { refuse })

/** Its check throws INFERENCE_URL_REFUSED. */
export const createAddressGuard = (rules: AddressRules): AddressGuard => createOutboundGuard(rules, refuse)
