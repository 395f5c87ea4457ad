/** Every error that signing, key files and certificates can raise. */
import { defineErrors } from '@rampart/kit/core'

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
  SIGNING_PRIVATE_KEY_INVALID: {
    kind: 'InvalidInput',
    summary: 'A private key for model signing cannot be read, needs another password, or is of another kind.',
    help: 'Make one with: openssl ecparam -name prime256v1 -genkey -noout -out key.pem',
  },
  SIGNING_CERTIFICATE_INVALID: {
    kind: 'InvalidInput',
    summary: 'A certificate file holds no certificate, or one that may not sign models.',
  },
  SIGNING_TRUST_ROOT_INVALID: {
    kind: 'InvalidInput',
    summary: 'A Sigstore trusted root is malformed.',
  },
  SIGNING_MODEL_NOT_FOUND: { kind: 'NotFound', summary: 'There is no model at this path.' },
  SIGNING_MODEL_UNREADABLE: {
    kind: 'PreconditionFailed',
    summary:
      'A model holds something that cannot be signed: a link, a device, an unreadable or unnameable file.',
  },
  SIGNING_MODEL_CHANGED: {
    kind: 'Conflict',
    summary: 'A file of the model was written to while it was hashed.',
    help: 'Run it again when nothing writes to the model.',
  },
  SIGNING_MODEL_TOO_LARGE: {
    kind: 'PayloadTooLarge',
    summary: 'A model has more files, shards or depth than one signature can list.',
  },
  SIGNING_BUNDLE_INVALID: { kind: 'InvalidInput', summary: 'A signature file is malformed.' },
  SIGNING_OPTIONS_INVALID: {
    kind: 'InvalidInput',
    summary: 'Options of model signing contradict each other.',
  },
})
