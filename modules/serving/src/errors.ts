/** Error codes of serving. Values of tensors are refused with the codes of @rampart/codecs. */
import { defineErrors } from '@rampart/kit'

export const servingErrors = defineErrors({
  SERVING_NOT_FOUND: { kind: 'NotFound', summary: 'No such resource under /v2.' },
  SERVING_METHOD_WRONG: { kind: 'InvalidInput', summary: 'The resource does not take this HTTP method.' },
  SERVING_MODEL_UNKNOWN: {
    kind: 'NotFound',
    summary: 'No route serves a model under this name and version.',
    help: 'List the routes with `rampart get routes`.',
  },
  SERVING_NOT_DEPLOYED: {
    kind: 'Conflict',
    summary: 'The version exists but is not deployed, so it is not served.',
  },
  SERVING_NOT_READY: {
    kind: 'Unavailable',
    summary: 'The version is deployed but its session is not loaded, or its loading failed.',
  },
  SERVING_NO_VALID_VERDICT: {
    kind: 'Unavailable',
    summary: 'The version is deployed, but no valid verdict lets its bytes be served.',
    help: 'Ask why with `rampart verdict NAME:VERSION`.',
  },
  SERVING_DENIED: { kind: 'Forbidden', summary: 'The inference policy does not allow this call.' },
  SERVING_POLICY_FAILED: {
    kind: 'Unavailable',
    summary: 'The inference policy could not be evaluated, so nothing is served.',
  },
  SERVING_CONTENT_TYPE: {
    kind: 'UnsupportedMediaType',
    summary: 'Inference requests must be application/json, or binary with their header, and not compressed.',
  },
  SERVING_BODY_TOO_LARGE: { kind: 'PayloadTooLarge', summary: 'The request body is larger than the limit.' },
  SERVING_BODY_CUT_OFF: {
    kind: 'InvalidInput',
    summary: 'The request body ended before its announced length.',
  },
  SERVING_PAYLOAD_INVALID: {
    kind: 'InvalidInput',
    summary: "The request does not match the route's JSON Schema.",
    help: 'The `violations` of the answer name the places by JSON pointer.',
  },
  SERVING_PAYLOAD_SCHEMA: {
    kind: 'InvalidInput',
    summary: "A route's payload schema is not a JSON Schema (draft 2020-12) that can be compiled.",
  },
  SERVING_ROUTE_INVALID: {
    kind: 'InvalidInput',
    summary: 'The route names something that is not a legal name.',
  },
  SERVING_REVISION_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'Somebody else has changed the resource since it was read.',
    help: 'Read it again and send its revision in If-Match.',
  },
  SERVING_BACKEND_UNKNOWN: {
    kind: 'NotFound',
    summary: 'There is no such backend.',
    help: 'List them with `rampart get backends`.',
  },
  SERVING_BACKEND_INVALID: { kind: 'InvalidInput', summary: 'The backend cannot be what it says.' },
  SERVING_BACKEND_USED: { kind: 'Conflict', summary: 'A route still leads to the backend.' },
  SERVING_BACKEND_DOWN: {
    kind: 'Unavailable',
    summary: 'No endpoint of the backend is ready, verified and not ejected.',
    help: 'GET /api/v1/routes/NAME/plan says how each endpoint is.',
  },
  SERVING_BACKEND_DIFFERS: {
    kind: 'Conflict',
    summary: 'The backend gives other answers than the registered file.',
  },
  SERVING_NO_CANARY: { kind: 'Conflict', summary: 'The route has no canary to promote or roll back.' },
  SERVING_ROUTE_UNKNOWN: {
    kind: 'NotFound',
    summary: 'There is no such route.',
    help: 'List them with `rampart get routes`.',
  },
  SERVING_ROWS_DIFFER: {
    kind: 'InvalidInput',
    summary: 'The inputs of one request have different numbers of rows.',
  },
  SERVING_DEADLINE_INVALID: {
    kind: 'InvalidInput',
    summary: 'x-request-timeout-ms must be a positive whole number of milliseconds.',
  },
  SERVING_DEADLINE: { kind: 'DeadlineExceeded', summary: 'The deadline of the request passed.' },
  SERVING_QUEUE_FULL: { kind: 'RateLimited', summary: 'The queue of the model is full.' },
  SERVING_STOPPING: { kind: 'Unavailable', summary: 'The server is stopping.' },
  SERVING_GRPC_PORT_TAKEN: {
    kind: 'Conflict',
    summary: 'Another program listens on the gRPC port.',
    help: 'Set GRPC_PORT to a free one; 0 takes any.',
  },
  SERVING_MODEL_FAILED: { kind: 'Internal', summary: 'The model failed on this request.' },
  SERVING_RECORDS_UNAVAILABLE: {
    kind: 'Unavailable',
    summary: 'Inference records cannot be written, and the server is configured to refuse work without them.',
    help: 'Free disk space, or set what to do without records to "drop".',
  },
})
