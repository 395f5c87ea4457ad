/** The other end of the cable: calls a route with shifted inputs, and keeps a pool that miners connect to. */
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'

export type Order =
  | { readonly kind: 'call'; readonly url: string; readonly host: string; readonly bodies: readonly string[] }
  | { readonly kind: 'rest' }
  | { readonly kind: 'tell' }
  | { readonly kind: 'pool'; readonly port: number }

export type Told = {
  /** Calls answered, by version. */
  readonly answered: Readonly<Record<string, number>>
  readonly connections: number
}

const TIMEOUT_MS = 500
const answered: Record<string, number> = {}
let connections = 0
let calling: Extract<Order, { kind: 'call' }> | undefined
let number = 0

const call = (agent: Agent, { url, host, bodies }: Extract<Order, { kind: 'call' }>): Promise<void> =>
  new Promise((resolve) => {
    number += 1
    const headers = { host, 'content-type': 'application/json' }
    const sent = request(url, { agent, method: 'POST', headers, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', () => resolve())
      response.once('end', () => {
        if (response.statusCode === 200) {
          const { model_version: version = '' } = JSON.parse(Buffer.concat(chunks).toString()) as {
            model_version?: string
          }
          answered[version] = (answered[version] ?? 0) + 1
        }
        resolve()
      })
    })
    sent.once('timeout', () => sent.destroy())
    sent.once('error', () => setTimeout(resolve, 20))
    sent.end(bodies[number % bodies.length])
  })

const attack = async (): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let now = calling; now !== undefined; now = calling) await call(agent, now)
  agent.destroy()
}

process.on('message', (order: Order) => {
  switch (order.kind) {
    case 'call': {
      const idle = calling === undefined
      calling = order
      if (idle) void attack()
      return
    }
    case 'rest':
      calling = undefined
      return
    case 'tell':
      process.send?.({ answered: { ...answered }, connections } satisfies Told)
      return
    case 'pool':
      createServer((socket) => {
        connections += 1
        socket.on('error', () => undefined)
        socket.end()
      }).listen(order.port)
  }
})
process.on('disconnect', () => process.exit(0))
