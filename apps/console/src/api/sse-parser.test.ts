import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSseParser, type SseMessage } from './sse-parser.ts'

const TEXT =
  ': open\n\nretry: 2000\nid: 7\nevent: ready\ndata: {"cursor":"7"}\n\r\nid: 8\r\ndata: one\r\ndata: two\r\n\r\ndata:bare\n\n'

const parse = (chunks: readonly string[]): SseMessage[] => {
  const messages: SseMessage[] = []
  const feed = createSseParser((message) => messages.push(message))
  for (const chunk of chunks) feed(chunk)
  return messages
}

test('ids, events, several data lines, comments and retry', () => {
  assert.deepEqual(parse([TEXT]), [
    { event: 'ready', data: '{"cursor":"7"}', id: '7', retryMs: 2000 },
    { event: 'message', data: 'one\ntwo', id: '8' },
    { event: 'message', data: 'bare' },
  ])
})

test('where the chunks break does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: TEXT.length - 1 })), (cuts) => {
      const places = [0, ...new Set(cuts), TEXT.length].sort((a, b) => a - b)
      const chunks = places.slice(1).map((end, at) => TEXT.slice(places[at], end))
      assert.deepEqual(parse(chunks), parse([TEXT]))
    }),
    { seed: 3 },
  )
})
