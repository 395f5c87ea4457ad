/** Error catalogue of the Azure Machine Learning connector. */
import { defineErrors } from '@rampart/kit'

export const azuremlErrors = defineErrors({
  AZUREML_URL_INVALID: {
    kind: 'InvalidInput',
    summary: 'The URL or a parameter of an Azure ML registry is malformed.',
    help: 'Write the resource: https://management.azure.com/subscriptions/…/resourceGroups/…/providers/Microsoft.MachineLearningServices/workspaces|registries/NAME',
  },
  AZUREML_LOGIN_FAILED: {
    kind: 'PreconditionFailed',
    summary: 'Microsoft Entra ID gave no token for the client that a registry names.',
    help: 'Check tenantId, clientId and the secret, and the role of the client in the workspace.',
  },
  AZUREML_ANSWER_INVALID: {
    kind: 'PreconditionFailed',
    summary:
      'Azure ML answered something that its interface does not describe, or sent us to another server.',
  },
  AZUREML_SOURCE_UNSUPPORTED: {
    kind: 'Unsupported',
    summary: 'The bytes of a version lie where this connector does not read.',
    help: 'Blob and Data Lake Gen2 datastores of the same workspace can be read.',
  },
  AZUREML_FILE_CHANGED: {
    kind: 'Unavailable',
    summary: 'A blob changed between its listing and its download; the next reading lists it again.',
  },
  AZUREML_CHANGED: {
    kind: 'Conflict',
    summary: 'A tag in Azure ML is not what was expected: somebody changed it meanwhile.',
  },
  AZUREML_NO_ALIASES: {
    kind: 'Unsupported',
    summary: 'Azure ML has no aliases for versions of models.',
    help: 'Its MLflow endpoint may have them: use the URL that begins with azureml://.',
  },
})
