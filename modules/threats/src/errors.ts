/** What signal intake and queries can refuse. */
import { defineErrors } from '@rampart/kit'

export const threatsErrors = defineErrors({
  THREATS_SIGNAL_INVALID: {
    kind: 'InvalidInput',
    summary: 'The signal does not follow the signal/1 schema.',
  },
  THREATS_SIGNAL_NOT_FOUND: { kind: 'NotFound', summary: 'No such signal.' },
})
