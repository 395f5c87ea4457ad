/** Every error that evidence can raise. */
import { defineErrors } from '@rampart/kit'

export const trustErrors = defineErrors({
  TRUST_SIGNER_NOT_FOUND: { kind: 'NotFound', summary: 'There is no signer of this name.' },
  TRUST_SIGNER_INVALID: {
    kind: 'InvalidInput',
    summary: 'A signer’s specification is malformed, or names an identity that cannot verify anything.',
  },
  TRUST_SIGNER_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'The signer was changed since it was read.',
    help: 'Read it again and repeat the change.',
  },
  TRUST_SIGNER_REVOKED: { kind: 'Conflict', summary: 'A revoked signer cannot be changed.' },
  TRUST_SIGNER_USED: {
    kind: 'Conflict',
    summary: 'Evidence rests on the signer, so it can only be revoked.',
  },
  TRUST_SIGNATURE_INVALID: {
    kind: 'InvalidInput',
    summary: 'What was handed in is no signature or attestation that can be read.',
  },
  TRUST_SIGNATURE_MISMATCH: {
    kind: 'InvalidInput',
    summary: 'A signature or attestation is about other bytes than the version it was handed in for.',
  },
  TRUST_SIGNATURE_UNTRUSTED: {
    kind: 'Forbidden',
    summary: 'No trusted signer, in scope and valid now, made the signature.',
  },
  TRUST_ARTIFACT_NOT_FOUND: { kind: 'NotFound', summary: 'No version of the tenant has such an artifact.' },
  TRUST_SCAN_QUEUE_FULL: {
    kind: 'RateLimited',
    summary: 'Too many scans are waiting already.',
    help: 'Ask again when some of them are done.',
  },
  TRUST_VERDICT_NOT_FOUND: {
    kind: 'NotFound',
    summary: 'There is no verdict about this digest: no version of the tenant has it.',
  },
  TRUST_GRAPH_UNREADABLE: {
    kind: 'Unsupported',
    summary: 'The model is no ONNX graph that can be read.',
  },
  TRUST_GRAPH_NO_PARENT: {
    kind: 'NotFound',
    summary: 'There is no version to compare the graph with.',
    help: 'Name one with `against`.',
  },
  TRUST_GRAPH_BUSY: {
    kind: 'RateLimited',
    summary: 'Too many graphs are being read already.',
    help: 'Ask again in a moment.',
  },
  TRUST_WAIVER_INVALID: {
    kind: 'Conflict',
    summary: 'There is nothing that a waiver could cover: no scan is unverified, or one was blocked.',
  },
  TRUST_EVIDENCE_NOT_FOUND: { kind: 'NotFound', summary: 'No evidence has this id.' },
  TRUST_SUBJECT_INVALID: {
    kind: 'InvalidInput',
    summary: 'Evidence was asked for, or made, about something that is not a SHA-256 digest.',
  },
})
