/** Bearer tokens of an OpenID Connect issuer. */
export { oidcErrors } from './errors.ts'
export {
  createOidcVerifier,
  type OidcIdentity,
  type OidcVerifier,
  type OidcVerifierOptions,
} from './token-verifier.ts'
