/** Splunk HTTP Event Collector, out. */
export { createHec, type HecTarget } from './hec-sink.ts'
