/** Error catalogue of the connector to inference servers. */
import { defineErrors } from '@rampart/kit'

export const inferenceErrors = defineErrors({
  INFERENCE_URL_REFUSED: {
    kind: 'InvalidInput',
    summary: 'The URL of an inference server is malformed, or leads to an address that is not allowed.',
    help: 'Private and loopback addresses must be named in the configuration key inference.backendHosts.',
  },
  INFERENCE_UNREACHABLE: {
    kind: 'Unavailable',
    summary: 'The inference server could not be reached, or broke off.',
  },
  INFERENCE_DEADLINE: { kind: 'DeadlineExceeded', summary: 'The inference server did not answer in time.' },
  INFERENCE_OVERLOADED: {
    kind: 'Unavailable',
    summary: 'The inference server refused work for now (429, 502, 503, 504, or their gRPC kin).',
  },
  INFERENCE_FAILED: { kind: 'Unavailable', summary: 'The inference server failed on the request (5xx).' },
  INFERENCE_REFUSED: {
    kind: 'Internal',
    summary: 'The inference server refused a request that fits the registered signature.',
  },
  INFERENCE_ANSWER_INVALID: {
    kind: 'Internal',
    summary: 'The answer of the inference server is not what its protocol and the registered signature say.',
  },
})
