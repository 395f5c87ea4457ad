/** The text/event-stream format (WHATWG HTML 9.2.6), fed in chunks that may break anywhere. */
export type SseMessage = { id?: string; event: string; data: string; retryMs?: number }

// A line longer than this is not one of ours; dropping it bounds memory.
const MAX_LINE = 4 * 1024 * 1024

export const createSseParser = (onMessage: (message: SseMessage) => void): ((chunk: string) => void) => {
  let rest = ''
  let message: SseMessage = { event: 'message', data: '' }
  let data: string[] = []

  const dispatch = () => {
    if (data.length > 0 || message.retryMs !== undefined || message.id !== undefined) {
      onMessage({ ...message, data: data.join('\n') })
    }
    message = { event: 'message', data: '' }
    data = []
  }

  const line = (text: string) => {
    if (text === '') return dispatch()
    if (text.startsWith(':')) return
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    else if (field === 'event') message.event = value
    else if (field === 'id' && !value.includes('\0')) message.id = value
    else if (field === 'retry' && /^\d+$/.test(value)) message.retryMs = Number(value)
  }

  return (chunk) => {
    rest += chunk
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) rest = ''
    for (const text of lines) line(text)
  }
}
