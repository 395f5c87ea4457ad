/** What a gateway process refuses at its start. */
import { defineErrors } from '@rampart/kit'

export const gatewayErrors = defineErrors({
  GATEWAY_TOKEN_MISSING: {
    kind: 'InvalidInput',
    summary: 'The gateway has no API key for its control plane.',
    help: 'Set RAMPART_CONTROL_TOKEN or RAMPART_CONTROL_TOKEN_FILE to an API key with the role gateway.',
  },
  GATEWAY_NOT_LOOPBACK: {
    kind: 'InvalidInput',
    summary: 'The control plane is in development mode, so its gateways listen on loopback only.',
    help: 'Configure OIDC on the control plane, or set host to 127.0.0.1.',
  },
  GATEWAY_MODE_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'The control plane changed between development and production mode.',
    help: 'Restart the gateway.',
  },
  GATEWAY_NOT_FOUND: {
    kind: 'NotFound',
    summary: 'A gateway has nothing at that path.',
    help: 'The API of the control plane is at the control plane.',
  },
  GATEWAY_FORBIDDEN: { kind: 'Forbidden', summary: 'Metrics of a gateway need a role that may read.' },
})
