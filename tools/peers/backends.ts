/** Routes to inference servers that we did not write. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const backends: PeerGroup = {
  name: 'backends',
  what: 'routes to a real MLServer over REST and gRPC',
  run: async () =>
    runTestFiles(['modules/serving/src/mlserver.peers.ts'], {
      RAMPART_MLSERVER: await peer('mlserver', 'install'),
    }),
}
