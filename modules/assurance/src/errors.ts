/** What assessment can fail with; a model that fails assessment is an answer, not one of these. */
import { defineErrors } from '@rampart/kit'

export const assuranceErrors = defineErrors({
  ASSURANCE_REFERENCE_INVALID: { kind: 'InvalidInput', summary: 'The reference rows cannot be read.' },
  ASSURANCE_PREDICTION_INVALID: {
    kind: 'InvalidInput',
    summary: 'The output named as prediction is not there or is not one value per row.',
  },
})
