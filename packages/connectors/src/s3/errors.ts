/** Error catalogue of the S3 registry; refusals of the server itself are those of calls to a user's URL. */
import { defineErrors } from '@rampart/kit'

export const s3Errors = defineErrors({
  S3_SPEC_INVALID: {
    kind: 'InvalidInput',
    summary: 'The URL must be s3://BUCKET/PREFIX, and parameters.endpoint an http(s) URL.',
  },
  S3_OBJECT_CHANGED: {
    kind: 'Unavailable',
    summary: 'An object changed while it was read; it is looked at again at the next poll.',
  },
  S3_KEY_REFUSED: {
    kind: 'InvalidInput',
    summary: 'The key of an object cannot be asked for: as part of a URL it would lead to another one.',
  },
  S3_TOO_MANY_OBJECTS: { kind: 'InvalidInput', summary: 'A version has more objects than are listed.' },
})
