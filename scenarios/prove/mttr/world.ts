/** The control plane, a gateway, models and the shipped policy as the proof finds them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import { type ModelManifest, registrationOf } from '../../../packages/domain/src/index.ts'
import { tinyClassifier } from '../../../packages/onnx/src/testing.ts'
import { freePort, terminate, untilReady } from '../../../tools/control-plane.ts'
import { root } from '../../../tools/files.ts'
import { startRegistry } from '../alias-hijack/registry.ts'
import { createPlane } from '../kill/plane.ts'
import { HOST } from './network.ts'

export type World = Awaited<ReturnType<typeof startWorld>>
export type Mode = 'act' | 'recommend'

const EXAMPLE = join(root, 'examples/card-fraud')
const WITHIN_MS = 120_000

const startGateway = async (plane: { readonly url: string; readonly home: string }) => {
  const home = mkdtempSync(join(tmpdir(), 'rampart-mttr-edge-'))
  const port = await freePort()
  const child: ChildProcess = spawn(process.execPath, [join(root, 'apps/gateway/src/main.ts')], {
    env: {
      ...process.env,
      PORT: String(port),
      RAMPART_GRPC_ENABLED: 'false',
      RAMPART_GATEWAY_HOME: home,
      RAMPART_ID: 'edge',
      RAMPART_LOG_LEVEL: 'error',
      RAMPART_CONTROL_URL: plane.url,
      RAMPART_CONTROL_TOKEN_FILE: join(plane.home, 'keys', 'process-token'),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await untilReady(`http://127.0.0.1:${port}`, child)
  return {
    port,
    stop: async (): Promise<number | null> => {
      const code = await terminate(child)
      rmSync(home, { recursive: true, force: true })
      return code
    },
  }
}

/** The model's bytes with a doc_string of their own (ModelProto field 6): another digest, the same answers. */
const named = (model: Uint8Array, name: string): Uint8Array =>
  Buffer.concat([model, Buffer.from([0x32, name.length]), Buffer.from(name)])

/** Another weight in the same place: same shape, other bytes, answers that would look right. */
const altered = (model: Uint8Array): Uint8Array => {
  const bytes = Buffer.from(model)
  const weight = Buffer.alloc(4)
  weight.writeFloatLE(0.2)
  bytes.writeFloatLE(0.9, bytes.indexOf(weight))
  return bytes
}

