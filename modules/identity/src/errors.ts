/** Error catalogue of identity. */
import { defineErrors } from '@rampart/kit'

export const identityErrors = defineErrors({
  IDENTITY_CREDENTIALS_MISSING: {
    kind: 'Unauthenticated',
    summary: 'The request carries no credentials.',
    help: 'Send "Authorization: Bearer …" with an API key or token; in development mode the token is in RAMPART_HOME/token.',
  },
  // One message for unknown, wrong, expired and revoked: an attacker learns nothing from the difference.
  IDENTITY_CREDENTIALS_INVALID: {
    kind: 'Unauthenticated',
    summary: 'The credentials are unknown, wrong, expired or revoked.',
  },
  IDENTITY_CALLER_DENIED: {
    kind: 'Forbidden',
    summary: 'A containment denies this caller for now; said by a gateway.',
    help: 'rampart get containments says which and until when.',
  },
  IDENTITY_CALLER_THROTTLED: {
    kind: 'RateLimited',
    summary:
      'A containment limits how often this caller may call; said by a gateway, which counts its own calls.',
  },
  IDENTITY_LOGIN_CODE_INVALID: {
    kind: 'Unauthenticated',
    summary: 'A one-time login code is unknown, used or expired.',
    help: 'Restart the server or run `rampart login` for a new link.',
  },
  IDENTITY_CERTIFICATE_UNTRUSTED: {
    kind: 'Unauthenticated',
    summary: 'A client certificate is not one that the local authority issued, or has expired.',
  },
  IDENTITY_ROLES_EXCEED_OWNER: {
    kind: 'Forbidden',
    summary: 'An API key or account would hold roles that its owner or issuer does not hold.',
  },
  IDENTITY_API_KEY_NOT_FOUND: { kind: 'NotFound', summary: 'No such API key.' },
  IDENTITY_SERVICE_ACCOUNT_NOT_FOUND: { kind: 'NotFound', summary: 'No such service account.' },
  IDENTITY_SERVICE_ACCOUNT_EXISTS: {
    kind: 'Conflict',
    summary:
      'A service account of this name exists or existed; names are not reused, because records name them.',
  },
  IDENTITY_LIFETIME_INVALID: { kind: 'InvalidInput', summary: 'A lifetime is too short or too long.' },
  IDENTITY_TOKEN_FILE_INVALID: {
    kind: 'PreconditionFailed',
    summary: 'The token file in the state folder does not hold a token, or others may read it.',
    help: 'Remove the file; the next start makes a new one.',
  },
})
