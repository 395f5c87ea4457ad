/** The Python model servers that `npm run bench -- router` compares: each with its own protocol, one worker, no request log. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { assetPath } from '@rampart/kit'
import { freePort, terminate } from '../../tools/control-plane.ts'
import { root } from '../../tools/files.ts'
import { peer } from '../../tools/peers/group.ts'
import { endTree } from '../load/process-tree.ts'
import {
  type BenchModel,
  type BenchRequest,
  type Encoding,
  heldOutRow,
  INPUTS,
  nested,
} from '../load/requests.ts'
import { type Contender, pidOf } from './contenders.ts'

const READY_WITHIN_MS = 180_000

const untilListens = async (port: number, child: ChildProcess): Promise<void> => {
  for (const deadline = performance.now() + READY_WITHIN_MS; performance.now() < deadline; await wait(100)) {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
  }
  throw new Error(`nothing listens on ${port}`)
}

type Rival = {
  readonly name: string
  /** Of peers/serving-rivals.sh. */
  readonly install?: string
  readonly script: string
  readonly words?: readonly string[]
  readonly encodings: readonly Encoding[]
  /** The Open Inference Protocol when absent. */
  readonly request?: (model: BenchModel) => BenchRequest
}

/** Starts `script PORT GRPC_PORT MODEL FOLDER WORD…`; ready when it answers, which the caller asks. */
const rival = ({ name, install, script, words, encodings, request }: Rival): Contender => ({
  name,
  encodings,
  ...(request === undefined ? {} : { request }),
  start: async (model) => {
    const python = await peer('serving-rivals', 'install', install ?? name)
    const [port, grpcPort] = [await freePort(), await freePort()]
    const folder = mkdtempSync(join(tmpdir(), 'rampart-rival-'))
    const file = assetPath(`examples/${model}/model.onnx`)
    const program = join(root, 'bench/versus/rivals', script)
    const child = spawn(python, [program, String(port), String(grpcPort), file, folder, ...(words ?? [])], {
      cwd: folder,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'ignore', process.env['BENCH_SHOW_RIVALS'] === undefined ? 'ignore' : 'inherit'],
    })
    const stop = async (): Promise<void> => {
      await endTree(pidOf(child), () => terminate(child))
      rmSync(folder, { recursive: true, force: true })
    }
    const first = encodings.includes('json') ? port : grpcPort
    await untilListens(first, child).catch(async (error: unknown) => {
      await stop()
      throw new Error(`${name} did not start`, { cause: error })
    })
    const version = readFileSync(join(dirname(python), '../packages'), 'utf8').trim()
    return { port, grpcPort, pid: pidOf(child), version, stop }
  },
})

const JSON_HEADERS = { 'content-type': 'application/json' }

/** A POST of one row under `key`, nested like its shape. */
const rowsRequest =
  (path: string, wrap: (name: string, rows: unknown) => unknown) =>
  (model: BenchModel): BenchRequest => {
    const { name, shape } = INPUTS[model]
    const body = Buffer.from(JSON.stringify(wrap(name, nested(heldOutRow(model, 0), shape))))
    return { path, headers: JSON_HEADERS, body }
  }

/** FastAPI, orjson and onnxruntime, one worker. */
export const fastapi = rival({ name: 'fastapi', script: 'fastapi_server.py', encodings: ['json'] })

/** grpc.aio with onnxruntime, one process. */
export const grpcAio = rival({ name: 'grpc-aio', script: 'grpc_server.py', encodings: ['grpc'] })

/** Those that take long: only the full run asks them. */
export const slowRivals: readonly Contender[] = (
  [
    rival({
      name: 'triton-python',
      script: 'triton_server.py',
      encodings: ['json', 'binary', 'grpc'],
    }),
    rival({
      name: 'mlserver-in-process',
      install: 'mlserver',
      script: 'mlserver_server.py',
      words: ['in-process'],
      encodings: ['json', 'grpc'],
    }),
    rival({ name: 'mlserver', script: 'mlserver_server.py', encodings: ['json', 'grpc'] }),
    rival({ name: 'kserve', script: 'kserve_server.py', encodings: ['json', 'binary', 'grpc'] }),
    rival({
      name: 'bentoml',
      script: 'bentoml_server.py',
      encodings: ['json'],
      request: rowsRequest('/predict', (_, rows) => ({ rows })),
    }),
    rival({
      name: 'litserve',
      script: 'litserve_server.py',
      encodings: ['json'],
      request: rowsRequest('/predict', (name, rows) => ({ [name]: rows })),
    }),
    rival({
      name: 'mlflow',
      script: 'mlflow_server.py',
      encodings: ['json'],
      request: rowsRequest('/invocations', (name, rows) => ({ inputs: { [name]: rows } })),
    }),
  ] satisfies readonly Contender[]
).map((one) => ({ ...one, isSlow: true }))
