/** Server-sent events over `fetch` (an EventSource cannot carry a bearer token), resumed by the last id seen. */
import { createSseParser, type SseMessage } from './sse-parser.ts'

export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'closed'

type Deps = {
  url: string
  headers: () => Record<string, string>
  onMessage: (message: SseMessage) => void
  /** Any byte, comments included: proof that the line is alive. */
  onActivity: () => void
  onState: (state: StreamState) => void
  fetch?: typeof fetch
}

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 15_000

/** Opens the stream and keeps it open until `stop()`; a 401 or 403 ends it, for retrying cannot help. */
export const openEventStream = (deps: Deps): { stop: () => void } => {
  const abort = new AbortController()
  const send = deps.fetch ?? fetch
  let lastId: string | undefined
  let retryMs = FIRST_RETRY_MS

  const once = async (): Promise<'again' | 'never'> => {
    const headers: Record<string, string> = { accept: 'text/event-stream', ...deps.headers() }
    if (lastId !== undefined) headers['last-event-id'] = lastId
    const response = await send(deps.url, {
      headers,
      signal: abort.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    })
    if (response.status === 401 || response.status === 403) return 'never'
    if (!response.ok || response.body === null) return 'again'
    deps.onState('live')
    deps.onActivity()
    retryMs = FIRST_RETRY_MS
    const parse = createSseParser((message) => {
      if (message.id !== undefined) lastId = message.id
      if (message.retryMs !== undefined) retryMs = message.retryMs
      if (message.data !== '') deps.onMessage(message)
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'again'
      deps.onActivity()
      parse(value)
    }
  }

  const run = async () => {
    deps.onState('connecting')
    while (!abort.signal.aborted) {
      const next = await once().catch(() => 'again' as const)
      if (abort.signal.aborted) return
      if (next === 'never') return deps.onState('closed')
      deps.onState('reconnecting')
      await new Promise((resolve) => setTimeout(resolve, retryMs))
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    }
  }
  void run()
  return { stop: () => abort.abort() }
}
