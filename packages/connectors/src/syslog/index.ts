/** Syslog over UDP, TCP and TLS, out and in. */
export { createSyslogDatagrams } from './datagram-sink.ts'
export { listenSyslog } from './listener.ts'
export type { SyslogListener, SyslogListenerOptions } from './listener-options.ts'
export { createSyslogStream } from './stream-sink.ts'
