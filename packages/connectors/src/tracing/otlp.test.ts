import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createLogger, createMetrics } from '@rampart/kit'
import { createOtlpTracing, type OtlpTracingOptions } from './otlp.ts'

type Received = { headers: Record<string, unknown>; body: { resourceSpans: Resource[] } }
type Resource = { scopeSpans: { spans: OtlpSpan[] }[] }
type OtlpSpan = {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: Record<string, unknown> }[]
  status: { code?: number }
}

const servers: Server[] = []
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** Answers every export with what `answer` says. */
const collector = async (answer: () => number | 'never' = () => 200) => {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const status = answer()
    if (status === 'never') return
    if (status === 200)
      received.push({
        headers: { ...request.headers, url: request.url },
        body: JSON.parse(Buffer.concat(chunks).toString()),
      })
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const spans = (): OtlpSpan[] =>
    received.flatMap(({ body }) =>
      body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((s) => s.spans)),
    )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, spans }
}

const tracing = (options: Partial<OtlpTracingOptions> & Pick<OtlpTracingOptions, 'endpoint'>) =>
  createOtlpTracing({
    ratio: 1,
    service: { name: 'rampart', version: '0.0.0', instance: 'test' },
    logger: createLogger({ level: 'error', name: 'test' }),
    metrics: createMetrics(),
    timeoutMs: 300,
    ...options,
  })

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a trace goes on from its caller, parts and times included, with the headers of the configuration', async () => {
  const { url, received, spans } = await collector()
  const { tracer, stop, counts } = tracing({ endpoint: url, headers: 'x-key=a%20b' })
  const span = tracer.start('POST /v2', { kind: 'server', parent: PARENT, startedAt: 1000 })
  assert.equal(span.traceId, '0af7651916cd43dd8448eb211c80319c')
  assert.match(span.traceparent, /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/)
  span.child('model.run', { startedAt: 1002 }).end({ endedAt: 1005 })
  span.end({ endedAt: 1010, attributes: { 'rampart.rows': 3, none: undefined }, failure: '500' })
  await stop()
  const [child, root] = spans()
  assert.equal(root?.parentSpanId, 'b7ad6b7169203331')
  assert.equal(child?.parentSpanId, root?.spanId)
  assert.equal(root?.kind, 2)
  assert.equal(root?.status.code, 2)
  assert.deepEqual(root?.attributes.map(({ key }) => key).sort(), ['error.type', 'rampart.rows'])
  const millis = (one: OtlpSpan | undefined) =>
    Number(BigInt(one?.endTimeUnixNano ?? 0) - BigInt(one?.startTimeUnixNano ?? 0)) / 1e6
  assert.ok(Math.abs(millis(root) - 10) < 0.01)
  assert.ok(Math.abs(millis(child) - 3) < 0.01)
  assert.equal(received[0]?.headers['url'], '/v1/traces')
  assert.equal(received[0]?.headers['x-key'], 'a b')
  assert.deepEqual(counts(), { exported: 2, failed: 0, dropped: 0 })
})

test('a caller that does not sample is followed, and a malformed context starts a trace', async () => {
  const { url, spans } = await collector()
  const { tracer, stop } = tracing({ endpoint: url })
  const unsampled = tracer.start('a', { parent: PARENT.replace(/01$/, '00') })
  assert.equal(unsampled.isRecording, false)
  assert.match(unsampled.traceparent, /-00$/)
  unsampled.end()
  for (const parent of [
    '',
    'x',
    PARENT.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
    `ff${PARENT.slice(2)}`,
  ])
    tracer.start('b', { parent }).end()
  await stop()
  assert.equal(spans().length, 4)
  assert.ok(spans().every(({ name, parentSpanId }) => name === 'b' && !parentSpanId))
})

test('of the traces that start here the configured share is sampled', async () => {
  const { url } = await collector()
  const { tracer, stop } = tracing({ endpoint: url, ratio: 0.25, maxSpans: 1 })
  const sampled = Array.from({ length: 4000 }, () => tracer.start('a', {})).filter((one) => one.isRecording)
  // 4,000 draws at 1/4: five standard deviations are 137.
  assert.ok(Math.abs(sampled.length - 1000) < 137, String(sampled.length))
  await stop()
})

test('a collector that refuses, never answers or is away costs spans, which are counted, and never waits', async () => {
  const refusing = await collector(() => 400)
  const silent = await collector(() => 'never')
  for (const endpoint of [refusing.url, silent.url, 'http://127.0.0.1:9']) {
    const { tracer, stop, counts } = tracing({ endpoint, maxSpans: 10 })
    const before = performance.now()
    for (let i = 0; i < 100; i += 1) tracer.start('a', {}).end()
    assert.ok(performance.now() - before < 250)
    await stop()
    assert.deepEqual(counts(), { exported: 0, failed: 10, dropped: 90 }, endpoint)
  }
})

test('addresses and headers that cannot be used are refused without being repeated', () => {
  for (const endpoint of [
    '',
    'collector',
    'ftp://a',
    'http://u:secret@a',
    'http://a/?k=secret',
    'http://a/#x',
  ])
    assert.throws(
      () => tracing({ endpoint }),
      (error: Error & { code?: string }) =>
        error.code === 'TRACING_ENDPOINT_INVALID' && !error.message.includes('secret'),
      endpoint,
    )
  for (const headers of ['secret', 'a b=secret', 'a=secret%', 'a=secret%0a'])
    assert.throws(
      () => tracing({ endpoint: 'http://127.0.0.1:9', headers }),
      (error: Error & { code?: string }) =>
        error.code === 'TRACING_OPTION_INVALID' && !error.message.includes('secret'),
      headers,
    )
  for (const ratio of [-0.1, 1.1, Number.NaN])
    assert.throws(() => tracing({ endpoint: 'http://127.0.0.1:9', ratio }), {
      code: 'TRACING_OPTION_INVALID',
    })
})
