/** Everything telemetry can refuse. */
import { defineErrors } from '@rampart/kit'

export const telemetryErrors = defineErrors({
  TELEMETRY_ABSENT: {
    kind: 'NotFound',
    summary: 'The model version has no reference profile, so drift cannot be measured.',
    help: 'Register the version with an artifact of role "reference"; the profile is made when it is assessed.',
  },
  TELEMETRY_FEATURE_NOT_FOUND: {
    kind: 'NotFound',
    summary: 'The model version has no feature of that name.',
  },
  TELEMETRY_REFERENCE_INVALID: {
    kind: 'InvalidInput',
    summary: 'Reference rows do not fit the model or are too few to compare with.',
  },
  TELEMETRY_OPTION_INVALID: {
    kind: 'InvalidInput',
    summary: 'A telemetry key of the configuration cannot be read.',
  },
  TELEMETRY_TABLE_TOO_LARGE: {
    kind: 'PayloadTooLarge',
    summary: 'A table of reference rows is larger than the server reads.',
    help: 'A sample of some hundred thousand rows says as much about drift; or raise telemetry.referenceBytes.',
  },
  TELEMETRY_NOT_ASSESSED: {
    kind: 'Conflict',
    summary: 'The model version has no signature yet, so columns cannot be told apart.',
    help: 'Wait until it is assessed: rampart get models NAME.',
  },
  TELEMETRY_IMPORT_BUSY: {
    kind: 'RateLimited',
    summary: 'Another table of reference rows is being read.',
    retryable: true,
  },
  TELEMETRY_REPORT_INVALID: {
    kind: 'InvalidInput',
    summary: 'Sketches reported by another process cannot be read.',
  },
  TELEMETRY_SHAPE_CHANGED: {
    kind: 'Conflict',
    summary: 'A batch has other tensors or widths than the reference profile of its model version.',
    help: 'A version is immutable: register the model with the new shape as a new version.',
  },
})
