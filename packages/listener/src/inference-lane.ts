/**
 * The short way for inference calls (ADR 7). On a connection whose requests are plain enough, the message is taken from
 * the socket and the answer written to it; the first request that is anything else hands the connection, with every
 * byte that was not answered, to node:http for good. The lane never judges a request: it either understands it wholly
 * or leaves it alone.
 */
import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { createLaneHeads, type LaneHead, MAX_LANE_HEAD } from './lane-head.ts'

/** What an answer is written to; `ServerResponse` is another one. */
export interface LaneResponse {
  readonly headersSent: boolean
  /** True when the client is gone. */
  readonly destroyed: boolean
  /** Headers as name, value, name, value; one of them must be `content-length`. */
  writeHead(status: number, headers: string[]): unknown
  end(body: Uint8Array): unknown
  end(body: string, encoding: 'latin1' | 'utf8'): unknown
}

/** False when the call is not for the lane after all; nothing may have been written then. */
export type LaneHandler = (head: LaneHead, response: LaneResponse, body: Buffer) => boolean | Promise<boolean>

export type LaneDeps = {
  readonly handle: LaneHandler
  /** Asked once per distinct head. */
  readonly admits: (head: LaneHead) => boolean
  /** Answers that ask their client to connect again; counted down. */
  readonly share?: { excess: number } | undefined
  readonly times?: LaneTimes
}

export type LaneTimes = {
  /** A connection that says nothing, or not the rest of its body, is left to node:http and its limits. */
  readonly patienceMs: number
  /** A connection between two calls is closed after this. */
  readonly keepAliveMs: number
}

const TIMES: LaneTimes = { patienceMs: 2_000, keepAliveMs: 65_000 }
const SWEEP_MS = 1_000
/** What is larger is not slowed down by node:http, and its limits know uploads. */
const MAX_LANE_BODY = 1_048_576
const HEAD_END = Buffer.from('\r\n\r\n')
const LETTER_P = 0x50

let dateAt = Number.NEGATIVE_INFINITY
let dateLine = ''

/** RFC 9110 6.6.1. */
const currentDate = (): string => {
  const now = Date.now()
  if (Math.abs(now - dateAt) >= 1000) {
    dateAt = now - (now % 1000)
    dateLine = `date: ${new Date(now).toUTCString()}\r\n`
  }
  return dateLine
}

