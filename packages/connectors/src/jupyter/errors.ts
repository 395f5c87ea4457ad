/** Error catalogue of the notebook connector. */
import { defineErrors } from '@rampart/kit'

export const jupyterErrors = defineErrors({
  JUPYTER_NAME_REFUSED: {
    kind: 'InvalidInput',
    summary: 'A user or server name is not one that a JupyterHub can have.',
  },
  JUPYTER_ANSWER_INVALID: {
    kind: 'PreconditionFailed',
    summary: 'A Jupyter server or hub answered what its API does not say.',
  },
})
