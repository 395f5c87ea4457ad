/** The producer dictionary of the ArcSight Common Event Format guide: key → type and longest value in characters. */

export type CefType = 'string' | 'integer' | 'long' | 'float' | 'ipv4' | 'ipv6' | 'mac' | 'time'
export type CefKey = { readonly type: CefType; readonly limit: number }

const UNLIMITED = Number.POSITIVE_INFINITY
const strings = (limit: number, keys: string): [string, CefKey][] =>
  keys.split(' ').map((key) => [key, { type: 'string', limit }])
const typed = (type: CefType, keys: string): [string, CefKey][] =>
  keys.split(' ').map((key) => [key, { type, limit: UNLIMITED }])

export const CEF_DICTIONARY: ReadonlyMap<string, CefKey> = new Map([
  ...strings(31, 'app proto'),
  ...strings(40, 'externalId'),
  ...strings(63, 'act outcome'),
  ...strings(100, 'dvchost'),
  ...strings(128, 'deviceInboundInterface deviceOutboundInterface devicePayloadId'),
  ...strings(128, 'flexDate1Label flexNumber1Label flexNumber2Label flexString1Label flexString2Label'),
  ...strings(255, 'destinationDnsDomain deviceDnsDomain deviceExternalId deviceNtDomain dntdom dtz fileHash'),
  ...strings(255, 'oldFileHash sntdom sourceDnsDomain'),
  ...strings(1023, 'cat c6a1Label c6a2Label c6a3Label c6a4Label cfp1Label cfp2Label cfp3Label cfp4Label'),
  ...strings(1023, 'cn1Label cn2Label cn3Label cs1Label cs2Label cs3Label cs4Label cs5Label cs6Label'),
  ...strings(1023, 'destinationServiceName deviceCustomDate1Label deviceCustomDate2Label deviceFacility'),
  ...strings(1023, 'deviceProcessName dhost dpriv dproc duid duser fileId filePath filePermission fileType'),
  ...strings(1023, 'flexString1 flexString2 fname msg oldFileId oldFileName oldFilePath oldFilePermission'),
  ...strings(1023, 'oldFileType reason request requestClientApplication requestCookies requestMethod shost'),
  ...strings(1023, 'sourceServiceName spriv sproc suid suser'),
  ...strings(2048, 'requestContext'),
  ...strings(4000, 'cs1 cs2 cs3 cs4 cs5 cs6'),
  ...typed(
    'integer',
    'cnt destinationTranslatedPort deviceDirection dpid dpt dvcpid fsize in oldFileSize out',
  ),
  ...typed('integer', 'sourceTranslatedPort spid spt type'),
  ...typed('long', 'cn1 cn2 cn3 flexNumber1 flexNumber2'),
  ...typed('float', 'cfp1 cfp2 cfp3 cfp4'),
  ...typed(
    'ipv4',
    'destinationTranslatedAddress deviceTranslatedAddress dst dvc sourceTranslatedAddress src',
  ),
  ...typed('ipv6', 'c6a1 c6a2 c6a3 c6a4'),
  ...typed('mac', 'dmac dvcmac smac'),
  ...typed('time', 'deviceCustomDate1 deviceCustomDate2 end fileCreateTime fileModificationTime flexDate1'),
  ...typed('time', 'oldFileCreateTime oldFileModificationTime rt start'),
])

/** Ports: integers with a bound of their own. */
export const CEF_PORTS: ReadonlySet<string> = new Set([
  'dpt',
  'spt',
  'destinationTranslatedPort',
  'sourceTranslatedPort',
])

/** Integers that stand for words: inbound and outbound; base, aggregated, correlation and action event. */
export const CEF_CODES: ReadonlyMap<string, readonly [low: number, high: number]> = new Map([
  ['deviceDirection', [0, 1]],
  ['type', [0, 3]],
])

/** Longest header fields, in characters. */
export const CEF_HEADER_LIMITS = {
  deviceVendor: 63,
  deviceProduct: 63,
  deviceVersion: 31,
  deviceEventClassId: 1023,
  name: 512,
} as const
