/** A bare process under load: starts it, loads it, asks what it holds. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { LoadOrder, LoadReport } from './client.ts'
import type { BenchModel, BenchRequest } from './requests.ts'

export type Usage = { readonly cpu: NodeJS.CpuUsage; readonly rss: number }
export type Measured = {
  readonly child: ChildProcess
  readonly port: number
  /** Memory is read after a collection. */
  usage(): Promise<Usage>
}

export const startMeasured = async (kind: 'router' | 'echo', model: BenchModel): Promise<Measured> => {
  const child = fork(new URL('./bare-process.ts', import.meta.url), [kind, model], {
    execArgv: ['--expose-gc'],
  })
  const [first] = (await once(child, 'message')) as [{ url: string }]
  const usage = async (): Promise<Usage> => {
    child.send('usage')
    return ((await once(child, 'message')) as [Usage])[0]
  }
  return { child, port: Number(new URL(first.url).port), usage }
}

export type LoadClient = {
  /** Throws when any request failed. */
  load(port: number, request: BenchRequest, count: number, concurrency: number): Promise<LoadReport>
  stop(): void
}

export const startLoadClient = (): LoadClient => {
  const child = fork(new URL('./client.ts', import.meta.url))
  return {
    load: async (port, request, count, concurrency) => {
      const { protocol, path, headers } = request
      const order: LoadOrder = {
        protocol: protocol ?? 'rest',
        port,
        path,
        headers,
        body: request.body.toString('base64'),
        count,
        concurrency,
      }
      child.send(order)
      const [report] = (await once(child, 'message')) as [LoadReport]
      if (report.failure !== undefined) throw new Error(`under load: ${report.failure}`)
      return report
    },
    stop: () => child.disconnect(),
  }
}
