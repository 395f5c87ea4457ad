/** Error catalogue of the OIDC connector. */
import { defineErrors } from '@rampart/kit'

export const oidcErrors = defineErrors({
  OIDC_TOKEN_INVALID: {
    kind: 'Unauthenticated',
    summary:
      'A bearer token is malformed, expired, for another audience, or not signed by the configured issuer.',
  },
  OIDC_ISSUER_UNAVAILABLE: {
    kind: 'Unavailable',
    summary:
      'The OIDC issuer did not answer, or answered with something that is not its discovery document or key set.',
  },
  OIDC_URL_REFUSED: {
    kind: 'InvalidInput',
    summary:
      'An issuer or key set URL is not HTTPS, or points into a private network that the issuer is not part of.',
  },
})
