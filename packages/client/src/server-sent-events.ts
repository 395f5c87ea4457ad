/** Reads a text/event-stream (WHATWG HTML, section 9.2): fields, comments, CR, LF and CRLF line ends. */
export type ServerSentEvent = { readonly id: string; readonly event: string; readonly data: string }

/** A line longer than this is not one of ours. */
const MAX_LINE = 4 * 1024 * 1024

const linesOf = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    if (rest.length > MAX_LINE) throw new Error('event stream: a line is longer than 4 MiB')
    // A CR at the very end may be half of a CRLF: leave it for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    yield* lines
  }
}

type Draft = { id: string; event: string; data: string[] }

const take = (draft: Draft, line: string): void => {
  const colon = line.indexOf(':')
  const field = colon === -1 ? line : line.slice(0, colon)
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (field === 'data') draft.data.push(value)
  else if (field === 'event') draft.event = value
  else if (field === 'id' && !value.includes('\0')) draft.id = value
}

/** Events in order; one without data is dropped, as the standard says. */
export const readServerSentEvents = async function* (
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  let draft: Draft = { id: '', event: '', data: [] }
  for await (const line of linesOf(body)) {
    if (line !== '') {
      take(draft, line)
      continue
    }
    if (draft.data.length > 0)
      yield { id: draft.id, event: draft.event || 'message', data: draft.data.join('\n') }
    draft = { id: draft.id, event: '', data: [] }
  }
}
