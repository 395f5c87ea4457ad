/** Everything response can refuse. */
import { defineErrors } from '@rampart/kit'

export const responseErrors = defineErrors({
  RESPONSE_RUN_NOT_FOUND: {
    kind: 'NotFound',
    summary: 'There is no such run or containment.',
    help: 'List them with: rampart get containments',
  },
  RESPONSE_ACTION_UNKNOWN: { kind: 'InvalidInput', summary: 'No action has that name.' },
  RESPONSE_PARAMETERS_INVALID: {
    kind: 'InvalidInput',
    summary: 'The parameters do not follow the schema of the action.',
  },
  RESPONSE_NOT_POSSIBLE: {
    kind: 'PreconditionFailed',
    summary: 'The precheck of an action says that it makes no sense here.',
  },
  RESPONSE_KEY_REUSED: {
    kind: 'Conflict',
    summary: 'The idempotency key names a run with another plan.',
  },
  RESPONSE_BUSY: {
    kind: 'Conflict',
    summary: 'Another run with the same concurrency key is not over.',
  },
  RESPONSE_KILL_SWITCH: {
    kind: 'PreconditionFailed',
    summary: 'The kill switch is on: nothing new is dispatched.',
    help: 'Reverts still work. Switch it off with: rampart kill-switch off',
  },
  RESPONSE_TOO_MANY: {
    kind: 'RateLimited',
    summary: 'More runs than the limit were started by policy within a minute.',
  },
  RESPONSE_FORBIDDEN: {
    kind: 'Forbidden',
    summary: 'The caller may not do by hand what a step of the run does.',
  },
  RESPONSE_NOT_WAITING: { kind: 'Conflict', summary: 'The run waits for no approval.' },
  RESPONSE_APPROVAL_REFUSED: {
    kind: 'Forbidden',
    summary: 'The approval does not count: expired, of another plan, repeated, or by somebody who may not.',
  },
  RESPONSE_STATE_WRONG: { kind: 'Conflict', summary: 'The run is not in a state that allows this.' },
  RESPONSE_CHANGED_SINCE: {
    kind: 'Conflict',
    summary: 'Somebody changed what the action works on after it was looked at.',
  },
  RESPONSE_RECEIVER_FAILED: {
    kind: 'Unavailable',
    summary: 'The receiver of a message failed; whether it took the message is not known.',
  },
  RESPONSE_CALLER_DENIED: {
    kind: 'Forbidden',
    summary: 'A containment denies this caller for now.',
    help: 'rampart get containments says which and until when.',
  },
  RESPONSE_CALLER_THROTTLED: {
    kind: 'RateLimited',
    summary: 'A containment limits how often this caller may call.',
  },
  RESPONSE_RESOURCE_UNKNOWN: { kind: 'NotFound', summary: 'There is no such notebook or playbook.' },
  RESPONSE_RESOURCE_INVALID: {
    kind: 'InvalidInput',
    summary: 'A notebook or playbook is not what its kind says; details name every fault.',
  },
  RESPONSE_NOTHING_THERE: {
    kind: 'PreconditionFailed',
    summary: 'What the action is about does not exist or has nothing to go back to.',
  },
})
