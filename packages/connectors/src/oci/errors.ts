/** Error catalogue of the OCI registry connector. */
import { defineErrors } from '@rampart/kit'

export const ociErrors = defineErrors({
  OCI_URL_INVALID: {
    kind: 'InvalidInput',
    summary: 'The URL or a parameter of an OCI registry is malformed.',
    help: 'Write https://HOST/PREFIX; PREFIX is where repositories begin and may be empty.',
  },
  OCI_AUTH_REFUSED: {
    kind: 'PreconditionFailed',
    summary:
      'An OCI registry asks for a login that is not possible, or sends credentials to a host not named.',
    help: 'Name the host of the token service in the parameter tokenHost if it is not the registry itself.',
  },
  OCI_ANSWER_INVALID: {
    kind: 'PreconditionFailed',
    summary: 'An OCI registry answered something that the distribution specification does not allow.',
  },
  OCI_DIGEST_MISMATCH: {
    kind: 'PreconditionFailed',
    summary: 'The bytes of a manifest are not the ones that its digest names.',
  },
  OCI_MANIFEST_REFUSED: {
    kind: 'PreconditionFailed',
    summary: 'A manifest holds no files of a model, names them by unsafe paths, or is too large.',
  },
  OCI_CHANGED: {
    kind: 'Conflict',
    summary:
      'A tag or annotation in an OCI registry is not what was expected: somebody changed it meanwhile.',
  },
})
