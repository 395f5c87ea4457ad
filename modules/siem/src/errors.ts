/** Error catalogue of SIEM export and alert intake. */
import { defineErrors } from '@rampart/kit'

export const siemErrors = defineErrors({
  SIEM_SINK_INVALID: { kind: 'InvalidInput', summary: 'A sink is not written as it must be.' },
  SIEM_SINK_UNKNOWN: {
    kind: 'NotFound',
    summary: 'There is no such sink.',
    help: 'List them with `rampart get sinks`.',
  },
  SIEM_REVISION_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'Somebody else changed the resource since it was read.',
  },
  SIEM_SOURCE_INVALID: { kind: 'InvalidInput', summary: 'A source of alerts is not written as it must be.' },
  SIEM_SOURCE_UNKNOWN: {
    kind: 'NotFound',
    summary: 'There is no such source of alerts.',
    help: 'List them with `rampart get alert-sources`.',
  },
  SIEM_SOURCE_BUSY: {
    kind: 'RateLimited',
    summary: 'A source sends more than its rate allows.',
    help: 'Send later, or raise spec.ratePerSecond.',
  },
})
