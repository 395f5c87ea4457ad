/** Run by `npm run test:peers -- otel`: what a real collector writes down of a control plane's traces. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:http2'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { assetPath } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import { deployClassifier, startTestPlane, type TestPlane } from './testing.ts'

type Value = { stringValue?: string; intValue?: string; boolValue?: boolean }
type OtlpSpan = {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes?: { key: string; value: Value }[]
}
type Exported = {
  resourceSpans: {
    resource: { attributes: { key: string; value: Value }[] }
    scopeSpans: { spans: OtlpSpan[] }[]
  }[]
}

const run = promisify(execFile)
const script = assetPath('peers/otelcol.sh')
let folder: string
let file: string
let plane: TestPlane

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-otel-'))
  const port = await freePort()
  const { stdout } = await run(script, ['up', folder, String(port)])
  file = stdout.trim()
  plane = await startTestPlane({
    flags: { 'tracing-endpoint': `http://127.0.0.1:${port}`, 'tracing-ratio': '1' },
  })
  await deployClassifier(plane, 'tiny', '1.0.0')
})

after(async () => {
  await plane?.stop()
  await run(script, ['down', folder]).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
})

const exported = async (): Promise<Exported[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exported)

/** Spans of a trace once `enough` is satisfied by them. */
const traceOf = async (traceId: string, enough: (spans: OtlpSpan[]) => boolean): Promise<OtlpSpan[]> => {
  let found: OtlpSpan[] = []
  await until(async () => {
    found = (await exported())
      .flatMap(({ resourceSpans }) => resourceSpans.flatMap((one) => one.scopeSpans.flatMap((s) => s.spans)))
      .filter((span) => span.traceId === traceId)
    return enough(found)
  })
  return found
}

const named = (spans: readonly OtlpSpan[], name: string): OtlpSpan => {
  const found = spans.find((span) => span.name === name)
  assert.ok(found, `${name} is not among ${spans.map((span) => span.name).join(', ')}`)
  return found
}

const attribute = (span: OtlpSpan, key: string): string | undefined => {
  const value = span.attributes?.find((one) => one.key === key)?.value
  return value?.stringValue ?? value?.intValue
}

const traceId = (digit: string): string => digit.repeat(32)
const PARENT = 'b7ad6b7169203331'
const traceparent = (digit: string): string => `00-${traceId(digit)}-${PARENT}-01`
const BODY = { inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [0.5, 0.25, 0, 1] }] }

test('an inference call is one trace with policy, wait and run as its parts, in the order of time', async () => {
  const headers = { traceparent: traceparent('1') }
  const answer = await plane.call('POST', '/v2/models/tiny/infer', { body: BODY, headers })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('traceparent') ?? '', /^00-1{32}-[0-9a-f]{16}-01$/)
  const spans = await traceOf(traceId('1'), (found) => found.length >= 4)
  const call = named(spans, 'POST /v2/models/{model}/infer')
  assert.equal(call.parentSpanId, PARENT)
  assert.equal(answer.headers.get('traceparent'), `00-${call.traceId}-${call.spanId}-01`)
  assert.equal(attribute(call, 'http.response.status_code'), '200')
  assert.equal(attribute(call, 'rampart.model'), 'tiny')
  assert.equal(attribute(call, 'rampart.rows'), '1')
  const parts = ['policy.decide', 'batch.wait', 'model.run'].map((name) => named(spans, name))
  for (const part of parts) {
    assert.equal(part.parentSpanId, call.spanId)
    assert.ok(BigInt(part.startTimeUnixNano) >= BigInt(call.startTimeUnixNano) - 1000n)
    assert.ok(BigInt(part.endTimeUnixNano) <= BigInt(call.endTimeUnixNano) + 1000n)
  }
  const starts = parts.map((part) => BigInt(part.startTimeUnixNano))
  assert.ok((starts[0] as bigint) <= (starts[1] as bigint) && (starts[1] as bigint) <= (starts[2] as bigint))
})

test('a refused call carries its trace id in the answer and ends as what it was', async () => {
  const headers = { traceparent: traceparent('2') }
  const answer = await plane.call('POST', '/v2/models/tiny/infer', { body: { inputs: [] }, headers })
  assert.equal(answer.status, 400)
  assert.equal(answer.json?.['trace_id'], traceId('2'))
  const [span] = await traceOf(traceId('2'), (found) =>
    found.some(({ parentSpanId }) => parentSpanId === PARENT),
  )
  assert.ok(span !== undefined)
})

test('a call over gRPC takes its context from the metadata', async () => {
  const session = connect(`http://${plane.grpcAddress}`)
  const call = session.request({
    ':method': 'POST',
    ':path': '/inference.GRPCInferenceService/ModelInfer',
    'content-type': 'application/grpc',
    te: 'trailers',
    traceparent: traceparent('3'),
  })
  // One message, five bytes of frame before it: a ModelInferRequest with a model's name only. It is refused, and traced.
  const message = Buffer.from([0x0a, 4, ...Buffer.from('tiny')])
  call.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]))
  await new Promise((resolve) => call.resume().on('close', resolve))
  session.close()
  const spans = await traceOf(traceId('3'), (found) => found.length > 0)
  const span = named(spans, 'inference.GRPCInferenceService/ModelInfer')
  assert.equal(attribute(span, 'rpc.system'), 'grpc')
  assert.equal(span.parentSpanId, PARENT)
})

test('a request to the API is a trace with the policy’s decision in it, and its problem names the trace', async () => {
  const headers = { traceparent: traceparent('4') }
  const answer = await plane.call('GET', '/api/v1/models/none/versions/1.0.0', { headers })
  assert.equal(answer.status, 404)
  assert.equal(answer.json?.['trace_id'], traceId('4'))
  const spans = await traceOf(traceId('4'), (found) => found.length >= 2)
  const request = named(spans, 'GET /api/v1/models/:name/versions/:version')
  assert.equal(attribute(request, 'http.route'), '/api/v1/models/:name/versions/:version')
  assert.equal(attribute(request, 'http.response.status_code'), '404')
  assert.equal(named(spans, 'policy.decide').parentSpanId, request.spanId)
})

test('an assessment is a trace of its own, and all of it is under one service name', async () => {
  await until(async () => (await readFile(file, 'utf8')).includes('"assurance.assess"'))
  for (const { resourceSpans } of await exported())
    for (const { resource } of resourceSpans)
      assert.equal(
        resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue,
        'rampart',
      )
})

test('nothing was lost, and a caller that does not sample is not traced', async () => {
  const headers = { traceparent: traceparent('5').replace(/01$/, '00') }
  const answer = await plane.call('POST', '/v2/models/tiny/infer', { body: BODY, headers })
  assert.match(answer.headers.get('traceparent') ?? '', /^00-5{32}-[0-9a-f]{16}-00$/)
  const metrics = (await plane.call('GET', '/metrics')).text
  assert.match(metrics, /rampart_trace_spans\{outcome="failed"\} 0/)
  assert.match(metrics, /rampart_trace_spans\{outcome="dropped"\} 0/)
  assert.ok(!(await readFile(file, 'utf8')).includes(traceId('5')))
})
