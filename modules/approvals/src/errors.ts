/** Everything approvals can refuse, with the words their callers see. */
import { defineErrors } from '@rampart/kit'

export const approvalErrors = defineErrors({
  APPROVAL_NOT_FOUND: {
    kind: 'NotFound',
    summary: 'No such request for approval.',
    help: 'List what exists with: rampart get approvals',
  },
  APPROVAL_DENIED: {
    kind: 'Forbidden',
    summary: 'The approval policy does not let this person approve or reject this version.',
  },
  APPROVAL_CLOSED: {
    kind: 'Conflict',
    summary: 'The request was already answered, withdrawn, or has expired.',
  },
  APPROVAL_REJECTED: {
    kind: 'Conflict',
    summary: 'The version was rejected as it is.',
    help: 'Open a new request that says what is different: rampart request-approval NAME:VERSION --reason "…"',
  },
  APPROVAL_OPEN: { kind: 'Conflict', summary: 'The version has an open request already.' },
  APPROVAL_STAGE: { kind: 'Conflict', summary: 'A version at this stage waits for no approval.' },
  APPROVAL_REVISION_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'The request, or what it rests on, changed since it was read.',
    help: 'Read it again and repeat with the new revision.',
  },
  APPROVAL_INVALID: { kind: 'InvalidInput', summary: 'A request, comment or delegation is malformed.' },
  APPROVAL_DELEGATION_REFUSED: {
    kind: 'InvalidInput',
    summary:
      'A right cannot be handed over like this: to oneself, to no person, in a circle, or for too long.',
  },
  APPROVAL_DELEGATION_NOT_FOUND: { kind: 'NotFound', summary: 'No such delegation.' },
})
