/** One server-sent event stream: what was missed, then what comes, in one order, in bounded memory. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { EventLog, Logger, StoredEvent } from '@rampart/kit'

const PAGE = 100

export type EventStreamDeps = {
  readonly eventLog: Pick<EventLog, 'read' | 'subscribe'>
  readonly logger: Logger
  /** Resolves false when the caller's credentials are no longer good. */
  readonly stillAllowed: () => Promise<boolean>
  readonly heartbeatMs: number
  /** A client that takes nothing for this long is cut off; it resumes from its last id. */
  readonly stalledMs: number
}

export type EventStreamFrom = {
  readonly tenant: string
  readonly after: string
  readonly types?: readonly string[]
}

const frame = (event: StoredEvent): string =>
  `id: ${event.cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const begin = (raw: ServerResponse, after: string): void => {
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
  })
  raw.write(`retry: 2000\nid: ${after}\nevent: ready\ndata: {"cursor":${JSON.stringify(after)}}\n\n`)
}

/** Writes, and waits for a slow reader; what waits for it is never more than one event beyond the socket's buffer. */
const send = async (raw: ServerResponse, text: string, signal: AbortSignal, stalledMs: number) => {
  if (raw.write(text)) return
  await once(raw, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(stalledMs)]) })
}

/** Ends when the client goes, stops reading, loses its rights, or `signal` aborts. A wake-up only means "read on". */
export const streamEvents = async (
  deps: EventStreamDeps,
  raw: ServerResponse,
  from: EventStreamFrom,
  signal: AbortSignal,
): Promise<void> => {
  const ended = new AbortController()
  const over = AbortSignal.any([signal, ended.signal])
  let wake = Promise.withResolvers<void>()
  over.addEventListener('abort', () => wake.resolve())
  raw.once('close', () => ended.abort())
  begin(raw, from.after)
  const unsubscribe = deps.eventLog.subscribe(from.tenant, () => wake.resolve())
  const beat = async (): Promise<void> => {
    // A stream outlives the request that opened it; its rights must not outlive the credentials.
    if (!(await deps.stillAllowed())) ended.abort()
    else if (!raw.writableNeedDrain) raw.write(`event: heartbeat\ndata: {"time":${Date.now()}}\n\n`)
  }
  const heartbeat = setInterval(() => void beat().catch(() => undefined), deps.heartbeatMs)
  let cursor = from.after
  try {
    while (!over.aborted) {
      const page = await deps.eventLog.read({ ...from, after: cursor, limit: PAGE })
      for (const event of page.events) await send(raw, frame(event), over, deps.stalledMs)
      cursor = page.cursor
      if (page.events.length > 0) continue
      await wake.promise
      wake = Promise.withResolvers<void>()
    }
  } catch (error) {
    deps.logger.debug({ err: error }, 'event-stream.ended')
  } finally {
    clearInterval(heartbeat)
    unsubscribe()
    // What a stalled client has not taken would otherwise be kept for it.
    if (raw.writableNeedDrain) raw.destroy()
    else raw.end()
  }
}
