/** Which workspace or registry a URL names: its Azure resource id behind the address of Azure Resource Manager. */
import { parseServerUrl } from '../outbound/index.ts'
import { azuremlErrors } from './errors.ts'

export type AzureMlResource = {
  /** Origin of Azure Resource Manager, `https://management.azure.com` in the public cloud. */
  readonly endpoint: string
  readonly kind: 'workspace' | 'registry'
  readonly subscription: string
  readonly resourceGroup: string
  readonly name: string
  /** Path of the resource. */
  readonly path: string
}

const RESOURCE =
  /^\/subscriptions\/([0-9a-fA-F-]{36})\/resourceGroups\/([-\w.()]{1,90})\/providers\/Microsoft\.MachineLearningServices\/(workspaces|registries)\/([a-zA-Z0-9][\w-]{2,32})\/?$/i
const MLFLOW = /^azureml:\/\/([a-z0-9.-]{1,200})(\/mlflow\/v[0-9.]{1,8}\/subscriptions\/[^?#\s]{1,500})$/i

/** Throws AZUREML_URL_INVALID or OUTBOUND_URL_REFUSED. */
export const parseResourceUrl = (text: string): AzureMlResource => {
  const url = parseServerUrl(text, ['https:'])
  const parts = RESOURCE.exec(url.pathname)
  if (parts === null)
    throw azuremlErrors.AZUREML_URL_INVALID(
      `${JSON.stringify(text.slice(0, 300))} names no workspace or registry`,
    )
  const [, subscription = '', resourceGroup = '', collection = '', name = ''] = parts
  const kind = collection.toLowerCase() === 'workspaces' ? 'workspace' : 'registry'
  const type = kind === 'workspace' ? 'workspaces' : 'registries'
  return {
    endpoint: url.origin,
    kind,
    subscription,
    resourceGroup,
    name,
    path: `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/${type}/${name}`,
  }
}

/** The HTTPS address of a workspace's MLflow interface (`azureml://HOST/mlflow/v1.0/subscriptions/…`); undefined for others. */
export const mlflowEndpoint = (text: string): string | undefined => {
  const parts = MLFLOW.exec(text)
  return parts === null ? undefined : `https://${parts[1]}${parts[2]}`
}
