import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import * as grpc from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { AppError, assetPath } from '@rampart/kit'
import { tinyClassifier, tinyIdentity, tinySlow } from '@rampart/onnx/testing'
import type { GrpcListener } from './grpc-server.ts'
import { type ServingFixture, startServing } from './testing.ts'

const WIDTH = 4
const SLOW = 256
type Reply = Record<string, unknown> & {
  id: string
  outputs: { name: string; datatype: string; shape: string[]; contents: Record<string, unknown[]> }[]
  raw_output_contents: Buffer[]
}
type Call = (
  request: object,
  metadata?: grpc.Metadata,
  options?: object,
) => Promise<{ reply: Reply; trailer: grpc.Metadata }>

const load = (file: string) =>
  grpc.loadPackageDefinition(
    loadSync(assetPath(`contracts/proto/${file}`), {
      keepCase: true,
      longs: String,
      enums: String,
      defaults: true,
    }),
  )
const serviceOf = (file: string, ...path: string[]): grpc.ServiceClientConstructor => {
  let found: unknown = load(file)
  for (const part of path) found = (found as Record<string, unknown>)[part]
  return found as grpc.ServiceClientConstructor
}
const Inference = serviceOf('inference/open_inference.proto', 'inference', 'GRPCInferenceService')
const Health = serviceOf('health/health.proto', 'grpc', 'health', 'v1', 'Health')

let up: ServingFixture
let listener: GrpcListener
let client: grpc.Client
const connect = (Service: grpc.ServiceClientConstructor, port = listener.port): grpc.Client =>
  new Service(`127.0.0.1:${port}`, grpc.credentials.createInsecure()) as unknown as grpc.Client
type Method = (
  request: object,
  metadata: grpc.Metadata,
  options: object,
  done: (error: grpc.ServiceError | null, reply: Reply) => void,
) => grpc.ClientUnaryCall
const method =
  (on: () => grpc.Client, name: string): Call =>
  (request, metadata = new grpc.Metadata(), options = {}) =>
    new Promise((resolve, reject) => {
      let reply: Reply
      const work = (on() as unknown as Record<string, Method>)[name] as Method
      const call = work.call(on(), request, metadata, options, (error, value) => {
        if (error !== null) reject(error)
        reply = value
      })
      call.on('status', (status: grpc.StatusObject) => resolve({ reply, trailer: status.metadata }))
    })
