/** Every error that signing, key files and certificates can raise. */
import { defineErrors } from '@rampart/kit'

export const signingErrors = defineErrors({
  SIGNING_KEY_FILE_OPEN: {
    kind: 'PreconditionFailed',
    summary: 'A private key file can be read by other accounts.',
    help: 'Run chmod 600 on the file, and replace the key if others may have read it.',
  },
  SIGNING_KEY_FILE_INVALID: {
    kind: 'PreconditionFailed',
    summary: 'A private key file does not hold the expected PKCS#8 PEM key.',
    help: 'Restore the file from a backup; a new key cannot verify what the old one signed.',
  },
  SIGNING_KEY_INVALID: { kind: 'InvalidInput', summary: 'A public key is not a key of the expected type.' },
  SIGNING_NOT_CANONICAL: {
    kind: 'InvalidInput',
    summary: 'A value has no canonical JSON form (RFC 8785): NaN, infinity, a cycle or a lone surrogate.',
  },
  SIGNING_STATEMENT_INVALID: { kind: 'InvalidInput', summary: 'An in-toto statement is malformed.' },
  SIGNING_ENVELOPE_INVALID: { kind: 'InvalidInput', summary: 'A DSSE envelope is malformed.' },
  SIGNING_CHECKPOINT_INVALID: { kind: 'InvalidInput', summary: 'A checkpoint or signed note is malformed.' },
  SIGNING_TREE_RANGE: {
    kind: 'InvalidInput',
    summary: 'A proof was asked for an index or a size that the tree does not have.',
  },
  SIGNING_TREE_DAMAGED: {
    kind: 'Internal',
    summary: 'The stored Merkle tree lacks nodes, or holds malformed ones.',
    help: 'Run rampart audit verify: it names the first altered entry.',
  },
  SIGNING_CERTIFICATE_REQUEST: {
    kind: 'InvalidInput',
    summary: 'A certificate was asked for with an illegal identity, host or lifetime.',
  },
})
