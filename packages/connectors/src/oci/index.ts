/** OCI registries (distribution specification 1.1): artifact manifests as model versions, referrers as their documents. */
export type { OciLogin } from './authorization.ts'
export { ociErrors } from './errors.ts'
export { createOciRegistry, type OciOptions } from './registry.ts'
