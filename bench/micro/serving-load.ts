/** Keep-alive load on one process, and what it cost that process. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'

export type Usage = { readonly cpu: NodeJS.CpuUsage; readonly rss: number }
export type Measured = { readonly child: ChildProcess; readonly url: string; usage(): Promise<Usage> }

export const startMeasured = async (kind: 'router' | 'echo'): Promise<Measured> => {
  const child = fork(new URL('./serving-process.ts', import.meta.url), [kind], { execArgv: ['--expose-gc'] })
  const [first] = (await once(child, 'message')) as [{ url: string }]
  const usage = async (): Promise<Usage> => {
    child.send('usage')
    return ((await once(child, 'message')) as [Usage])[0]
  }
  return { child, url: first.url, usage }
}

/** One row of card-fraud. */
export const BODY = JSON.stringify({
  inputs: [
    { name: 'features', datatype: 'FP32', shape: [1, 26], data: Array.from({ length: 26 }, (_, i) => i / 8) },
  ],
})

/** Sends `count` requests over `concurrency` connections; throws on any answer but 200. */
export const load = async (url: string, count: number, concurrency: number): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) }
  let left = count
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const call = request(
        `${url}/v2/models/card-fraud/infer`,
        { method: 'POST', agent, headers },
        (response) => {
          if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`))
          response.resume()
          response.on('end', resolve)
        },
      )
      call.on('error', reject)
      call.end(BODY)
    })
  const worker = async (): Promise<void> => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  agent.destroy()
}
