/** What a listener refuses before any module is asked. */
import { defineErrors } from '@rampart/kit'

export const listenerErrors = defineErrors({
  SERVER_HOST_REFUSED: {
    kind: 'Forbidden',
    summary: 'Development mode answers only to loopback host names.',
    help: 'Use http://127.0.0.1 or http://localhost, or configure OIDC to leave development mode.',
  },
  SERVER_ORIGIN_REFUSED: {
    kind: 'Forbidden',
    summary: 'The request came from a page of another web origin.',
  },
  SERVER_CONTENT_TYPE: { kind: 'UnsupportedMediaType', summary: 'The body must be JSON.' },
  SERVER_PORT_NOT_SHARED: {
    kind: 'Unsupported',
    summary: 'Several processes can share a port on Linux only.',
    help: 'Configure one process, or put a load balancer before several gateways.',
  },
  SERVER_PORT_TAKEN: {
    kind: 'Conflict',
    summary: 'Another program listens on the port.',
    help: 'Set PORT to a free one.',
  },
})
