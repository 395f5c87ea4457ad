/** Syslog over UDP, TCP and TLS, out and in. */
export { createSyslogDatagrams } from './datagram-sink.ts'
export { listenSyslog, type SyslogListener, type SyslogListenerOptions } from './listener.ts'
export { createSyslogStream } from './stream-sink.ts'
