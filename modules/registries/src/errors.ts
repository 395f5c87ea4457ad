/** What the registries room refuses, and why a version of a registry is refused. */
import { defineErrors } from '@rampart/kit'

export const registriesErrors = defineErrors({
  REGISTRIES_NOT_FOUND: {
    kind: 'NotFound',
    summary: 'There is no such registry.',
    help: 'List them with `rampart get registries`.',
  },
  REGISTRIES_INVALID: { kind: 'InvalidInput', summary: 'The registry cannot be what it says.' },
  REGISTRIES_REVISION_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'Somebody else has changed the registry since it was read.',
    help: 'Read it again and send its revision in If-Match.',
  },
  REGISTRIES_ANSWER_INVALID: {
    kind: 'Unsupported',
    summary: 'The registry answered what its port does not allow: endless pages, or no legal names.',
  },
  REGISTRIES_NAME_REFUSED: {
    kind: 'InvalidInput',
    summary: 'A name or version of the registry cannot be shown or mapped to a name here.',
  },
  REGISTRIES_NAME_TAKEN: {
    kind: 'Conflict',
    summary: 'The name here belongs to another model, of people or of another registry.',
    help: 'Set parameters.namePrefix of the registry.',
  },
  REGISTRIES_FILES_REFUSED: {
    kind: 'InvalidInput',
    summary: 'The files of a version have illegal paths, are too many, or there are none.',
  },
  REGISTRIES_TOO_LARGE: { kind: 'PayloadTooLarge', summary: 'A file or version is larger than the limit.' },
  REGISTRIES_SIZE_MISMATCH: {
    kind: 'InvalidInput',
    summary: 'A file has not the size that the registry states.',
  },
  REGISTRIES_DIGEST_MISMATCH: {
    kind: 'InvalidInput',
    summary: 'A file has not the digest that the registry states.',
  },
  REGISTRIES_TOO_SLOW: {
    kind: 'DeadlineExceeded',
    summary: 'The registry did not answer in time, or dripped its bytes.',
  },
  REGISTRIES_STOPPED: { kind: 'Cancelled', summary: 'The sync was stopped; it goes on where it was.' },
  REGISTRIES_BYTES_CHANGED: {
    kind: 'Conflict',
    summary: 'The registry gives other bytes for a version that is registered; the registered ones stay.',
  },
  REGISTRIES_NOTICE_REFUSED: {
    kind: 'Unauthenticated',
    summary: 'A webhook of a registry is not signed with its secret, or was signed too long ago.',
    help: 'Compare the secret and the clocks. A lost notice is made up for by the next poll.',
  },
})
