/** What people and pipelines do to an MLflow server, over its REST interface: for tests of what Rampart makes of it. */
import assert from 'node:assert/strict'

export type MlflowAuthor = ReturnType<typeof createMlflowAuthor>

type Files = Readonly<Record<string, Uint8Array>>

export const createMlflowAuthor = (url: string, headers: Readonly<Record<string, string>> = {}) => {
  const models = new Set<string>()
  const send = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/api/2.0/${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
    return JSON.parse(text) as Record<string, unknown>
  }
  const upload = async (path: string, bytes: Uint8Array): Promise<void> => {
    const encoded = path.split('/').map(encodeURIComponent).join('/')
    const answer = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${encoded}`, {
      method: 'PUT',
      headers,
      body: Buffer.from(bytes),
    })
    assert.ok(answer.ok, `PUT ${path}: ${answer.status}`)
  }
  /** A logged model of the default experiment: its id and the folder of its files. */
  const logModel = async (files: Files, runId?: string): Promise<{ id: string; folder: string }> => {
    const body = {
      experiment_id: '0',
      name: 'model',
      ...(runId === undefined ? {} : { source_run_id: runId }),
    }
    const { model } = (await send('POST', 'mlflow/logged-models', body)) as {
      model: { info: { model_id: string; artifact_uri: string } }
    }
    const { model_id: id, artifact_uri: uri } = model.info
    const folder = uri.replace(/^mlflow-artifacts:\/+/, '')
    for (const [path, bytes] of Object.entries(files)) await upload(`${folder}/${path}`, bytes)
    return { id, folder }
  }
  const createVersion = async (model: string, more: object): Promise<string> => {
    if (!models.has(model)) await send('POST', 'mlflow/registered-models/create', { name: model })
    models.add(model)
    const { model_version: made } = (await send('POST', 'mlflow/model-versions/create', {
      name: model,
      ...more,
    })) as { model_version: { version: string } }
    return made.version
  }
  const folders = new Map<string, string>()
  return {
    send,
    logModel,
    createVersion,
    /** A version of a logged model with these files; its number. */
    put: async (model: string, _version: string, files: Files, runId?: string): Promise<string> => {
      const { id, folder } = await logModel(files, runId)
      const run = runId === undefined ? {} : { run_id: runId }
      const version = await createVersion(model, { source: `models:/${id}`, model_id: id, ...run })
      folders.set(`${model}/${version}`, folder)
      return version
    },
    /** Other bytes behind a version, as whoever may write artifacts can put there. */
    replace: (model: string, version: string, path: string, bytes: Uint8Array): Promise<void> =>
      upload(`${folders.get(`${model}/${version}`)}/${path}`, bytes),
    setAlias: async (name: string, alias: string, version: string | undefined): Promise<void> => {
      if (version === undefined) await send('DELETE', 'mlflow/registered-models/alias', { name, alias })
      else await send('POST', 'mlflow/registered-models/alias', { name, alias, version })
    },
    remove: async (name: string, version: string): Promise<void> => {
      await send('DELETE', 'mlflow/model-versions/delete', { name, version })
    },
    setTag: async (name: string, version: string, key: string, value: string): Promise<void> => {
      await send('POST', 'mlflow/model-versions/set-tag', { name, version, key, value })
    },
    /** Tags and aliases of a version as the server gives them. */
    look: async (name: string, version: string) => {
      const query = new URLSearchParams({ name, version })
      const { model_version: found } = (await send('GET', `mlflow/model-versions/get?${query}`)) as {
        model_version: { tags?: { key: string; value: string }[]; aliases?: string[] }
      }
      const tags = Object.fromEntries((found.tags ?? []).map(({ key, value }) => [key, value]))
      return { tags, aliases: found.aliases ?? [] }
    },
    webhook: async (name: string, to: string, secret: string): Promise<void> => {
      const events = [
        ['MODEL_VERSION_ALIAS', 'CREATED'],
        ['MODEL_VERSION_ALIAS', 'DELETED'],
        ['MODEL_VERSION', 'CREATED'],
        ['MODEL_VERSION_TAG', 'SET'],
      ].map(([entity, action]) => ({ entity, action }))
      await send('POST', 'mlflow/webhooks', { name, url: to, secret, events })
    },
  }
}
