/** Error catalogue of the trace exporter. */
import { defineErrors } from '@rampart/kit'

export const tracingErrors = defineErrors({
  TRACING_ENDPOINT_INVALID: {
    kind: 'InvalidInput',
    summary: 'The address of the trace collector is not a plain http or https URL.',
    help: 'Name the base URL of an OTLP/HTTP receiver, such as http://127.0.0.1:4318.',
  },
  TRACING_OPTION_INVALID: {
    kind: 'InvalidInput',
    summary: 'A header for the trace collector or the share of sampled traces cannot be used.',
  },
})
