/** A gRPC load generator on bare HTTP/2 streams of one connection, as a gRPC channel has: cheap next to a client library. */
import { type ClientHttp2Session, connect, constants } from 'node:http2'
import type { LoadOrder, LoadReport } from './client.ts'

const FRAME_HEAD = 5

/** Length-prefixed message, not compressed (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const framed = (message: Buffer): Buffer => {
  const frame = Buffer.alloc(FRAME_HEAD + message.length)
  frame.writeUInt32BE(message.length, 1)
  message.copy(frame, FRAME_HEAD)
  return frame
}

/** One call, its answer's frame; rejects on any status but OK and on an empty answer. */
const callOnce = (session: ClientHttp2Session, path: string, frame: Buffer): Promise<Buffer[]> =>
  new Promise((resolve, reject) => {
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    let status: unknown
    let length = 0
    const chunks: Buffer[] = []
    const read = (headers: Record<string, unknown>): void => {
      status = headers['grpc-status'] ?? status
      if (status !== undefined && status !== '0') reject(new Error(String(headers['grpc-message'] ?? status)))
    }
    stream.on('response', read)
    stream.on('trailers', read)
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length
      chunks.push(chunk)
    })
    stream.on('error', reject)
    stream.on('end', () =>
      status === '0' && length > FRAME_HEAD
        ? resolve(chunks)
        : reject(new Error(`ended with status ${status}`)),
    )
    stream.end(frame)
  })

export type GrpcCaller = {
  /** The answer's message. */
  call(path: string, message: Buffer): Promise<Buffer>
  close(): void
}

/** One connection for any number of calls at a time. */
export const openGrpc = (port: number): GrpcCaller => {
  const session = connect(`http://127.0.0.1:${port}`)
  // Streams tell of it themselves.
  session.on('error', () => undefined)
  return {
    call: async (path, message) =>
      Buffer.concat(await callOnce(session, path, framed(message))).subarray(FRAME_HEAD),
    close: () => session.destroy(),
  }
}

export const runGrpcLoad = async (order: LoadOrder): Promise<LoadReport> => {
  const session = connect(`http://127.0.0.1:${order.port}`)
  const frame = framed(Buffer.from(order.body, 'base64'))
  const latencies: number[] = []
  const started = performance.now()
  let toSend = order.count
  const oneCaller = async (): Promise<void> => {
    while (toSend > 0) {
      toSend -= 1
      const sentAt = performance.now()
      await callOnce(session, order.path, frame)
      latencies.push(performance.now() - sentAt)
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: order.concurrency }, oneCaller))
  session.destroy()
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
