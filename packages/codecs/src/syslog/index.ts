/** Syslog: RFC 5424 out, RFC 5424 and RFC 3164 in, framing for streams. */
export { decodeSyslog, type SyslogEvent } from './decode.ts'
export {
  encodeRfc5424,
  frameOctets,
  type Rfc5424Options,
  SYSLOG_SEVERITY,
  type SyslogHeader,
  syslogHeader,
  wrapSyslog,
} from './encode.ts'
export { createSyslogFramer, type SyslogFramer } from './framing.ts'
