/** Syslog over UDP, TCP and TLS, out. */
export { createSyslogDatagrams } from './datagram-sink.ts'
export { createSyslogStream } from './stream-sink.ts'
