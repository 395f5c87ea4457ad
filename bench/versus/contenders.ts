/** The servers that `npm run bench -- router` compares: how each is started, what it can be asked, and which process pays. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { assetPath } from '@rampart/kit'
import { freePort, startControlPlane, terminate } from '../../tools/control-plane.ts'
import { root } from '../../tools/files.ts'
import { peer } from '../../tools/peers/group.ts'
import type { BenchModel, Encoding } from '../load/requests.ts'

export type Contender = {
  readonly name: string
  readonly encodings: readonly Encoding[]
  start(model: BenchModel): Promise<RunningContender>
}

export type RunningContender = {
  /** Of REST; 0 for a server that has none. */
  readonly port: number
  readonly grpcPort?: number
  /** Root of the process tree whose CPU time counts. */
  readonly pid: number
  stop(): Promise<void>
}

const READY_WITHIN_MS = 120_000

const untilAnswers = async (url: string, child: ChildProcess): Promise<void> => {
  for (const deadline = performance.now() + READY_WITHIN_MS; performance.now() < deadline; await wait(100)) {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}`)
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
  }
  throw new Error(`${url} did not answer`)
}

const pidOf = (child: ChildProcess): number => {
  if (child.pid === undefined) throw new Error('a server was not started')
  return child.pid
}

/** One of our own small processes, which reports its URL by IPC. */
const ours = (name: string, kind: 'echo' | 'router', encodings: readonly Encoding[]): Contender => ({
  name,
  encodings,
  start: async (model) => {
    const child = fork(new URL('../load/bare-process.ts', import.meta.url), [kind, model])
    const [{ url, grpcPort }] = (await once(child, 'message')) as [{ url: string; grpcPort?: number }]
    return {
      port: Number(new URL(url).port),
      ...(grpcPort === undefined ? {} : { grpcPort }),
      pid: pidOf(child),
      stop: async () => {
        child.disconnect()
        await terminate(child)
      },
    }
  },
})

/** node:http that sends the request's body back: the floor of any server in Node. */
export const echo = ours('echo', 'echo', ['json', 'binary'])

/** The serving module alone: a constant policy, no telemetry, no control plane around it. */
export const guardsOff = ours('rampart-guards-off', 'router', ['json', 'binary', 'grpc'])

/** The product as `npm start` runs it: policy, validation, telemetry, inference log, database and all. */
export const guardsOn: Contender = {
  name: 'rampart',
  encodings: ['json', 'binary', 'grpc'],
  start: async () => {
    const server = await startControlPlane()
    return {
      port: Number(new URL(server.url).port),
      grpcPort: Number(server.grpcAddress.split(':')[1]),
      pid: server.pid,
      stop: async () => void (await server.stop()),
    }
  },
}

type Rival = {
  readonly name: string
  readonly script: string
  readonly encoding: Encoding
  readonly untilReady: (port: number, child: ChildProcess) => Promise<void>
}

const rival = ({ name, script, encoding, untilReady }: Rival): Contender => ({
  name,
  encodings: [encoding],
  start: async (model) => {
    const python = await peer('serving-rivals', 'install', name)
    const port = await freePort()
    const args = [
      join(root, 'bench/versus/rivals', script),
      String(port),
      assetPath(`examples/${model}/model.onnx`),
    ]
    const child = spawn(python, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    await untilReady(port, child).catch(async (error: unknown) => {
      await terminate(child)
      throw error
    })
    const ports = encoding === 'grpc' ? { port: 0, grpcPort: port } : { port }
    return { ...ports, pid: pidOf(child), stop: async () => void (await terminate(child)) }
  },
})

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

/** FastAPI, orjson and onnxruntime, one worker. */
export const fastapi = rival({
  name: 'fastapi',
  script: 'fastapi_server.py',
  encoding: 'json',
  untilReady: (port, child) => untilAnswers(`http://127.0.0.1:${port}/ready`, child),
})

/** grpc.aio with onnxruntime, one process. */
export const grpcAio = rival({
  name: 'grpc-aio',
  script: 'grpc_server.py',
  encoding: 'grpc',
  untilReady: untilListens,
})