/** Must be given a server that nobody has listened to yet. */
export const attachInferenceLane = (server: Server, deps: LaneDeps): void => {
  const [toServer] = server.listeners('connection')
  if (toServer === undefined) throw new Error('the server has no listener for connections')
  const times = deps.times ?? TIMES
  const headOf = createLaneHeads(deps.admits)
  const keepAlive = `connection: keep-alive\r\nkeep-alive: timeout=${Math.floor(times.keepAliveMs / 1000)}\r\n\r\n`
  const lanes = new Set<Lane>()

  const mustClose = (): boolean => {
    if (!server.listening) return true
    if (deps.share === undefined || deps.share.excess <= 0) return false
    deps.share.excess -= 1
    return true
  }

  const write = (socket: Socket, head: string, body: string | Uint8Array, encoding: 'latin1' | 'utf8') => {
    if (typeof body === 'string') return socket.write(head + body, encoding)
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    return socket.uncork()
  }

  const open = (socket: Socket): void => {
    let phase: 'silent' | 'idle' | 'body' | 'busy' = 'silent'
    let since = performance.now()
    let head: LaneHead | undefined
    /** What came and is not answered: the parts of one message, and while it is being answered what follows it. */
    let parts: Buffer[] = []
    let missing = 0
    let halfClosed = false

    const leave = (): void => {
      lanes.delete(lane)
      socket.off('data', onData).off('end', onEnd).off('close', leave).off('error', onError)
    }

    const handOver = (): void => {
      leave()
      socket.pause()
      if (parts.length > 0) socket.unshift(Buffer.concat(parts))
      toServer.call(server, socket)
      socket.resume()
    }

    const answered = (closes: boolean): void => {
      if (closes) {
        leave()
        socket.on('error', () => undefined)
        socket.destroySoon()
        return
      }
      phase = 'idle'
      since = performance.now()
      if (parts.length > 0) handOver()
    }

    const responseTo = (): LaneResponse => {
      let status = 0
      let lines = ''
      return {
        get headersSent() {
          return status > 0
        },
        get destroyed() {
          return socket.destroyed
        },
        writeHead: (code, headers) => {
          status = code
          for (let at = 0; at < headers.length; at += 2) lines += `${headers[at]}: ${headers[at + 1]}\r\n`
        },
        end: (body: string | Uint8Array, encoding: 'latin1' | 'utf8' = 'utf8') => {
          if (socket.destroyed) return
          const closes = halfClosed || mustClose()
          const connection = closes ? 'connection: close\r\n\r\n' : keepAlive
          const text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${currentDate()}${connection}`
          write(socket, text, body, encoding)
          answered(closes)
        },
      }
    }

    const take = (request: LaneHead, message: Buffer): void => {
      phase = 'busy'
      parts = []
      const body = message.subarray(message.length - request.contentLength)
      const settle = (isTaken: boolean): void => {
        if (isTaken || !lanes.has(lane)) return
        parts.unshift(message)
        handOver()
      }
      const taken = deps.handle(request, responseTo(), body)
      if (typeof taken === 'boolean') settle(taken)
      else void taken.then(settle)
    }

    const begin = (chunk: Buffer): void => {
      const headEnd = chunk[0] === LETTER_P && !socket.writableNeedDrain ? chunk.indexOf(HEAD_END) : -1
      head = headEnd < 0 || headEnd > MAX_LANE_HEAD ? undefined : headOf(chunk.toString('latin1', 0, headEnd))
      if (head !== undefined && head.contentLength > MAX_LANE_BODY) head = undefined
      missing = head === undefined ? -1 : headEnd + 4 + head.contentLength - chunk.length
      if (head !== undefined && missing === 0) return take(head, chunk)
      parts = [chunk]
      phase = 'body'
      since = performance.now()
      if (missing < 0) handOver()
    }

    const proceed = (chunk: Buffer): void => {
      parts.push(chunk)
      missing -= chunk.length
      if (missing < 0 || head === undefined) handOver()
      else if (missing === 0) take(head, Buffer.concat(parts))
    }

    const onData = (chunk: Buffer): void => {
      if (phase === 'busy') {
        // A second request before the first one's answer: it waits in the socket, beyond what already came.
        parts.push(chunk)
        socket.pause()
      } else if (phase === 'body') proceed(chunk)
      else begin(chunk)
    }

    const onEnd = (): void => {
      halfClosed = true
      if (phase === 'body') handOver()
      else if (phase !== 'busy') socket.end()
    }

    const onError = (): void => void socket.destroy()

    const lane: Lane = {
      sweep: (now) => {
        if ((phase === 'silent' || phase === 'body') && now - since > times.patienceMs) handOver()
        else lane.closeIdle(now - times.keepAliveMs)
      },
      closeIdle: (before) => {
        if ((phase === 'idle' || phase === 'silent') && since <= before) socket.destroy()
      },
      destroy: () => socket.destroy(),
    }
    lanes.add(lane)
    socket.on('data', onData).on('end', onEnd).on('close', leave).on('error', onError)
  }

  server.removeAllListeners('connection')
  server.on('connection', open)
  const timer = setInterval(() => {
    const now = performance.now()
    for (const lane of lanes) lane.sweep(now)
  }, SWEEP_MS)
  timer.unref()
  server.on('close', () => clearInterval(timer))
  alsoCloses(server, lanes)
}

type Lane = {
  sweep(now: number): void
  closeIdle(before: number): void
  destroy(): void
}

/** Who closes the connections of the server, closes those in its lane. */
const alsoCloses = (server: Server, lanes: ReadonlySet<Lane>): void => {
  const { closeIdleConnections, closeAllConnections } = server
  server.closeIdleConnections = () => {
    for (const lane of lanes) lane.closeIdle(Number.POSITIVE_INFINITY)
    closeIdleConnections.call(server)
  }
  server.closeAllConnections = () => {
    for (const lane of lanes) lane.destroy()
    closeAllConnections.call(server)
  }
}
