/** A keep-alive HTTP/1.1 load generator on bare sockets, run as a child: cheap, so that servers see real concurrency. */
import { connect, type Socket } from 'node:net'
import { runGrpcLoad } from './grpc-client.ts'

export type LoadOrder = {
  readonly protocol: 'rest' | 'grpc'
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Base64. */
  readonly body: string
  readonly count: number
  readonly concurrency: number
}

export type LoadReport = {
  readonly answered: number
  /** Wall time, ms. */
  readonly ms: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The first thing that went wrong. */
  readonly failure?: string
}

const HEAD_END = Buffer.from('\r\n\r\n')
const MAX_HEAD = 16_384

type Answer = { readonly closes: boolean }

/** A whole answer at the start of `bytes`, or undefined while it is incomplete; throws on all but 200. */
const readAnswer = (bytes: Buffer): Answer | undefined => {
  const end = bytes.indexOf(HEAD_END)
  if (end < 0) {
    if (bytes.length > MAX_HEAD) throw new Error('the head of an answer has no end')
    return undefined
  }
  const head = bytes.toString('latin1', 0, end).toLowerCase()
  if (!head.startsWith('http/1.1 200')) throw new Error(bytes.toString('utf8', 0, 400))
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
  if (length === undefined) throw new Error('an answer without content-length')
  if (bytes.length < end + 4 + Number(length)) return undefined
  return { closes: head.includes('\r\nconnection: close') }
}

const requestBytes = ({ path, headers, body }: LoadOrder): Buffer => {
  const payload = Buffer.from(body, 'base64')
  const lines = Object.entries({ host: '127.0.0.1', 'content-length': String(payload.length), ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), payload])
}

export const runLoad = async (order: LoadOrder): Promise<LoadReport> => {
  const request = requestBytes(order)
  const latencies: number[] = []
  const started = performance.now()
  let toSend = order.count
  const oneConnection = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let sentAt = 0
      let received: Buffer = Buffer.alloc(0)
      let socket: Socket
      const next = (): void => {
        if (toSend <= 0) {
          socket.destroy()
          resolve()
          return
        }
        toSend -= 1
        sentAt = performance.now()
        socket.write(request)
      }
      const take = (chunk: Buffer): void => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        let answer: Answer | undefined
        try {
          answer = readAnswer(received)
        } catch (error) {
          socket.destroy()
          reject(error)
          return
        }
        if (answer === undefined) return
        received = Buffer.alloc(0)
        latencies.push(performance.now() - sentAt)
        if (!answer.closes) return next()
        // A server may ask to connect again; what it answered counts.
        socket.removeAllListeners('end')
        socket.destroy()
        open()
      }
      const open = (): void => {
        socket = connect(order.port, '127.0.0.1')
        socket.setNoDelay(true)
        socket.on('connect', next)
        socket.on('error', reject)
        socket.on('end', () => reject(new Error('the server closed a connection')))
        socket.on('data', take)
      }
      open()
    })
  const ended = await Promise.allSettled(Array.from({ length: order.concurrency }, oneConnection))
  const failed = ended.find((one) => one.status === 'rejected')
  latencies.sort((a, b) => a - b)
  const quantile = (q: number): number => latencies[Math.ceil(q * latencies.length) - 1] ?? Number.NaN
  return {
    answered: latencies.length,
    ms: performance.now() - started,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    ...(failed === undefined ? {} : { failure: String(failed.reason) }),
  }
}

if (process.send !== undefined)
  process.on('message', (order: LoadOrder) => {
    const run = order.protocol === 'grpc' ? runGrpcLoad : runLoad
    void run(order).then((report) => process.send?.(report))
  })