const infer = method(() => client, 'ModelInfer')
const failure = async (work: Promise<unknown>): Promise<[grpc.status | undefined, unknown]> => {
  try {
    await work
  } catch (error) {
    const { code, metadata } = error as grpc.ServiceError
    return [code, metadata.get('rampart-error-code')[0]]
  }
  return [undefined, undefined]
}
const until = async (condition: () => boolean | Promise<boolean>, ms = 5000): Promise<void> => {
  for (const end = Date.now() + ms; !(await condition()); ) {
    assert.ok(Date.now() < end, 'condition not met in time')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const queued = async (): Promise<number> =>
  Number(/^rampart_inference_queue_rows (\d+)$/m.exec(await up.metricsText())?.[1])

const tensor = (name: string, shape: number[], more: object = {}, datatype = 'FP32') => ({
  name,
  datatype,
  shape,
  ...more,
})
const typed = (values: number[], more: object = {}) => ({
  model_name: 'tiny',
  inputs: [tensor('features', [values.length / WIDTH, WIDTH], { contents: { fp32_contents: values } })],
  ...more,
})
/** Fifty runs of the slow model one after the other. */
const longCall = {
  model_name: 'slow',
  inputs: [tensor('x', [800, SLOW])],
  raw_input_contents: [Buffer.alloc(800 * SLOW * 4)],
}
const VALUES = [0.25, -1, 3, 0.5]
const slowCall = {
  model_name: 'slow',
  inputs: [tensor('x', [1, SLOW])],
  raw_input_contents: [Buffer.alloc(SLOW * 4)],
}

before(async () => {
  up = await startServing({ maxBodyBytes: 1_048_576 })
  const { failed } = await up.serving.setSnapshot({
    routes: [
      await up.route('tiny', tinyClassifier(WIDTH)),
      await up.route('text', tinyIdentity('BYTES', [-1, 1])),
      await up.route('slow', tinySlow(SLOW, 40)),
      await up.route('approved', tinyClassifier(WIDTH), { stage: 'approved' }),
      await up.route('strict', tinyIdentity('FP32', [-1, 2]), {
        payloadSchema: {
          properties: { inputs: { items: { properties: { data: { items: { maximum: 5 } } } } } },
        },
      }),
    ],
  })
  assert.deepEqual(failed, [])
  listener = await up.serving.listenGrpc({ host: '127.0.0.1', port: 0 })
  client = connect(Inference)
})
after(async () => {
  client.close()
  await listener.stop()
  await up.stop()
})

test('typed and raw requests give what REST gives, in the form of the request', async () => {
  const rest = await up.infer('tiny', {
    inputs: [{ name: 'features', datatype: 'FP32', shape: [1, WIDTH], data: VALUES }],
  })
  const [label, probabilities] = ((await rest.json()) as { outputs: { data: number[] }[] }).outputs
  const { reply, trailer } = await infer(typed(VALUES, { id: 'g-1' }))
  assert.deepEqual([reply.id, reply['model_name'], reply['model_version']], ['g-1', 'tiny', '1.0.0'])
  assert.deepEqual(
    reply.outputs.map(({ name, datatype, shape }) => [name, datatype, shape]),
    [
      ['label', 'INT64', ['1']],
      ['probabilities', 'FP32', ['1', '2']],
    ],
  )
  assert.deepEqual(reply.outputs[0]?.contents['int64_contents']?.map(Number), label?.data)
  assert.deepEqual(reply.outputs[1]?.contents['fp32_contents'], probabilities?.data.map(Math.fround))
  assert.match(String(trailer.get('x-rampart-decision')[0]), /^[0-9a-f-]{36}$/)
  assert.match(String(trailer.get('x-rampart-model-digest')[0]), /^sha256:/)

  const raw = await infer({
    model_name: 'tiny',
    model_version: '1.0.0',
    inputs: [tensor('features', [1, WIDTH])],
    outputs: [{ name: 'probabilities' }],
    raw_input_contents: [Buffer.from(Float32Array.from(VALUES).buffer)],
  })
  assert.equal(raw.reply.outputs.length, 1)
  assert.deepEqual(raw.reply.raw_output_contents, [
    Buffer.from(Float32Array.from(probabilities?.data ?? []).buffer),
  ])
})

test('a call leaves a record, counts in the statistics and gives its trace back', async () => {
  const before = { rows: up.observedRows(), ok: outcome('ok', 'tiny'), written: up.serving.records().written }
  const metadata = new grpc.Metadata()
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  metadata.set('traceparent', traceparent)
  const { trailer } = await infer(typed([...VALUES, ...VALUES]), metadata)
  assert.deepEqual(trailer.get('traceparent'), [traceparent])
  assert.deepEqual([up.observedRows() - before.rows, outcome('ok', 'tiny') - before.ok], [2, 1])
  await until(() => up.serving.records().written > before.written)
})

test('strings go through in both forms', async () => {
  const input = tensor('x', [2, 1], {}, 'BYTES')
  const bytes = [Buffer.from('ü€'), Buffer.from('')]
  const { reply } = await infer({
    model_name: 'text',
    inputs: [{ ...input, contents: { bytes_contents: bytes } }],
  })
  assert.deepEqual(reply.outputs[0]?.contents['bytes_contents'], bytes)
  const raw = Buffer.concat([Buffer.from([5, 0, 0, 0]), Buffer.from('ü€'), Buffer.from([0, 0, 0, 0])])
  const again = await infer({ model_name: 'text', inputs: [input], raw_input_contents: [raw] })
  assert.deepEqual(again.reply.raw_output_contents, [raw])
})

test('health, readiness and metadata', async () => {
  const ask = async (name: string, request: object = {}) => (await method(() => client, name)(request)).reply
  assert.equal((await ask('ServerLive'))['live'], true)
  assert.equal((await ask('ServerReady'))['ready'], true)
  const server = await ask('ServerMetadata')
  assert.deepEqual([server['name'], server['extensions']], ['rampart', ['binary_tensor_data']])
  for (const [name, ready] of [
    ['tiny', true],
    ['approved', false],
    ['nobody', false],
    ['../etc', false],
  ])
    assert.equal((await ask('ModelReady', { name }))['ready'], ready)
  const model = await ask('ModelMetadata', { name: 'tiny', version: '1.0.0' })
  assert.deepEqual([model['platform'], model['versions']], ['onnx_onnxv1', ['1.0.0']])
  assert.deepEqual(model['inputs'], [{ name: 'features', datatype: 'FP32', shape: ['-1', '4'] }])
  assert.deepEqual(await failure(method(() => client, 'ModelMetadata')({ name: 'nobody' })), [
    grpc.status.NOT_FOUND,
    'SERVING_MODEL_UNKNOWN',
  ])
})

test('bad input is a clear status with our code beside it', async () => {
  const cases: [object, grpc.status, string][] = [
    [typed([1, 2, 3, Number.NaN]), grpc.status.INVALID_ARGUMENT, 'CODECS_VALUE_INVALID'],
    [{ ...typed(VALUES), inputs: [] }, grpc.status.INVALID_ARGUMENT, 'CODECS_TENSOR_MISSING'],
    [typed(VALUES, { outputs: [{ name: 'no' }] }), grpc.status.INVALID_ARGUMENT, 'CODECS_TENSOR_UNKNOWN'],
    [
      typed(VALUES, { raw_input_contents: [Buffer.alloc(16)] }),
      grpc.status.INVALID_ARGUMENT,
      'CODECS_REQUEST_INVALID',
    ],
    [typed(VALUES, { model_name: 'nobody' }), grpc.status.NOT_FOUND, 'SERVING_MODEL_UNKNOWN'],
    [typed(VALUES, { model_version: '9.9.9' }), grpc.status.NOT_FOUND, 'SERVING_MODEL_UNKNOWN'],
    [typed(VALUES, { model_name: 'approved' }), grpc.status.ABORTED, 'SERVING_NOT_DEPLOYED'],
  ]
  for (const [request, status, code] of cases) assert.deepEqual(await failure(infer(request)), [status, code])
  const huge = typed(Array.from({ length: 300_000 }, () => 1))
  assert.equal((await failure(infer(huge)))[0], grpc.status.RESOURCE_EXHAUSTED)
  const timeout = new grpc.Metadata()
  timeout.set('x-request-timeout-ms', '-1')
  assert.deepEqual(await failure(infer(typed(VALUES), timeout)), [
    grpc.status.INVALID_ARGUMENT,
    'SERVING_DEADLINE_INVALID',
  ])
})

test('bytes that are no message are refused as such', async () => {
  const send = (bytes: Buffer) =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest(
        '/inference.GRPCInferenceService/ModelInfer',
        () => bytes,
        (reply: Buffer) => reply,
        {},
        (error, reply) => (error === null ? resolve(reply) : reject(error)),
      ),
    )
  for (const bytes of [[0xff], [0x0a, 0x7f, 0x41], [0x0a, 2, 0xc3, 0x28], [0x0b]])
    assert.deepEqual(await failure(send(Buffer.from(bytes))), [
      grpc.status.INVALID_ARGUMENT,
      'CODECS_MESSAGE_INVALID',
    ])
})

test("the route's schema and the policy see gRPC calls as they see REST calls", async () => {
  const strict = (value: number) => ({
    model_name: 'strict',
    inputs: [tensor('x', [1, 2], { contents: { fp32_contents: [1, value] } })],
  })
  await infer(strict(3))
  assert.deepEqual(await failure(infer(strict(99))), [
    grpc.status.INVALID_ARGUMENT,
    'SERVING_PAYLOAD_INVALID',
  ])
  up.setPolicy(() => ({ allow: false, reasons: ['not today'], obligations: {} }))
  try {
    await infer(typed(VALUES))
    assert.fail('the call was answered')
  } catch (error) {
    const { code, metadata } = error as grpc.ServiceError
    assert.equal(code, grpc.status.PERMISSION_DENIED)
    assert.deepEqual(metadata.get('rampart-error-details'), ['["not today"]'])
  } finally {
    up.setPolicy(() => ({ allow: true, reasons: [], obligations: { log: 'digest' } }))
  }
  assert.deepEqual(up.denied.at(-1)?.reasons, ['not today'])
})

const requests = (): number => up.serving.stats('default', 'slow')[0]?.requests ?? 0
const outcome = (name: 'late' | 'ok', model = 'slow'): number =>
  up.serving.stats('default', model)[0]?.outcomes[name] ?? 0

test('a deadline that passes is DEADLINE_EXCEEDED, here and at the client', async () => {
  const before = outcome('late')
  const [code] = await failure(infer(longCall, undefined, { deadline: Date.now() + 30 }))
  assert.equal(code, grpc.status.DEADLINE_EXCEEDED)
  await until(() => outcome('late') > before)
})

test('a cancelled call gives its place back while others still run', async () => {
  const before = outcome('late')
  const work = (client as unknown as Record<string, Method>)['ModelInfer'] as Method
  const started = Array.from({ length: 40 }, () =>
    work.call(client, slowCall, new grpc.Metadata(), {}, () => undefined),
  )
  await until(async () => (await queued()) >= 1)
  for (const call of started) call.cancel()
  await until(() => outcome('late') >= before + started.length - 2)
  await until(async () => (await queued()) === 0)
  assert.equal((await infer(typed(VALUES))).reply.outputs.length, 2)
})

test('grpc.health.v1: Check, and Watch until the server stops', async (t) => {
  const other = await up.serving.listenGrpc({ host: '127.0.0.1', port: 0 })
  t.after(() => other.stop())
  const health = connect(Health, other.port)
  t.after(() => health.close())
  const check = method(() => health, 'Check')
  assert.equal((await check({ service: '' })).reply['status'], 'SERVING')
  assert.equal((await check({ service: 'inference.GRPCInferenceService' })).reply['status'], 'SERVING')
  assert.equal((await failure(check({ service: 'no.such.Service' })))[0], grpc.status.NOT_FOUND)
  const watch = (health as unknown as Record<string, (request: object) => grpc.ClientReadableStream<Reply>>)[
    'Watch'
  ]
  const seen: string[] = []
  const ended = new Promise((resolve) =>
    watch
      ?.call(health, { service: '' })
      .on('data', (reply: Reply) => seen.push(reply['status'] as string))
      .on('end', resolve),
  )
  await until(() => seen.length === 1)
  await other.stop()
  await ended
  assert.deepEqual(seen, ['SERVING', 'NOT_SERVING'])
})

test('reflection lists the services and gives the file of a symbol, in both versions', async () => {
  for (const version of ['v1', 'v1alpha']) {
    const Reflection = serviceOf(
      `reflection/${version}.proto`,
      'grpc',
      'reflection',
      version,
      'ServerReflection',
    )
    const reflection = connect(Reflection)
    const open = (reflection as unknown as Record<string, () => grpc.ClientDuplexStream<object, Reply>>)[
      'ServerReflectionInfo'
    ] as () => grpc.ClientDuplexStream<object, Reply>
    const stream = open.call(reflection)
    const answers: Record<string, Record<string, never>>[] = []
    stream.on('data', (answer) => answers.push(answer as never))
    stream.write({ list_services: '*' })
    stream.write({ file_containing_symbol: 'inference.ModelInferRequest.InferInputTensor' })
    stream.write({ file_containing_symbol: 'inference.GRPCInferenceService.ModelInfer' })
    stream.write({ file_containing_symbol: 'no.such.Symbol' })
    await until(() => answers.length === 4)
    const listed = answers[0]?.['list_services_response']?.['service'] as unknown as { name: string }[]
    assert.deepEqual(listed.map(({ name }) => name).sort(), [
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'inference.GRPCInferenceService',
    ])
    const files = answers
      .slice(1, 3)
      .map((answer) => answer['file_descriptor_response']?.['file_descriptor_proto'] as unknown as Buffer[])
    assert.ok(files[0]?.[0]?.includes('InferTensorContents'))
    assert.deepEqual(files[0], files[1])
    assert.equal(answers[3]?.['error_response']?.['error_code'], grpc.status.NOT_FOUND)
    stream.end()
    reflection.close()
  }
})

test('a taken port is said in plain words', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { port: number }
  await assert.rejects(
    up.serving.listenGrpc({ host: '127.0.0.1', port }),
    (error) => error instanceof AppError && error.code === 'SERVING_GRPC_PORT_TAKEN',
  )
  await new Promise((resolve) => taken.close(resolve))
})

test('a stop lets calls in flight end and takes no new ones', async () => {
  const other = await up.serving.listenGrpc({ host: '127.0.0.1', port: 0 })
  const last = connect(Inference, other.port)
  const inFlight = method(() => last, 'ModelInfer')(slowCall)
  const done = requests()
  await until(async () => (await queued()) >= 1 || requests() > done)
  await other.stop()
  assert.equal((await inFlight).reply.raw_output_contents.length, 1)
  assert.equal((await failure(method(() => last, 'ModelInfer')(typed(VALUES))))[0], grpc.status.UNAVAILABLE)
  last.close()
})
