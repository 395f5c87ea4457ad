/** The read-only part of the Open Inference Protocol: server and model health, metadata and readiness. */
import type { ServerResponse } from 'node:http'
import { isModelName, isVersion, type TensorSpec } from '@rampart/domain'
import { servingErrors } from './errors.ts'
import { writeJson } from './infer-call.ts'
import type { RouteTable } from './route-table.ts'
import type { ServedRoute } from './served-route.ts'

export type ModelPath = {
  readonly name: string
  readonly version: string | undefined
  readonly verb: '' | 'ready' | 'infer'
}

const MODEL_PATH = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer))?\/?$/

/** Reads `/v2/models/NAME[/versions/VERSION][/ready|/infer]`; names never reach a file path. */
export const parseModelPath = (path: string): ModelPath | undefined => {
  const match = MODEL_PATH.exec(path)
  if (match === null) return undefined
  const name = decode(match[1])
  const version = match[2] === undefined ? undefined : decode(match[2])
  if (name === undefined || !isModelName(name)) return undefined
  if (match[2] !== undefined && (version === undefined || !isVersion(version))) return undefined
  return { name, version, verb: (match[3] ?? '') as ModelPath['verb'] }
}

const decode = (text: string | undefined): string | undefined => {
  try {
    return decodeURIComponent(text ?? '')
  } catch {
    return undefined
  }
}

/** The version that answers, or the reason why none does. */
export const findServed = (table: RouteTable, tenant: string, path: ModelPath): ServedRoute => {
  const found =
    path.version === undefined
      ? (table.named(tenant, path.name) ?? table.versions(tenant, path.name)[0])
      : table.versions(tenant, path.name).find((one) => one.route.version === path.version)
  if (found === undefined) {
    const asked = path.version === undefined ? path.name : `${path.name} version ${path.version}`
    throw servingErrors.SERVING_MODEL_UNKNOWN(`no model is served as ${asked}`)
  }
  return found
}

const tensor = ({ name, datatype, shape }: TensorSpec) => ({ name, datatype, shape })

/** What the protocol tells about a model; `versions` are those that are loaded. */
export const modelMetadata = (table: RouteTable, { route }: ServedRoute) => ({
  name: route.name,
  versions: table
    .versions(route.tenant, route.path ?? route.name)
    .filter((one) => one.model !== undefined)
    .map((one) => one.route.version),
  platform: 'onnx_onnxv1',
  inputs: route.signature.inputs.map(tensor),
  outputs: route.signature.outputs.map(tensor),
})

export const SERVER_METADATA = { name: 'rampart', version: '0.1.0', extensions: ['binary_tensor_data'] }

export const isModelReady = ({ model, route }: ServedRoute): boolean =>
  model !== undefined && route.stage === 'deployed'

export const writeModelMetadata = (response: ServerResponse, table: RouteTable, served: ServedRoute): void =>
  writeJson(response, 200, JSON.stringify(modelMetadata(table, served)), [
    'x-rampart-model-digest',
    served.route.digest,
  ])

export const writeModelReady = (response: ServerResponse, served: ServedRoute): void => {
  const ready = isModelReady(served)
  writeJson(response, ready ? 200 : 503, JSON.stringify({ name: served.route.name, ready }))
}

export const writeServerMetadata = (response: ServerResponse): void =>
  writeJson(response, 200, JSON.stringify(SERVER_METADATA))
