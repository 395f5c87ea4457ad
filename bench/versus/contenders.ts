/** Our side of `npm run bench -- router` and what a contender is: how it is started, what it can be asked, which process pays. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { startControlPlane, terminate } from '../../tools/control-plane.ts'
import type { BenchModel, BenchRequest, Encoding } from '../load/requests.ts'

export type Contender = {
  readonly name: string
  readonly encodings: readonly Encoding[]
  /** The Open Inference Protocol when absent. */
  readonly request?: (model: BenchModel) => BenchRequest
  readonly isSlow?: boolean
  start(model: BenchModel): Promise<RunningContender>
}

export type RunningContender = {
  /** Of REST; 0 for a server that has none. */
  readonly port: number
  readonly grpcPort?: number
  /** Root of the process tree whose CPU time counts. */
  readonly pid: number
  /** What is installed of it. */
  readonly version?: string
  stop(): Promise<void>
}

export const pidOf = (child: ChildProcess): number => {
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
