/** Azure Machine Learning: models of workspaces (Microsoft's SDK) and registries (plain REST), bytes from blob storage. */
export { azuremlErrors } from './errors.ts'
export { type AzureLogin, createTokenSource, type TokenSource } from './login.ts'
export { type AzureMlOptions, createAzureMlRegistry } from './registry.ts'
export { mlflowEndpoint, parseResourceUrl } from './resource-url.ts'
