/** Callers that never pause, on several routers, and what answered each of their calls and when. */
import { Agent, request } from 'node:http'

export type Answered = {
  readonly router: string
  /** Milliseconds of `performance.now()`. */
  readonly sentAt: number
  readonly answeredAt: number
  readonly status: number
  /** Empty unless the status is 200. */
  readonly version: string
}

const WIDTH = 26

export const createCallers = (ports: Readonly<Record<string, number>>, perRouter: number) => {
  const answers: Answered[] = []
  let stopped = false

  const body = JSON.stringify({
    inputs: [{ name: 'features', shape: [1, WIDTH], datatype: 'FP32', data: Array(WIDTH).fill(1) }],
  })

  const call = (agent: Agent, router: string, port: number): Promise<void> =>
    new Promise((resolve) => {
      const sentAt = performance.now()
      const done = (status: number, version: string): void => {
        answers.push({ router, sentAt, answeredAt: performance.now(), status, version })
        resolve()
      }
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const path = '/v2/models/card-fraud/infer'
      const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', () => done(0, ''))
        response.once('end', () => {
          const isAnswer = response.statusCode === 200
          const { model_version: version = '' } = isAnswer
            ? (JSON.parse(Buffer.concat(chunks).toString()) as { model_version?: string })
            : {}
          done(response.statusCode ?? 0, version)
        })
      })
      sent.once('error', () => done(0, ''))
      sent.end(body)
    })

  const caller = async (router: string, port: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!stopped) await call(agent, router, port)
    agent.destroy()
  }

  const running = Object.entries(ports).flatMap(([router, port]) =>
    Array.from({ length: perRouter }, () => caller(router, port)),
  )
  return {
    answers,
    stop: async (): Promise<void> => {
      stopped = true
      await Promise.all(running)
    },
  }
}
