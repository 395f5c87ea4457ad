/** The host firewall on the kernel's own nftables, between two network namespaces. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const nftables: PeerGroup = {
  name: 'nftables',
  what: 'hosts cut off by nftables: traffic stops and comes back',
  run: async () => {
    await peer('nftables', 'install')
    return runTestFiles(
      [
        'packages/connectors/src/nftables/host-firewall.peers.ts',
        'packages/connectors/src/nftables/process-egress.peers.ts',
      ],
      {},
    )
  },
}
