import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { createOutboundHttp, retryAfterMs } from './http-client.ts'

const serve = async (t: { after(fn: () => Promise<void>): void }, handler: RequestListener): Promise<URL> => {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

const client = (
  t: { after(fn: () => Promise<void>): void },
  allowLoopback = true,
  allowed: string[] = [],
) => {
  const http = createOutboundHttp({ addresses: { allowLoopback, allowed }, idleMs: 2_000 })
  t.after(() => http.close())
  return http
}

const signal = () => AbortSignal.timeout(20_000)

test('an answer is read as JSON, and every fault has its code', async (t) => {
  const url = await serve(t, (request, response) => {
    const path = request.url ?? '/'
    if (path === '/good') return response.end('{"a":1}')
    if (path === '/empty') return response.end()
    if (path === '/latin') return response.end(Buffer.from([0x22, 0xe9, 0x22]))
    if (path === '/gzip') return response.setHeader('content-encoding', 'gzip').end(gzipSync('{}'))
    if (path === '/large') return response.end('x'.repeat(2_000))
    if (path === '/cut') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{')
      return setImmediate(() => response.destroy())
    }
    const status = Number(path.slice(1))
    response.writeHead(status, status === 429 ? { 'retry-after': '7' } : {})
    return response.end('why\u0000not')
  })
  const http = client(t)
  const at = (path: string) => http.json({ url: new URL(path, url), signal: signal(), maxBytes: 1_000 })
  assert.deepEqual(await at('/good'), { a: 1 })
  assert.equal(await at('/empty'), undefined)
  for (const [path, code] of [
    ['/latin', 'OUTBOUND_ANSWER_INVALID'],
    ['/gzip', 'OUTBOUND_ANSWER_INVALID'],
    ['/large', 'OUTBOUND_ANSWER_INVALID'],
    ['/cut', 'OUTBOUND_UNREACHABLE'],
    ['/302', 'OUTBOUND_REFUSED'],
    ['/401', 'OUTBOUND_DENIED'],
    ['/404', 'OUTBOUND_NOT_FOUND'],
    ['/500', 'OUTBOUND_FAILED'],
  ] as const)
    await assert.rejects(at(path), { code }, path)
  await assert.rejects(at('/429'), {
    code: 'OUTBOUND_BUSY',
    details: { status: 429, answer: 'why not', retryAfterMs: 7_000 },
  })
  assert.equal(http.requests(), 11)
})

test('addresses that are not allowed are refused, named ones and redirect targets too', async (t) => {
  let asked = 0
  const url = await serve(t, (_request, response) => {
    asked++
    response.end('{}')
  })
  const get = (http: ReturnType<typeof client>, to: URL) =>
    http.json({ url: to, signal: signal(), maxBytes: 10 })
  const closed = client(t, false)
  await assert.rejects(get(closed, url), { code: 'OUTBOUND_URL_REFUSED' })
  await assert.rejects(get(closed, new URL(`http://localhost:${url.port}/`)), {
    code: 'OUTBOUND_URL_REFUSED',
  })
  await assert.rejects(get(closed, new URL(`http://[::ffff:127.0.0.1]:${url.port}/`)), {
    code: 'OUTBOUND_URL_REFUSED',
  })
  assert.equal(asked, 0)
  assert.deepEqual(await get(client(t, false, [url.host]), url), {})
  const away = await serve(t, (_request, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  )
  const redirected = client(t).json({ url: away, signal: signal(), maxBytes: 10, redirects: 3 })
  await assert.rejects(redirected, { code: 'OUTBOUND_URL_REFUSED' })
})

test('a redirect to another origin is followed without credentials, and never for ever', async (t) => {
  const seen: (string | undefined)[] = []
  const storage = await serve(t, (request, response) => {
    seen.push(request.headers.authorization)
    response.end('"bytes"')
  })
  const registry = await serve(t, (request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(307, { location: request.url === '/loop' ? '/loop' : storage.href }).end()
  })
  const http = client(t)
  const get = (path: string) =>
    http.json({
      url: new URL(path, registry),
      headers: { Authorization: 'Bearer x' },
      signal: signal(),
      maxBytes: 100,
      redirects: 2,
    })
  assert.equal(await get('/blob'), 'bytes')
  assert.deepEqual(seen, ['Bearer x', undefined])
  await assert.rejects(get('/loop'), { code: 'OUTBOUND_REFUSED' })
})

test('silence and an aborted call end with a deadline', async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/body') response.write('{')
  })
  const http = client(t)
  const get = (path: string, until: AbortSignal) =>
    http.json({ url: new URL(path, url), signal: until, maxBytes: 10 })
  await Promise.all([
    assert.rejects(get('/', AbortSignal.timeout(50)), { code: 'OUTBOUND_DEADLINE' }),
    assert.rejects(get('/body', AbortSignal.timeout(300)), { code: 'OUTBOUND_DEADLINE' }),
    assert.rejects(get('/body', signal()), { code: 'OUTBOUND_DEADLINE' }),
  ])
})

test('Retry-After is read as seconds and as a date, and bounded', () => {
  assert.equal(retryAfterMs('3', 0), 3_000)
  assert.equal(retryAfterMs('999999999', 0), 3_600_000)
  assert.equal(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 4_000), 6_000)
  assert.equal(retryAfterMs('soon', 0), undefined)
  assert.equal(retryAfterMs(undefined, 0), undefined)
})
