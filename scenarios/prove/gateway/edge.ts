/** Two gateway processes under one parent, and callers that never pause. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, terminate, untilReady } from '../../../tools/control-plane.ts'
import { root } from '../../../tools/files.ts'
import type { Plane } from '../kill/plane.ts'

const WIDTH = 26
const BODY = (id: string): string =>
  JSON.stringify({
    id,
    inputs: [{ name: 'features', shape: [1, WIDTH], datatype: 'FP32', data: Array(WIDTH).fill(1) }],
  })

export const createEdge = async (plane: Plane) => {
  const home = mkdtempSync(join(tmpdir(), 'rampart-edge-'))
  const port = await freePort()
  let parent: ChildProcess | undefined
  const env = {
    ...process.env,
    PORT: String(port),
    RAMPART_GRPC_ENABLED: 'false',
    RAMPART_PROCESSES: '2',
    RAMPART_GATEWAY_HOME: home,
    RAMPART_ID: 'edge',
    RAMPART_LOG_LEVEL: 'error',
    RAMPART_CONTROL_URL: plane.url,
    RAMPART_CONTROL_TOKEN_FILE: join(plane.home, 'keys', 'process-token'),
  }
  const running = (): ChildProcess => {
    if (parent === undefined) throw new Error('the gateway was not launched')
    return parent
  }
  const folders = (): string[] => [1, 2].map((slot) => join(home, 'processes', String(slot), 'inference'))

  return {
    port,
    /** Milliseconds until it answered. */
    launch: async (): Promise<number> => {
      const from = performance.now()
      parent = spawn(process.execPath, [join(root, 'apps/gateway/src/main.ts')], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await untilReady(`http://127.0.0.1:${port}`, parent)
      return performance.now() - from
    },
    stop: (): Promise<number | null> => terminate(running()),
    /** SIGKILL to one of the two. */
    killOne: (): void => {
      const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(running().pid)], {
        encoding: 'utf8',
      })
      const pid = Number(stdout.trim().split('\n')[0])
      if (!(pid > 1)) throw new Error('no gateway process was found')
      process.kill(pid, 'SIGKILL')
    },
    /** Request ids of all records, of runs that are over. */
    records: (): string[] =>
      folders().flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => name.endsWith('.ndjson'))
          .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
          .filter((line) => line !== '')
          .map((line) => (JSON.parse(line) as { request: string }).request),
      ),
    /** Names of the record files. */
    segments: (): Set<string> => new Set(folders().flatMap((folder) => readdirSync(folder))),
    /** Ends what a failed proof left running, too. */
    remove: async (): Promise<void> => {
      if (parent?.exitCode === null && parent.signalCode === null) await terminate(parent)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Request ids are never used twice. */
let number = 0

/** One caller per connection; `failed` has what went wrong, `ids` what was answered with 200. */
export const createCallers = (port: number, count: number) => {
  const ids: string[] = []
  const failed: string[] = []
  let stopped = false

  const call = (agent: Agent, id: string): Promise<void> =>
    new Promise((resolve) => {
      const fail = (why: string): void => {
        failed.push(why)
        resolve()
      }
      const headers = { 'content-type': 'application/json' }
      const path = '/v2/models/card-fraud/infer'
      const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path, headers }, (response) => {
        response.resume()
        response.once('error', (error) => fail(error.message))
        response.once('end', () => {
          if (response.statusCode !== 200) return fail(`status ${response.statusCode}`)
          ids.push(id)
          resolve()
        })
      })
      sent.once('error', (error) => fail(error.message))
      sent.end(BODY(id))
    })

  const caller = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!stopped) {
      number += 1
      await call(agent, `edge-${number}`)
    }
    agent.destroy()
  }

  const running = Array.from({ length: count }, caller)
  return {
    ids,
    failed,
    stop: async (): Promise<void> => {
      stopped = true
      await Promise.all(running)
    },
  }
}
