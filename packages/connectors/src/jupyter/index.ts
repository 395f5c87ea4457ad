/** Notebooks: Jupyter Server and JupyterHub, to see what runs and to stop it. */
export { jupyterErrors } from './errors.ts'
export { createJupyterHub, type HubUser, type JupyterHub } from './hub.ts'
export { createJupyterServer, type JupyterServer, type NotebookActivity } from './server.ts'
