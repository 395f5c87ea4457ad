/** Starts the attacker in a namespace of its own, with a cable to this one, and what this host offers it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Order, Told } from './attacker-process.ts'
import { connectTo, HOST } from './network.ts'

const PROGRAM = fileURLToPath(new URL('./attacker-process.ts', import.meta.url))
const INGRESS = 8080
export const POOL_PORT = 3333

/** What stands in front of the gateway on the host's own address: in development mode gateways answer on loopback only. */
const startIngress = async (port: number) => {
  const server = createServer((socket) => {
    const inner = connect({ port, host: '127.0.0.1' })
    for (const [from, to] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  server.listen(INGRESS, HOST)
  await once(server, 'listening')
  return server
}

export const startAttacker = async (gatewayPort: number) => {
  const child = spawn('unshare', ['--net', '--', process.execPath, PROGRAM], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'spawn')
  const send = (order: Order): boolean => child.send(order)
  const tell = async (): Promise<Told> => {
    send({ kind: 'tell' })
    const [told] = (await once(child, 'message')) as [Told]
    return told
  }
  // It answers only once it is in its own namespace.
  await tell()
  await connectTo(child.pid ?? 0)
  send({ kind: 'pool', port: POOL_PORT })
  const ingress = await startIngress(gatewayPort)
  let asking: Promise<Told> = Promise.resolve({ answered: {}, connections: 0 })
  return {
    /** Calls the route until it is told to rest. */
    call: (route: string, bodies: readonly string[]): void => {
      const url = `http://${HOST}:${INGRESS}/v2/models/${route}/infer`
      send({ kind: 'call', url, host: `127.0.0.1:${gatewayPort}`, bodies })
    },
    rest: (): void => void send({ kind: 'rest' }),
    tell: (): Promise<Told> => {
      asking = asking.then(tell)
      return asking
    },
    stop: async (): Promise<void> => {
      ingress.close()
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

export type Attacker = Awaited<ReturnType<typeof startAttacker>>
