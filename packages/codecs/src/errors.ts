/** Error codes of the codecs; every one is the caller's fault, so all are `InvalidInput`. */
import { defineErrors } from '@rampart/kit'

export const codecErrors = defineErrors({
  CODECS_JSON_INVALID: { kind: 'InvalidInput', summary: 'The text is not valid JSON.' },
  CODECS_BOM_INVALID: {
    kind: 'InvalidInput',
    summary: 'The document is not a CycloneDX bill of materials of a machine-learning model.',
  },
  CODECS_REQUEST_INVALID: {
    kind: 'InvalidInput',
    summary: 'The inference request does not have the form of the Open Inference Protocol V2.',
    help: 'Send {"inputs":[{"name","datatype","shape","data"}]}.',
  },
  CODECS_TENSOR_UNKNOWN: {
    kind: 'InvalidInput',
    summary: 'The request names an input or output that the model does not have.',
    help: 'GET /v2/models/NAME lists the inputs and outputs.',
  },
  CODECS_TENSOR_MISSING: {
    kind: 'InvalidInput',
    summary: 'The request lacks an input that the model needs.',
  },
  CODECS_DATATYPE_MISMATCH: {
    kind: 'InvalidInput',
    summary: 'The datatype of an input is not the one the model declares.',
  },
  CODECS_SHAPE_MISMATCH: {
    kind: 'InvalidInput',
    summary: 'The shape of an input does not fit the model, or the data does not fit the shape.',
  },
  CODECS_TOO_MANY_ELEMENTS: {
    kind: 'InvalidInput',
    summary: 'An input holds more elements than the server accepts in one request.',
    help: 'Send fewer rows per request.',
  },
  CODECS_VALUE_INVALID: {
    kind: 'InvalidInput',
    summary: 'An element of an input is not a value of its datatype.',
    help: 'Integers beyond 2^53 must be sent as decimal strings (INT64 and UINT64 only).',
  },
  CODECS_BINARY_INVALID: {
    kind: 'InvalidInput',
    summary: 'The lengths of a binary tensor request contradict each other or the body.',
    help: 'Inference-Header-Content-Length counts the JSON bytes, binary_data_size the bytes of each tensor behind it.',
  },
  CODECS_MESSAGE_INVALID: {
    kind: 'InvalidInput',
    summary: 'The gRPC message is not a message of the Open Inference Protocol.',
    help: 'The messages are in contracts/proto/inference.',
  },
  CODECS_RECORD_INVALID: {
    kind: 'InvalidInput',
    summary: 'A record of an example or reference file cannot be read.',
    help: 'Each line is {"inputs":{NAME: row},"label": value}.',
  },
  CODECS_EXPORT_INVALID: {
    kind: 'InvalidInput',
    summary: 'A record cannot be exported: it is not a signal or another record that Rampart exports.',
    help: 'A signal needs time, detector, title, severity, entity {kind,id} and evidence.',
  },
  CODECS_EVENT_INVALID: {
    kind: 'InvalidInput',
    summary: 'A CEF, LEEF, syslog or EVE event does not follow its format.',
  },
  CODECS_FIELD_INVALID: {
    kind: 'InvalidInput',
    summary:
      'A field mapping names a field that the format does not have, or a value that the field cannot hold.',
    help: 'The guide on SIEM export lists the fields of each format.',
  },
})