export const startWorld = async () => {
  process.env['RAMPART_EXAMPLES_ENABLED'] = 'false'
  process.env['RAMPART_RESPONSE_NFT'] = 'nft'
  process.env['RAMPART_RESPONSE_PROTECTED_ADDRESSES'] = HOST
  const plane = await createPlane()
  const webhookSecret = randomBytes(16).toString('hex')
  const notebookToken = randomBytes(24).toString('hex')
  const registry = await startRegistry('churn', webhookSecret)
  let gateway: Awaited<ReturnType<typeof startGateway>> | undefined

  const must = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> => {
    const answer = await plane.ask(method, path, body, headers)
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 400)}`)
    return answer.body as T
  }
  const until = async (what: string, look: () => Promise<boolean>, withinMs = WITHIN_MS): Promise<void> => {
    for (const end = Date.now() + withinMs; !(await look()); await delay(100))
      if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
  }
  const stageOf = async (model: string, version: string): Promise<string> =>
    ((await plane.ask('GET', `/api/v1/models/${model}/versions/${version}`)).body as { stage?: string })
      .stage ?? ''

  const deploy = async (model: string, version: string): Promise<void> => {
    await until(`${model}:${version} is assessed`, async () => (await stageOf(model, version)) === 'assessed')
    for (const to of ['approved', 'deployed'])
      await must('POST', `/api/v1/models/${model}/versions/${version}/transitions`, { to, reason: 'proof' })
  }
  const upload = async (bytes: Uint8Array): Promise<string> =>
    (await must<{ digest: string }>('POST', '/api/v1/artifacts', new Uint8Array(bytes))).digest

  /** The card-fraud example under another name, with its reference rows. */
  const registerExample = async (model: string, version: string, bytes: Uint8Array): Promise<void> => {
    const manifest = parse(readFileSync(join(EXAMPLE, 'model.yaml'), 'utf8')) as ModelManifest
    const { spec } = registrationOf(manifest)
    const artifacts = [
      { path: 'model.onnx', role: 'model', digest: await upload(bytes) },
      {
        path: 'reference.ndjson',
        role: 'reference',
        digest: await upload(readFileSync(join(EXAMPLE, 'reference.ndjson'))),
      },
    ]
    await must('POST', `/api/v1/models/${model}/versions`, { version, artifacts, spec })
  }

  /** Registered at once, deployed in order: what is deployed later has the other as its previous version. */
  const releaseAll = async (): Promise<string> => {
    const model = readFileSync(join(EXAMPLE, 'model.onnx'))
    const [names, versions] = [
      ['cards', 'loans'],
      ['1', '2'],
    ] as const
    const digest = await upload(named(tinyClassifier(26), 'parts'))
    const artifacts = [{ path: 'model.onnx', role: 'model', digest }]
    await must('POST', '/api/v1/models/parts/versions', { version: '1', artifacts, spec: {} })
    for (const version of versions)
      for (const name of names) await registerExample(name, version, named(model, `version ${version}`))
    await connectRegistry()
    for (const version of versions) await Promise.all(names.map((name) => deploy(name, version)))
    await Promise.all([deploy('parts', '1'), deploy('churn', '1')])
    await until('churn:2 is assessed', async () => (await stageOf('churn', '2')) === 'assessed')
    return digest
  }

  const secret = (name: string, value: string): void => {
    mkdirSync(join(plane.home, 'secrets'), { recursive: true, mode: 0o700 })
    writeFileSync(join(plane.home, 'secrets', name), value, { mode: 0o600 })
  }
  const connectRegistry = async (): Promise<void> => {
    registry.put('1', tinyClassifier(26))
    // The hijacker's version is there, comes with the first walk, and nobody approves it.
    registry.put('2', altered(tinyClassifier(26)))
    registry.setAlias('champion', '1')
    await must('PUT', '/api/v1/registries/proof', {
      type: 'mlflow',
      url: registry.url,
      poll: '1h',
      webhookSecretRef: 'proof-hook',
    })
  }
  const notify = async (): Promise<void> => {
    const { body, headers } = registry.notice('champion')
    await (
      await fetch(`${plane.url}/api/v1/registries/proof/notices`, { method: 'POST', headers, body })
    ).arrayBuffer()
  }

  /** The shipped pack with the settings that its guide documents, and nothing else of it changed. */
  const setMode = async (mode: Mode): Promise<void> => {
    const { body, etag } = await plane.ask('GET', '/api/v1/policies/response')
    const { files } = body as { files: Record<string, string> }
    const data = JSON.parse(files['data.json'] ?? '') as {
      rampart: { response_config: Record<string, unknown> }
    }
    Object.assign(data.rampart.response_config, {
      default_mode: mode,
      max_actions_per_hour: 1_000,
      ttl_s: 600,
      playbooks: [{ kind: 'notebook', playbook: 'isolate-notebook', variables: { notebook: '$id' } }],
    })
    const edited = { files: { ...files, 'data.json': JSON.stringify(data) }, message: `proof: ${mode}` }
    await must('PUT', '/api/v1/policies/response', edited, etag === undefined ? {} : { 'if-match': etag })
  }

  const start = async (): Promise<{ readonly partsDigest: string; readonly gatewayPort: number }> => {
    secret('proof-hook', webhookSecret)
    secret('notebook-token', notebookToken)
    plane.launch()
    await plane.ready()
    const partsDigest = await releaseAll()
    const playbook = parse(readFileSync(join(root, 'playbooks/isolate-notebook.yaml'), 'utf8')) as unknown
    await must('PUT', '/api/v1/playbooks/isolate-notebook', playbook)
    await must('PUT', '/api/v1/alert-sources/ids', { format: 'eve' })
    gateway = await startGateway(plane)
    return { partsDigest, gatewayPort: gateway.port }
  }

  return {
    ...{ plane, registry, notebookToken, must, until, stageOf, setMode, notify, start },
    stop: async (): Promise<readonly (number | null)[]> => {
      const codes = gateway === undefined ? [] : [await gateway.stop()]
      codes.push(await plane.terminate())
      await registry.stop()
      return codes
    },
  }
}
