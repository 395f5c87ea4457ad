/**
 * Evens out connections between processes on one port. The system spreads new connections by a hash, which is uneven
 * when there are few; a process that has more than its share answers `connection: close` on some of them, and their
 * callers connect again. A connection is never cut. Costs a request one comparison.
 */
import type { Server } from 'node:net'
import type { FarmMessage } from './process-farm.ts'

export type ConnectionShare = {
  /** Connections that should still be asked to close. */
  excess: number
}

const EVERY_MS = 200

/** Above this nobody is asked to move: 60 % of two processes, and never one connection to and fro. */
const limitOf = (fair: number): number => fair * 1.1 + 0.5

/** Tells the parent process how many connections are open here and follows what it says is fair; nothing without one. */
export const createConnectionShare = (): ConnectionShare & {
  /** Counts the connections of a server. */
  count(server: Server): void
  stop(): void
} => {
  let open = 0
  const share = {
    excess: 0,
    count: (server: Server): void => {
      server.on('connection', (socket) => {
        open += 1
        socket.once('close', () => {
          open -= 1
        })
      })
    },
    stop: (): void => undefined,
  }
  if (process.send === undefined) return share
  let told = -1
  const timer = setInterval(() => {
    if (open === told || !process.connected) return
    told = open
    process.send?.({ kind: 'connections', open } satisfies FarmMessage)
  }, EVERY_MS)
  timer.unref()
  const follow = (message: FarmMessage): void => {
    if (message.kind === 'fair')
      share.excess = open > limitOf(message.open) ? Math.ceil(open - message.open) : 0
  }
  process.on('message', follow)
  process.channel?.unref()
  share.stop = () => {
    clearInterval(timer)
    process.off('message', follow)
  }
  return share
}
