/** Where the bytes of a model are, from the `azureml://` URIs that a workspace writes. */

import { azuremlErrors } from './errors.ts'
import type { AzureMlResource } from './resource-url.ts'

export type DatastorePath = { readonly datastore: string; readonly path: string }

const LONG =
  /^azureml:\/\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/(?:providers\/Microsoft\.MachineLearningServices\/)?workspaces\/([^/]+)\/datastores\/([^/]+)\/paths\/(.*)$/is
const SHORT = /^azureml:\/\/datastores\/([^/]+)\/paths\/(.*)$/is
const JOB = /^azureml:\/\/jobs\/([^/]+)\/outputs\/artifacts\/paths\/(.*)$/is
// The datastore that every workspace keeps the outputs of its jobs in.
const JOB_STORE = 'workspaceartifactstore'

const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9_-]{0,254}$/
const MAX_URI = 2048

const unsupported = (uri: string, why: string) =>
  azuremlErrors.AZUREML_SOURCE_UNSUPPORTED(`${JSON.stringify(uri.slice(0, 300))}: ${why}`)

const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase()

/** A prefix of blob names: percent-decoded, without slashes at its ends, `.` or `..`. Empty is the whole container: refused. */
export const plainPrefix = (uri: string, text: string): string => {
  let path: string
  try {
    path = decodeURIComponent(text)
  } catch {
    throw unsupported(uri, 'is no valid URI')
  }
  const segments = path.replace(/^\/+|\/+$/g, '').split('/')
  const isPlain = segments.every(
    (one) => one !== '' && one !== '.' && one !== '..' && !/[\\\p{C}]/u.test(one),
  )
  if (!isPlain || !path.isWellFormed()) throw unsupported(uri, 'is no plain path')
  return segments.join('/')
}

const at = (uri: string, datastore: string, path: string): DatastorePath => {
  if (!NAME.test(datastore)) throw unsupported(uri, 'names no datastore')
  return { datastore, path: plainPrefix(uri, path) }
}

/** Throws AZUREML_SOURCE_UNSUPPORTED for other schemes and other workspaces: our token would be used there. */
export const parseAssetUri = (uri: string, workspace: AzureMlResource): DatastorePath => {
  if (uri.length > MAX_URI) throw unsupported(uri, 'is too long')
  const long = LONG.exec(uri)
  if (long !== null) {
    const [, subscription, resourceGroup, name, datastore = '', path = ''] = long
    const isOwn = same(subscription, workspace.subscription) && same(resourceGroup, workspace.resourceGroup)
    if (!isOwn || !same(name, workspace.name)) throw unsupported(uri, 'lies in another workspace')
    return at(uri, datastore, path)
  }
  const short = SHORT.exec(uri)
  if (short !== null) return at(uri, short[1] ?? '', short[2] ?? '')
  const job = JOB.exec(uri)
  if (job === null) throw unsupported(uri, 'is no URI of a datastore')
  if (!NAME.test(job[1] ?? '')) throw unsupported(uri, 'names no job')
  return at(uri, JOB_STORE, `ExperimentRun/dcid.${job[1]}/${job[2]}`)
}
