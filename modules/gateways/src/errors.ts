/** What gateways and the control plane refuse of one another. */
import { defineErrors } from '@rampart/kit'

export const gatewaysErrors = defineErrors({
  GATEWAY_SNAPSHOT_FORGED: {
    kind: 'Forbidden',
    summary: 'A snapshot is not signed by the key that this gateway trusts.',
    help: 'If the control plane was set up anew, give the gateway its new public key or an empty folder.',
  },
  GATEWAY_SNAPSHOT_OTHER_TENANT: {
    kind: 'Forbidden',
    summary: 'A snapshot is for another tenant than this gateway serves.',
  },
  GATEWAY_SNAPSHOT_OLDER: {
    kind: 'Conflict',
    summary: 'A snapshot is older than the one this gateway follows.',
    help: 'After the control plane was restored from a backup, give the gateway an empty folder.',
  },
  GATEWAY_SNAPSHOT_EXPIRED: {
    kind: 'Unavailable',
    summary: 'The gateway was without its control plane for longer than its snapshot is good for.',
    help: 'Bring the control plane back, or set gateways.offlineHours higher.',
  },
  GATEWAY_SNAPSHOT_INVALID: { kind: 'InvalidInput', summary: 'A snapshot cannot be read.' },
  GATEWAY_SNAPSHOT_TOO_LARGE: {
    kind: 'PayloadTooLarge',
    summary: 'What is served does not fit into one signed snapshot of 16 MiB.',
    help: 'Revoke unused API keys, or shorten payload schemas.',
  },
  GATEWAY_NOT_READY: { kind: 'Unavailable', summary: 'The gateway has no snapshot yet.' },
  GATEWAY_CONTROL_AWAY: {
    kind: 'Unavailable',
    summary: 'The control plane did not answer.',
  },
  GATEWAY_CONTROL_REFUSED: {
    kind: 'Forbidden',
    summary: 'The control plane refused this gateway.',
    help: 'The gateway needs an API key with the role gateway.',
  },
  GATEWAY_ARTIFACT_DIFFERS: {
    kind: 'Conflict',
    summary: 'Bytes that came for an artifact do not have its digest.',
  },
  GATEWAY_ARTIFACT_UNKNOWN: {
    kind: 'NotFound',
    summary: 'The artifact is not part of what this gateway may serve.',
  },
  GATEWAY_ID_TAKEN: {
    kind: 'Conflict',
    summary: 'Another principal reports under this gateway id.',
    help: 'Give the gateway an id of its own.',
  },
})
