/** Error catalogue of the sink connectors. */
import { defineErrors } from '@rampart/kit'

export const sinkErrors = defineErrors({
  SINK_UNREACHABLE: {
    kind: 'Unavailable',
    summary: 'A SIEM could not be reached, refused the connection or broke it off.',
  },
  SINK_STALLED: { kind: 'Unavailable', summary: 'A SIEM took the connection but not the records in time.' },
  SINK_DENIED: {
    kind: 'PreconditionFailed',
    summary: 'A SIEM refused our credentials, or the place that we send to.',
    help: 'Check the secret that the sink names, and its exchange, address, index or channel.',
  },
})
