/** The port of the sink connectors. */
export { sinkErrors } from './errors.ts'
export {
  type Assurance,
  type OutgoingRecord,
  type SendResult,
  type SinkTarget,
  type SinkTls,
  type SinkTransport,
  wavesOf,
} from './transport.ts'
