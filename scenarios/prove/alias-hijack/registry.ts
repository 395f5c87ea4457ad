/** A registry of this process that speaks as much of MLflow's REST interface as a sync asks, and signs webhooks as it does. */
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Version = { readonly version: string; readonly bytes: Uint8Array; readonly at: number }

export type NoticeChange = {
  readonly ageMs?: number
  readonly secret?: string
  readonly id?: string
}

export const startRegistry = async (model: string, secret: string) => {
  const versions = new Map<string, Version>()
  const aliases = new Map<string, string>()
  let asked = 0

  const rowOf = ({ version, at }: Version) => ({
    name: model,
    version,
    source: `mlflow-artifacts:/1/${version}`,
    status: 'READY',
    current_stage: 'None',
    creation_timestamp: at,
    last_updated_timestamp: at,
  })
  const aliasesOf = (wanted: string) => [...aliases].flatMap(([alias, to]) => (to === wanted ? [alias] : []))
  const pairs = () => [...aliases].map(([alias, version]) => ({ alias, version }))

  const sendFile = (response: ServerResponse, path: string): void => {
    const bytes = versions.get(path.split('/')[1] ?? '')?.bytes
    if (bytes === undefined) return void response.writeHead(404).end()
    const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`
    response.writeHead(200, { etag, 'content-length': String(bytes.length) }).end(bytes)
  }
  const answer = (path: string, query: URLSearchParams): unknown => {
    const version = versions.get(query.get('version') ?? '')
    switch (path) {
      case 'mlflow/registered-models/search':
        return { registered_models: [{ name: model, aliases: pairs() }] }
      case 'mlflow/registered-models/get':
        return query.get('name') === model
          ? { registered_model: { name: model, aliases: pairs() } }
          : undefined
      case 'mlflow/model-versions/search':
        return { model_versions: [...versions.values()].map(rowOf) }
      case 'mlflow/model-versions/get':
        return version && { model_version: { ...rowOf(version), aliases: aliasesOf(version.version) } }
      case 'mlflow/model-versions/get-download-uri':
        return version && { artifact_uri: rowOf(version).source }
      case 'mlflow-artifacts/artifacts':
        return { files: [{ path: 'model.onnx', is_dir: false }] }
      default:
        return undefined
    }
  }
  const server = createServer((request, response) => {
    asked += 1
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry')
    const path = pathname.replace('/api/2.0/', '')
    if (path.startsWith('mlflow-artifacts/artifacts/'))
      return sendFile(response, path.slice('mlflow-artifacts/artifacts/'.length))
    const body = answer(path, searchParams)
    if (body === undefined) response.writeHead(404)
    return response.end(JSON.stringify(body ?? { error_code: 'RESOURCE_DOES_NOT_EXIST', message: path }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  /** A webhook about an alias, signed as MLflow does unless told otherwise. */
  const notice = (alias: string, change: NoticeChange = {}) => {
    const body = JSON.stringify({
      entity: 'model_version_alias',
      action: 'created',
      data: { name: model, alias, version: aliases.get(alias) },
    })
    const id = change.id ?? randomUUID()
    const time = String(Math.floor((Date.now() - (change.ageMs ?? 0)) / 1000))
    const hmac = createHmac('sha256', change.secret ?? secret).update(`${id}.${time}.${body}`)
    const headers = {
      'content-type': 'application/json',
      'x-mlflow-delivery-id': id,
      'x-mlflow-timestamp': time,
      'x-mlflow-signature': `v1,${hmac.digest('base64')}`,
    }
    return { body, headers }
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: (version: string, bytes: Uint8Array): void => {
      versions.set(version, { version, bytes, at: Date.now() })
    },
    setAlias: (alias: string, version: string): void => void aliases.set(alias, version),
    notice,
    /** Requests so far. */
    asked: (): number => asked,
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
