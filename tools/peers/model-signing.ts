/** Model signatures under the reference implementation of OpenSSF Model Signing and under cosign, both ways. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const modelSigning: PeerGroup = {
  name: 'model-signing',
  what: 'model signatures under PyPI model-signing and cosign, theirs under ours',
  run: async () =>
    runTestFiles(['packages/signing/src/model-signing/interoperability.peers.ts'], {
      RAMPART_MODEL_SIGNING: await peer('model-signing', 'install'),
      RAMPART_COSIGN: await peer('cosign', 'install'),
    }),
}
