/** OCI registries that others wrote, filled by clients that others wrote, read and changed by ours. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const oci: PeerGroup = {
  name: 'oci',
  what: 'registries with and without referrers API, filled by ORAS and cosign, token and password logins',
  run: async () =>
    runTestFiles(['packages/connectors/src/oci/registry.peers.ts'], {
      RAMPART_OCI_BIN: await peer('oci', 'install'),
      RAMPART_COSIGN: await peer('cosign', 'install'),
    }),
}
