/** Sinks under the receivers that they are for. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const siem: PeerGroup = {
  name: 'siem',
  what: 'export to a real rsyslog (TLS, UDP), RabbitMQ (AMQP 0-9-1 and 1.0) and HEC receiver; syslog from logger and rsyslog',
  run: async () => {
    for (const name of ['rsyslog', 'rabbitmq', 'hec']) await peer(name, 'install')
    return runTestFiles(['modules/siem/src/sinks.peers.ts', 'modules/siem/src/listeners.peers.ts'], {})
  },
}
