/** Error catalogue of the host firewall. */
import { defineErrors } from '@rampart/kit'

export const firewallErrors = defineErrors({
  FIREWALL_ADDRESS_REFUSED: {
    kind: 'InvalidInput',
    summary: 'An address is malformed, or cutting it off would cut off this machine itself.',
  },
  FIREWALL_OVERLAP: {
    kind: 'Conflict',
    summary: 'A network overlaps one that is cut off already.',
    help: 'Release the other one first, or cut off the network that holds both.',
  },
  FIREWALL_UNAVAILABLE: {
    kind: 'Unavailable',
    summary: 'nft could not be run, did not answer in time, or may not change the rules (CAP_NET_ADMIN).',
  },
  FIREWALL_ANSWER_INVALID: { kind: 'Unavailable', summary: 'nft answered what cannot be read.' },
})
