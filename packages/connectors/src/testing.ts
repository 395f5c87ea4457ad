/** Real counterparts of the connectors that run inside a test. */
export { type EmbeddedIssuer, startEmbeddedIssuer } from './testing/embedded-issuer.ts'
