import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.ts'

const chunked = async function* (bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let index = 0; at < bytes.length; index += 1) {
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? 1)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

const read = async (text: string, sizes: readonly number[] = [1024]): Promise<ServerSentEvent[]> => {
  const events: ServerSentEvent[] = []
  for await (const event of readServerSentEvents(chunked(new TextEncoder().encode(text), sizes)))
    events.push(event)
  return events
}

test('fields, comments, several data lines, and an id that lasts', async () => {
  assert.deepEqual(await read(': hello\nid: 7\nevent: a\ndata: one\ndata: two\n\ndata:{"x":1}\n\n'), [
    { id: '7', event: 'a', data: 'one\ntwo' },
    { id: '7', event: 'message', data: '{"x":1}' },
  ])
})

test('an event without data and a cut-off last event are dropped', async () => {
  assert.deepEqual(await read('event: a\n\ndata: half'), [])
})

test('where the bytes are cut and how lines end does not matter', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll(/[\r\n\0]/g, ''))
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
      async (lines, end, sizes) => {
        const text = `${lines.map((data) => `data: ${data}${end}`).join('')}${end}data: last${end}${end}data: never`
        const [first] = await read(text, sizes)
        assert.equal(first?.data, lines.join('\n'))
      },
    ),
    { numRuns: 60 },
  )
})

test('an endless line is refused', async () => {
  await assert.rejects(read('x'.repeat(5 * 1024 * 1024), [65_536]), /longer than 4 MiB/)
})
