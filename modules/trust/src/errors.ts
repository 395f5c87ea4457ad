/** Every error that evidence can raise. */
import { defineErrors } from '@rampart/kit'

export const trustErrors = defineErrors({
  TRUST_EVIDENCE_NOT_FOUND: { kind: 'NotFound', summary: 'No evidence has this id.' },
  TRUST_SUBJECT_INVALID: {
    kind: 'InvalidInput',
    summary: 'Evidence was asked for, or made, about something that is not a SHA-256 digest.',
  },
})
