/** Error catalogue of playbooks. */
import { defineErrors } from '@rampart/kit'

export const cacaoErrors = defineErrors({
  CACAO_INVALID: {
    kind: 'InvalidInput',
    summary: 'The document is not a CACAO v2.0 playbook that can be run; details name every fault.',
  },
  CACAO_CONDITION_INVALID: {
    kind: 'InvalidInput',
    summary: 'A condition is not a comparison expression, or compares what cannot be compared.',
  },
  CACAO_VARIABLE_INVALID: {
    kind: 'InvalidInput',
    summary: 'A variable is not declared, has no value, is constant, or does not hold a value of its type.',
  },
  CACAO_SIGNATURE_INVALID: {
    kind: 'PreconditionFailed',
    summary: 'A playbook has no signature of a known key that holds for exactly these bytes and this time.',
  },
  CACAO_LIMIT: {
    kind: 'PreconditionFailed',
    summary: 'A playbook loops or branches more than it may.',
  },
})
