/** A TCP proxy whose connections can be cut. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type FaultProxy = {
  readonly port: number
  /** Breaks every connection, and every new one until mended. */
  cut(): void
  mend(): void
  stop(): Promise<void>
}

export const startFaultProxy = async (target: number): Promise<FaultProxy> => {
  const sockets = new Set<Socket>()
  let broken = false
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  }
  const server = createServer({ allowHalfOpen: true }, (inward) => {
    keep(inward)
    if (broken) return void inward.resetAndDestroy()
    const outward = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true })
    keep(outward)
    inward.pipe(outward)
    outward.pipe(inward)
    inward.once('close', () => outward.destroy())
    outward.once('close', () => inward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      broken = true
      cut()
    },
    mend: () => {
      broken = false
    },
    stop: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
