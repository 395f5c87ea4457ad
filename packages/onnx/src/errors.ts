/** Error codes of model reading and sessions. */
import { defineErrors } from '@rampart/kit'

export const onnxErrors = defineErrors({
  ONNX_TOO_LARGE: { kind: 'PayloadTooLarge', summary: 'The model file is larger than the limit.' },
  ONNX_NOT_A_MODEL: {
    kind: 'InvalidInput',
    summary: 'The file is not an ONNX model, or it is cut off.',
    help: 'Check the file with the ONNX checker of the tool that made it.',
  },
  ONNX_LIMIT_EXCEEDED: {
    kind: 'InvalidInput',
    summary: 'The model has more nodes, names or nested graphs than are read.',
  },
  ONNX_EXTERNAL_DATA: {
    kind: 'InvalidInput',
    summary: 'The model keeps tensors in other files, which are not accepted.',
    help: 'Save the model with its weights inside one file.',
  },
  ONNX_TYPE_UNSUPPORTED: {
    kind: 'InvalidInput',
    summary: 'An input or output has a type that is not served.',
    help: 'Inputs and outputs must be tensors of bool, integer, float or string; for scikit-learn export with zipmap=False.',
  },
  ONNX_SHAPE_INVALID: { kind: 'InvalidInput', summary: 'An input or output has an impossible shape.' },
  ONNX_LOAD_FAILED: { kind: 'InvalidInput', summary: 'The runtime cannot load the model.' },
  ONNX_RUN_FAILED: { kind: 'Internal', summary: 'The model failed on this input.' },
  ONNX_DIGEST_MISMATCH: {
    kind: 'PreconditionFailed',
    summary: 'The model file does not have the digest it was approved under.',
  },
  ONNX_WORKER_DIED: { kind: 'Unavailable', summary: 'The worker that ran the model died.' },
  ONNX_WORKER_TIMEOUT: {
    kind: 'DeadlineExceeded',
    summary: 'The model did not answer in time and was stopped.',
  },
  ONNX_SESSION_CLOSED: { kind: 'Unavailable', summary: 'The session is closed.' },
})
