/** Everything the inventory can refuse, with the words its callers see. */
import { defineErrors } from '@rampart/kit'

export const inventoryErrors = defineErrors({
  INVENTORY_NAME_INVALID: {
    kind: 'InvalidInput',
    summary: 'A model name or version is not legal.',
    help: 'Names are lower-case letters, digits and dashes (at most 63); versions are letters, digits and . _ + - (at most 64).',
  },
  INVENTORY_SPEC_INVALID: { kind: 'InvalidInput', summary: 'The model specification contradicts itself.' },
  INVENTORY_ARTIFACT_PATH: {
    kind: 'InvalidInput',
    summary: 'An artifact path is absolute, leaves its folder or holds control characters.',
  },
  INVENTORY_ARTIFACT_MISSING: {
    kind: 'InvalidInput',
    summary: 'A registration names an artifact that was never uploaded.',
    help: 'Upload it with POST /api/v1/artifacts first.',
  },
  INVENTORY_ARTIFACT_NOT_FOUND: { kind: 'NotFound', summary: 'No artifact has that digest.' },
  INVENTORY_ARTIFACT_TOO_LARGE: {
    kind: 'PayloadTooLarge',
    summary: 'The artifact is larger than the limit.',
  },
  INVENTORY_DIGEST_MISMATCH: {
    kind: 'InvalidInput',
    summary: 'The uploaded bytes do not have the digest that was announced.',
  },
  INVENTORY_NOT_FOUND: {
    kind: 'NotFound',
    summary: 'No such model or model version.',
    help: 'List what exists with: rampart get models',
  },
  INVENTORY_VERSION_EXISTS: {
    kind: 'Conflict',
    summary: 'That version is registered with other content; versions are immutable.',
    help: 'Register the new content under a new version.',
  },
  INVENTORY_TRANSITION_ILLEGAL: { kind: 'Conflict', summary: 'The lifecycle has no such step.' },
  INVENTORY_TRANSITION_DENIED: { kind: 'Forbidden', summary: 'The promotion policy denied the step.' },
  INVENTORY_REVISION_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'The version changed since it was read.',
    help: 'Read it again and repeat the request with the new revision.',
  },
})
