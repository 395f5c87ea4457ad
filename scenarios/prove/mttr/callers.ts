/** Callers with held-out records, which may be shifted on the way, and what answered them. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { root } from '../../../tools/files.ts'

const ROWS = 20
const BODIES = 60
const WIDTH = 26
/** Amounts and spending of other orders of magnitude, as after a change of currency or a flood of made-up payments. */
const SHIFTED = [0, 1, 3, 16]
const FACTOR = 10

export type Bodies = { readonly normal: readonly string[]; readonly shifted: readonly string[] }

export const readBodies = (): Bodies => {
  const text = gunzipSync(readFileSync(join(root, 'examples/card-fraud/heldout.ndjson.gz'))).toString()
  const rows = text
    .split('\n')
    .slice(0, ROWS * BODIES)
    .map((line) => (JSON.parse(line) as { inputs: { features: number[] } }).inputs.features)
  const bodies = (change: (value: number, at: number) => number): string[] =>
    Array.from({ length: BODIES }, (_, body) => {
      const data = rows.slice(body * ROWS, (body + 1) * ROWS).flatMap((row) => row.map(change))
      return JSON.stringify({ inputs: [{ name: 'features', shape: [ROWS, WIDTH], datatype: 'FP32', data }] })
    })
  return {
    normal: bodies((value) => value),
    shifted: bodies((value, at) => (SHIFTED.includes(at) ? value * FACTOR + 1 : value)),
  }
}

export type Callers = ReturnType<typeof createCallers>

/** `model` is called at every port by one caller, which pauses between calls. */
export const createCallers = (
  ports: readonly number[],
  bodies: Bodies,
  calls: Readonly<Record<string, { readonly pauseMs: number }>>,
) => {
  const shifted = new Set<string>()
  const counts = new Map<string, number>()
  let total = 0
  let refused = 0
  let stopped = false

  const call = (agent: Agent, port: number, model: string, body: string, isShifted: boolean): Promise<void> =>
    new Promise((resolve) => {
      const path = `/v2/models/${model}/infer`
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', () => resolve())
        response.once('end', () => {
          total += 1
          if (response.statusCode === 200) {
            const { model_version: version } = JSON.parse(Buffer.concat(chunks).toString()) as {
              model_version: string
            }
            const key = `${model}:${version} ${isShifted ? 'shifted' : 'normal'}`
            counts.set(key, (counts.get(key) ?? 0) + 1)
          } else refused += 1
          resolve()
        })
      })
      sent.once('error', () => setTimeout(resolve, 50))
      sent.end(body)
    })

  const caller = async (port: number, model: string, pauseMs: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let number = 0; !stopped; number += 1) {
      const isShifted = shifted.has(model)
      const body = (isShifted ? bodies.shifted : bodies.normal)[number % BODIES] ?? ''
      await call(agent, port, model, body, isShifted)
      if (pauseMs > 0) await delay(pauseMs)
    }
    agent.destroy()
  }

  const running = ports.flatMap((port) =>
    Object.entries(calls).map(([model, { pauseMs }]) => caller(port, model, pauseMs)),
  )
  return {
    shift: (model: string, on: boolean): void => {
      if (on) shifted.add(model)
      else shifted.delete(model)
    },
    /** Calls that the version answered so far. */
    answered: (version: string, how: 'shifted' | 'normal' = 'normal'): number =>
      counts.get(`${version} ${how}`) ?? 0,
    totals: () => ({ total, refused }),
    stop: async (): Promise<void> => {
      stopped = true
      await Promise.all(running)
    },
  }
}
