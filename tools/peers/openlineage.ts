/** OpenLineage in and out against the project's own Python client and a real server. */
import { startControlPlane } from '../control-plane.ts'
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const openlineage: PeerGroup = {
  name: 'openlineage',
  what: 'lineage events in and out against the OpenLineage project’s Python client',
  run: async () => {
    const python = await peer('openlineage', 'install')
    const server = await startControlPlane()
    try {
      return await runTestFiles(['modules/lineage/src/openlineage.peers.ts'], {
        ...server.env,
        RAMPART_OPENLINEAGE: python,
      })
    } finally {
      await server.stop()
    }
  },
}
