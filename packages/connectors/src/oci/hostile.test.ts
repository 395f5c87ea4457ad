import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createOutboundHttp } from '../outbound/index.ts'
import { hostileContract } from '../testing/hostile-contract.ts'
import { createOciPusher, sha256Of } from '../testing/oci-pusher.ts'
import { type OciStandIn, startOciStandIn } from '../testing/oci-stand-in.ts'
import { createOciRegistry, type OciOptions } from './index.ts'

type Scope = { after(fn: () => Promise<void>): void }

const call = () => ({ signal: AbortSignal.timeout(30_000) })
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** A registry that only this stand-in's address may be asked for: everything else is an internal address. */
const rig = async (t: Scope, options: Partial<OciOptions> = {}) => {
  const standIn = await startOciStandIn()
  const allowed = [new URL(standIn.origin).host]
  const registry = createOciRegistry({
    url: `${standIn.origin}/team`,
    http: createOutboundHttp({ addresses: { allowLoopback: false, allowed } }),
    login: { kind: 'none' },
    ...options,
  })
  t.after(async () => {
    await registry.close()
    await standIn.stop()
  })
  const pusher = createOciPusher(standIn.origin)
  await pusher.artifact('team/fraud', '1.0', { files: [{ title: 'model.onnx', bytes: text('weights') }] })
  return { standIn, registry, pusher }
}

const answerAt = (
  standIn: OciStandIn,
  path: string,
  answer: (response: ServerResponse, request: IncomingMessage) => unknown,
): void => {
  standIn.intercept = (request, response) => {
    if (!(request.url ?? '').startsWith(path)) return false
    answer(response, request)
    return true
  }
}

test('pages that lead elsewhere, repeat or never end are refused', async (t) => {
  const { standIn, registry } = await rig(t)
  const link = (target: string) => ({ link: `<${target}>; rel="next"` })
  answerAt(standIn, '/v2/_catalog', (response) =>
    response
      .writeHead(200, link('http://169.254.169.254/v2/_catalog?last=a'))
      .end('{"repositories":["team/a"]}'),
  )
  await assert.rejects(registry.list(undefined, call()), { code: 'OCI_ANSWER_INVALID' })
  answerAt(standIn, '/v2/_catalog', (response) =>
    response.writeHead(200, link('/v2/team/secret/tags/list?last=a')).end('{"repositories":["team/a"]}'),
  )
  await assert.rejects(registry.list(undefined, call()), { code: 'OCI_ANSWER_INVALID' })
  answerAt(standIn, '/v2/team/fraud/tags', (response) =>
    response.writeHead(200, link('/v2/team/fraud/tags/list?last=z')).end('{"tags":["1.0"]}'),
  )
  await assert.rejects(registry.aliases('fraud', call()), { code: 'OCI_ANSWER_INVALID' })
  let pages = 0
  answerAt(standIn, '/v2/team/fraud/tags', (response) => {
    pages++
    const tags = Array.from({ length: 1000 }, (_, at) => `${pages}.${at}`)
    response.writeHead(200, link(`/v2/team/fraud/tags/list?last=${pages}`)).end(JSON.stringify({ tags }))
  })
  await assert.rejects(registry.aliases('fraud', call()), { code: 'OCI_ANSWER_INVALID' })
  assert.ok(pages <= 21, `${pages} pages`)
  const cursors = Buffer.from(JSON.stringify({ page: '1000 team/z' })).toString('base64url')
  await assert.rejects(registry.list(cursors, call()), { code: 'OCI_ANSWER_INVALID' })
})

