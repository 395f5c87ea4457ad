/** DSSE, in-toto statements, Merkle logs, checkpoints and component certificates; no product state. */
export {
  type CertificateRequest,
  createLocalCa,
  type IssuedCertificate,
  type LocalCa,
} from './certificate-authority.ts'
export type { CertificateChain, CertificateVerdict } from './certificate-verification.ts'
export {
  COMPONENT_NAME_PATTERN,
  type ComponentIdentity,
  formatComponentUri,
  isComponentName,
  parseComponentUri,
} from './component-identity.ts'
export { signingErrors } from './errors.ts'
