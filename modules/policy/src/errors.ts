/** Error codes of the policy module. */
import { defineErrors } from '@rampart/kit'

/** Errors of the policy module. A deny is not one of them: it is an answer. */
export const policyErrors = defineErrors({
  POLICY_CONTENT_DIFFERS: {
    kind: 'Conflict',
    summary: 'The files of a pack are not those that its digest names.',
  },
  POLICY_PACK_UNKNOWN: {
    kind: 'NotFound',
    summary: 'There is no policy pack, or no version of it, by that name.',
  },
  POLICY_FILE_REFUSED: {
    kind: 'InvalidInput',
    summary: 'A file of a pack has a name or a size that is not allowed.',
    help: 'A pack holds *.rego files, *_test.rego files and at most one data.json.',
  },
  POLICY_TESTS_FAILED: {
    kind: 'InvalidInput',
    summary: 'Tests of the pack failed, so it was not activated; the details name them.',
  },
  POLICY_EXPIRED: {
    kind: 'PreconditionFailed',
    summary: 'The bundle is outside of the time that it names itself; it was not activated.',
  },
  POLICY_LOCKS_OUT: {
    kind: 'InvalidInput',
    summary: 'The authorisation pack would keep every administrator from editing policies again.',
  },
  POLICY_ACTION_WITHOUT_RULE: {
    kind: 'InvalidInput',
    summary: 'The API has an action that the authorisation pack does not name.',
    help: 'Add the action to `actions` in policies/authz/authz.rego, or start once with --policy-restore authz to go back to the shipped pack.',
  },
  POLICY_REVISION_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'Somebody activated another version meanwhile; read the pack again.',
  },
  POLICY_REVISION_MISSING: {
    kind: 'PreconditionFailed',
    summary: 'A change of a pack must say in If-Match which version it replaces.',
  },
  POLICY_NOT_STARTED: { kind: 'Unavailable', summary: 'The policies are not loaded yet.' },
  POLICY_UNUSABLE: {
    kind: 'Internal',
    summary: 'No version of a pack can be compiled, not even the shipped one.',
    help: 'Start once with --policy-restore and the name of the pack.',
  },
})