test('answers that are too large, compressed, no JSON or no UTF-8 are refused', async (t) => {
  const { standIn, registry } = await rig(t)
  for (const [code, answer] of [
    [
      'OUTBOUND_ANSWER_INVALID',
      (response: ServerResponse) => response.end(Buffer.alloc(5 * 1024 * 1024, 0x20)),
    ],
    [
      'OUTBOUND_ANSWER_INVALID',
      (response: ServerResponse) =>
        response.setHeader('content-encoding', 'gzip').end(gzipSync('{"tags":["1"]}')),
    ],
    ['OCI_ANSWER_INVALID', (response: ServerResponse) => response.end('{"tags":')],
    ['OCI_ANSWER_INVALID', (response: ServerResponse) => response.end('{"tags":[1,2]}')],
    ['OCI_ANSWER_INVALID', (response: ServerResponse) => response.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
    ['OUTBOUND_BUSY', (response: ServerResponse) => response.writeHead(429, { 'retry-after': '3' }).end()],
  ] as const) {
    answerAt(standIn, '/v2/team/fraud/tags', answer)
    await assert.rejects(registry.aliases('fraud', call()), { code })
  }
  answerAt(standIn, '/v2/team/fraud/tags', (response) =>
    response.end(JSON.stringify({ tags: ['../../etc', 'a\u0000b', '1.0', 'x/y', '\u202egnp'] })),
  )
  assert.deepEqual(await registry.aliases('fraud', call()), {}, 'names that no tag may have are left out')
})

test('bytes that are not those of their digest are refused', async (t) => {
  const { standIn, registry } = await rig(t)
  const other = JSON.stringify({ schemaVersion: 2, config: {}, layers: [] })
  answerAt(standIn, '/v2/team/fraud/manifests/sha256', (response) => response.end(other))
  await assert.rejects(registry.version('fraud', '1.0', call()), { code: 'OCI_DIGEST_MISMATCH' })
  answerAt(standIn, '/v2/team/fraud/manifests/', (response, request) =>
    response
      .writeHead(200, { 'docker-content-digest': sha256Of(request.method === 'HEAD' ? other : 'lie') })
      .end(request.method === 'HEAD' ? undefined : 'x'),
  )
  await assert.rejects(registry.version('fraud', '1.0', call()), { code: 'OCI_DIGEST_MISMATCH' })
  answerAt(standIn, '/v2/team/fraud/manifests/', (response, request) =>
    response
      .writeHead(200, { 'docker-content-digest': sha256Of(other) })
      .end(request.method === 'HEAD' ? undefined : other),
  )
  await assert.rejects(registry.version('fraud', '1.0', call()), { code: 'OCI_ANSWER_INVALID' })
})

test('paths that lead out, cannot be shown or collide are refused, container images too', async (t) => {
  const { registry, pusher } = await rig(t)
  const filesOf = async (name: string) => {
    const version = await registry.version('fraud', name, call())
    assert.ok(version !== undefined)
    return registry.files(version, call())
  }
  const bytes = text('x')
  const titles = [
    '../up',
    '/etc/passwd',
    'a/../b',
    'a//b',
    'a\\b',
    'a\u0000b',
    'a\nb',
    '\u202egnp.exe',
    'C:x',
    'x'.repeat(256),
    '.',
    '',
  ]
  for (const [at, title] of titles.entries()) {
    await pusher.artifact('team/fraud', `2.${at}`, { files: [{ title, bytes }] })
    await assert.rejects(filesOf(`2.${at}`), { code: 'OCI_MANIFEST_REFUSED' }, JSON.stringify(title))
  }
  await pusher.artifact('team/fraud', '3', {
    files: [
      { title: 'a', bytes },
      { title: 'a', bytes: text('y') },
    ],
  })
  await assert.rejects(filesOf('3'), { code: 'OCI_MANIFEST_REFUSED' })
  const configType = 'application/vnd.oci.image.config.v1+json'
  await pusher.artifact('team/fraud', '4', { configType, files: [{ bytes }] })
  await assert.rejects(filesOf('4'), { code: 'OCI_MANIFEST_REFUSED' })
  await pusher.artifact('team/fraud', '5', { files: [] })
  await assert.rejects(filesOf('5'), { code: 'OCI_MANIFEST_REFUSED' })
  await pusher.artifact('team/fraud', '6', { files: [{ title: 'a', bytes, digest: 'md5:00' }] })
  await assert.rejects(registry.version('fraud', '6', call()), { code: 'OCI_ANSWER_INVALID' })
  // A signature may not take the name of a model file.
  const subject = await pusher.artifact('team/fraud', '7', { files: [{ title: 'model.onnx', bytes }] })
  const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  for (const title of ['model.onnx', '../../model.sig', 'weights/model.json'])
    await pusher.artifact('team/fraud', undefined, {
      subject,
      artifactType,
      files: [{ title, bytes: text(title), mediaType: artifactType }],
    })
  const paths = (await filesOf('7')).map(({ path }) => path)
  assert.equal(paths[0], 'model.onnx')
  assert.equal(paths.length, 4)
  for (const path of paths.slice(1)) assert.match(path, /^attestations\/[0-9a-f]{16}\.sigstore\.json$/)
})

test('a blob may come from one other place that is allowed, without our credentials', async (t) => {
  const storage = await startOciStandIn()
  t.after(storage.stop)
  const seen: (string | undefined)[] = []
  storage.intercept = (request, response) => {
    seen.push(request.headers.authorization)
    response.end('weights')
    return true
  }
  const standIn = await startOciStandIn()
  t.after(standIn.stop)
  const allowed = [new URL(standIn.origin).host, new URL(storage.origin).host]
  const registry = createOciRegistry({
    url: `${standIn.origin}/team`,
    http: createOutboundHttp({ addresses: { allowLoopback: false, allowed } }),
    login: { kind: 'bearer', token: async () => 'secret-token' },
  })
  t.after(registry.close)
  await createOciPusher(standIn.origin).artifact('team/fraud', '1.0', {
    files: [{ title: 'm', bytes: text('weights') }],
  })
  const version = await registry.version('fraud', '1.0', call())
  assert.ok(version !== undefined)
  const [file] = await registry.files(version, call())
  assert.ok(file !== undefined)
  const redirect = (target: string) =>
    answerAt(standIn, '/v2/team/fraud/blobs/', (response, request) => {
      assert.equal(request.headers.authorization, 'Bearer secret-token')
      response.writeHead(307, { location: target }).end()
    })
  redirect(`${storage.origin}/blob?signature=x`)
  const chunks = []
  for await (const chunk of (await registry.open(file, 0, call())).stream) chunks.push(chunk)
  assert.equal(Buffer.concat(chunks).toString(), 'weights')
  assert.deepEqual(seen, [undefined])
  for (const target of ['http://169.254.169.254/latest', 'http://127.0.0.1:1/', 'file:///etc/passwd']) {
    redirect(target)
    await assert.rejects(registry.open(file, 0, call()), { code: 'OUTBOUND_URL_REFUSED' }, target)
  }
  storage.intercept = (_request, response) => {
    response.writeHead(302, { location: storage.origin }).end()
    return true
  }
  redirect(storage.origin)
  await assert.rejects(registry.open(file, 0, call()), { code: 'OUTBOUND_REFUSED' })
  answerAt(standIn, '/v2/team/fraud/blobs/', (response) =>
    response.writeHead(206, { 'content-range': 'bytes 0-6/7' }).end('weights'),
  )
  await assert.rejects(registry.open(file, 3, call()), { code: 'OCI_ANSWER_INVALID' })
})

test('an answer that drips ends by its signal', async (t) => {
  const { standIn, registry } = await rig(t)
  answerAt(standIn, '/v2/team/fraud/tags', (response) => {
    response.write('{"tags":[')
    const drip = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(drip))
  })
  await assert.rejects(registry.aliases('fraud', { signal: AbortSignal.timeout(200) }), {
    code: 'OUTBOUND_DEADLINE',
  })
})

hostileContract({
  name: 'oci',
  start: async () => {
    const ends: (() => Promise<void>)[] = []
    const { standIn, registry } = await rig({ after: (end) => void ends.push(end) })
    return {
      registry,
      attack: (answer) => {
        standIn.intercept =
          answer &&
          ((request, response) => {
            answer(request, response)
            return true
          })
      },
      stop: async () => {
        for (const end of ends) await end()
      },
    }
  },
})
