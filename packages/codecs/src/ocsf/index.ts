/** Open Cybersecurity Schema Framework 1.8: records out. */
export { encodeOcsf, type OcsfEvent, type OcsfOptions } from './encode.ts'
