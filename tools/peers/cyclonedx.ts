/** Bills of materials judged by the CycloneDX project's Python library. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const cyclonedx: PeerGroup = {
  name: 'cyclonedx',
  what: 'bills of materials under the CycloneDX project’s Python library',
  run: async () =>
    runTestFiles(['apps/cli/src/bom.peers.ts'], { RAMPART_CYCLONEDX: await peer('cyclonedx', 'install') }),
}
