/** Traces of a running control plane as a real OpenTelemetry collector got them. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const otel: PeerGroup = {
  name: 'otel',
  what: 'traces of requests, calls and jobs, as a real OpenTelemetry collector writes them down',
  run: async () => {
    await peer('otelcol', 'install')
    return runTestFiles(['apps/control-plane/src/tracing.peers.ts'], {})
  },
}
