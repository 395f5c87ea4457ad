/** Alert intake beside the intrusion detection system that it is for. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const suricata: PeerGroup = {
  name: 'suricata',
  what: 'a real Suricata on a live interface: eve.json through rotations and a SIGKILL, and posted',
  run: async () => {
    await peer('suricata', 'install')
    return runTestFiles(['apps/control-plane/src/suricata.peers.ts'], {})
  },
}
