/** Notebooks are stopped on a real Jupyter Server and a real JupyterHub. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const jupyter: PeerGroup = {
  name: 'jupyter',
  what: 'notebooks stopped on Jupyter Server and JupyterHub',
  run: async () => {
    await peer('nftables', 'install')
    return runTestFiles(
      ['packages/connectors/src/jupyter/jupyter.peers.ts', 'apps/control-plane/src/notebooks.peers.ts'],
      { RAMPART_JUPYTER: await peer('jupyter', 'install') },
    )
  },
}
