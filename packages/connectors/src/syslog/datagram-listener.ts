/** Syslog by UDP: fair to its senders, bounded, and every loss that can be known of is counted, the kernel's too. */
import { createSocket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { createFairQueue } from './fair-queue.ts'
import type { SyslogListener, SyslogListenerOptions } from './listener-options.ts'

const QUEUE = { maxItems: 16_384, maxBytes: 16 * 1024 * 1024, shares: 8 }
const BATCH = 500
const RECEIVE_BYTES = 4 * 1024 * 1024
const LOOK_MS = 2_000

/** What the kernel dropped for this port since it was opened, where it tells: its buffer was full. */
const kernelDrops = async (port: number, isV6: boolean): Promise<number> => {
  const table = await readFile(isV6 ? '/proc/net/udp6' : '/proc/net/udp', 'utf8').catch(() => '')
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = table.split('\n').map((row) => row.trim().split(/\s+/))
  const drops = rows.filter((row) => row[1]?.endsWith(local)).map((row) => Number(row.at(-1)))
  return drops.reduce((sum, one) => sum + (Number.isFinite(one) ? one : 0), 0)
}

export const listenDatagrams = (
  options: SyslogListenerOptions,
  host: string,
  port: number,
): Promise<SyslogListener> => {
  const isV6 = host.includes(':')
  const socket = createSocket({ type: isV6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BYTES })
  const queue = createFairQueue(QUEUE)
  let working: Promise<void> | undefined
  let known = 0
  const work = async (): Promise<void> => {
    while (queue.size() > 0) {
      const messages = queue.take(BATCH)
      await options.onMessages(messages).catch(() => options.onDropped(messages.length))
    }
    working = undefined
  }
  const countKernel = async (): Promise<void> => {
    const now = await kernelDrops(socket.address().port, isV6)
    if (now > known) options.onDropped(now - known)
    known = Math.max(known, now)
  }
  socket.on('message', (bytes, { address }) => {
    const isTaken =
      options.isAllowed?.(address) !== false && queue.push(address, bytes.toString('utf8'), bytes.length)
    if (!isTaken) options.onDropped(1)
    else working ??= work()
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, host, () => {
      socket.off('error', reject)
      socket.on('error', () => undefined)
      const looking = setInterval(() => void countKernel().catch(() => undefined), LOOK_MS)
      looking.unref()
      resolve({
        port: socket.address().port,
        stop: async () => {
          clearInterval(looking)
          await countKernel().catch(() => undefined)
          await new Promise<void>((done) => socket.close(() => done()))
          await working
        },
      })
    })
  })
}
