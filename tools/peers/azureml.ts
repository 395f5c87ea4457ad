/** Azure ML: the stand-in that the SDK's own specs judge, with the bytes in Microsoft's storage emulator. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const azureml: PeerGroup = {
  name: 'azureml',
  what: 'workspaces and registries with their blobs in Azurite, by signature and by account key',
  run: async () =>
    runTestFiles(['packages/connectors/src/azureml/registry.peers.ts'], {
      RAMPART_AZURITE: await peer('azurite', 'install'),
    }),
}
