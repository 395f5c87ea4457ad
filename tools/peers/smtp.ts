/** Tickets by e-mail against an SMTP server that is not of our kind. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const smtp: PeerGroup = {
  name: 'smtp',
  what: 'tickets by e-mail against aiosmtpd and Python’s parser',
  run: async () =>
    runTestFiles(['packages/connectors/src/smtp/send-mail.peers.ts'], {
      RAMPART_SMTP: await peer('smtp', 'install'),
    }),
}
