/** What the server itself refuses, before any module is asked. */
import { defineErrors } from '@rampart/kit'

export const serverErrors = defineErrors({
  SERVER_CLIENT_GONE: {
    kind: 'Cancelled',
    summary: 'The client hung up before its request had arrived.',
  },
  SERVER_FORBIDDEN: { kind: 'Forbidden', summary: 'The authorisation policy denied the action.' },
  SERVER_NOT_FOUND: {
    kind: 'NotFound',
    summary: 'There is nothing at that path.',
    help: 'See /docs for the API.',
  },
  SERVER_BAD_REQUEST: { kind: 'InvalidInput', summary: 'The request does not follow its schema.' },
  SERVER_RATE_LIMITED: { kind: 'RateLimited', summary: 'Too many requests from one caller.' },
  SERVER_ROUTE_WITHOUT_ACTION: {
    kind: 'Internal',
    summary: 'An API route names no action for the authorisation policy: the server refuses to start.',
  },
  SERVER_BAD_CONFIG: { kind: 'InvalidInput', summary: 'A setting is not written as it must be.' },
  SERVER_FILE_REFUSED: {
    kind: 'InvalidInput',
    summary: 'A file named by a resource lies where the server may not read.',
    help: 'Name its folder in the configuration key intake.folders.',
  },
  SERVER_NOT_LOOPBACK: {
    kind: 'InvalidInput',
    summary: 'Without OIDC the server listens on loopback only.',
    help: 'Configure oidc.issuer and oidc.audience, or set host to 127.0.0.1.',
  },
})
