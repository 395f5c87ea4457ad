/** Error catalogue of calls to URLs that a user set. */
import { defineErrors } from '@rampart/kit'

export const outboundErrors = defineErrors({
  OUTBOUND_URL_REFUSED: {
    kind: 'InvalidInput',
    summary: 'A URL is malformed, or leads to an address that is not allowed.',
    help: 'Private and loopback addresses must be named in the configuration key outbound.hosts.',
  },
  OUTBOUND_UNREACHABLE: { kind: 'Unavailable', summary: 'A server could not be reached, or broke off.' },
  OUTBOUND_DEADLINE: { kind: 'DeadlineExceeded', summary: 'A server did not answer in time.' },
  OUTBOUND_BUSY: { kind: 'Unavailable', summary: 'A server refused work for now (429, 502, 503 or 504).' },
  OUTBOUND_FAILED: { kind: 'Unavailable', summary: 'A server failed on a request (5xx).' },
  OUTBOUND_DENIED: {
    kind: 'PreconditionFailed',
    summary: 'A server refused our credentials (401, 403).',
    help: 'Check the secret that the resource names, and what its owner may do there.',
  },
  OUTBOUND_NOT_FOUND: { kind: 'NotFound', summary: 'A server does not have what was asked for (404, 410).' },
  OUTBOUND_REFUSED: { kind: 'PreconditionFailed', summary: 'A server refused a request (other 4xx, 3xx).' },
  OUTBOUND_ANSWER_INVALID: {
    kind: 'PreconditionFailed',
    summary: 'The answer of a server is too large, compressed unasked, or not what its protocol says.',
  },
})
