/** Error catalogue of the MLflow connector; faults of HTTP itself are those of `outbound`. */
import { defineErrors } from '@rampart/kit'

export const mlflowErrors = defineErrors({
  MLFLOW_NOT_FOUND: { kind: 'NotFound', summary: 'MLflow has no such model, version, run or file.' },
  MLFLOW_ANSWER_INVALID: {
    kind: 'PreconditionFailed',
    summary: 'MLflow answered with something that its REST interface does not describe.',
  },
  MLFLOW_TOO_MUCH: {
    kind: 'PreconditionFailed',
    summary: 'MLflow hands out more pages, files or aliases than a registry may have.',
  },
  MLFLOW_SOURCE_UNSUPPORTED: {
    kind: 'Unsupported',
    summary: 'The bytes of a version lie in a store that the MLflow server does not proxy.',
    help: 'Start the server with --serve-artifacts, or register the store itself as a registry (s3, folder).',
  },
  MLFLOW_FILE_CHANGED: {
    kind: 'Unavailable',
    summary: 'A file changed between its listing and its download; the next reading lists it again.',
  },
  MLFLOW_CHANGED_BY_OTHERS: {
    kind: 'Conflict',
    summary:
      'A tag or alias in MLflow is not what it was expected to be: somebody else set it, and it stays.',
  },
})
