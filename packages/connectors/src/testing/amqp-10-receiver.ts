/** An AMQP 1.0 receiver in this process, by rhea, that can hang, cut its connections and release what it is sent. */
import type { AddressInfo, Server, Socket } from 'node:net'
import rhea, { type EventContext } from 'rhea'

export type Amqp10Receiver = {
  readonly port: number
  setFault(fault: 'none' | 'hang' | 'cut' | 'full'): void
  stop(): Promise<void>
}

export const startAmqp10Receiver = async (
  onMessage: (message: { readonly id: string; readonly body: string }) => void,
): Promise<Amqp10Receiver> => {
  const container = rhea.create_container()
  const sockets = new Set<Socket>()
  let fault: 'none' | 'hang' | 'cut' | 'full' = 'none'
  container.options.receiver_options = { autoaccept: false, credit_window: 200 }
  container.on('message', ({ message, delivery }: EventContext) => {
    if (message === undefined || delivery === undefined || fault === 'hang') return
    if (fault === 'full') return void delivery.release({ delivery_failed: true })
    onMessage({ id: String(message.message_id), body: String(message.body) })
    delivery.accept()
  })
  for (const event of [
    'disconnected',
    'error',
    'connection_error',
    'connection_close',
    'receiver_close',
    'session_close',
  ])
    container.on(event, () => undefined)
  const server = container.listen({ port: 0, host: '127.0.0.1' }) as unknown as Server
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    if (fault === 'cut') socket.destroy()
  })
  await new Promise<void>((resolve) =>
    server.listening ? resolve() : server.once('listening', () => resolve()),
  )
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    setFault: (next) => {
      fault = next
      if (next === 'cut' || next === 'none') cut()
    },
    stop: async () => {
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
