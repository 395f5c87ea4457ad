/** CEF under a Java parser and a Python encoder that know nothing of ours. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const cef: PeerGroup = {
  name: 'cef',
  what: '10,000 hostile CEF events under parcefone, escapes under cefevent',
  run: async () =>
    runTestFiles(['packages/codecs/src/cef/cef.peers.ts'], {
      RAMPART_CEF_READERS: await peer('cef', 'install'),
    }),
}
