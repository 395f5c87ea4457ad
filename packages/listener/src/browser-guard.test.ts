import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBrowserGuard } from './browser-guard.ts'

const guard = createBrowserGuard({ loopbackOnly: true })
const ask = (headers: Record<string, string>, method = 'GET', url = '/v2') =>
  guard({ method, url, headers })?.code

test('loopback names pass, with and without a port', () => {
  for (const host of ['localhost', 'localhost:7070', '127.0.0.1:7070', '[::1]', '[::1]:7070', 'LOCALHOST:1'])
    assert.equal(ask({ host }), undefined)
})

test('a foreign, empty or absent Host is refused', () => {
  for (const host of [
    'evil.example',
    'evil.example:7070',
    '127.0.0.1.evil.example',
    '0.0.0.0:7070',
    'localhost.',
    '',
  ])
    assert.equal(ask({ host }), 'SERVER_HOST_REFUSED')
  assert.equal(guard({ method: 'GET', url: '/', headers: {} })?.code, 'SERVER_HOST_REFUSED')
})

test('an Origin other than our own is refused, even another loopback port and "null"', () => {
  const host = '127.0.0.1:7070'
  assert.equal(ask({ host, origin: 'http://127.0.0.1:7070' }), undefined)
  for (const origin of ['https://evil.example', 'http://127.0.0.1:3000', 'http://localhost:7070', 'null'])
    assert.equal(ask({ host, origin }), 'SERVER_ORIGIN_REFUSED')
  assert.equal(ask({ host, 'sec-fetch-site': 'cross-site' }), 'SERVER_ORIGIN_REFUSED')
  assert.equal(ask({ host, 'sec-fetch-site': 'same-origin' }), undefined)
  assert.equal(ask({ host, 'sec-fetch-site': 'none' }), undefined)
})

test('binary inference passes by its header, which no page sends unasked, and only there', () => {
  const send = (url: string, type?: string) =>
    ask(
      {
        host: 'localhost',
        'content-length': '3',
        'inference-header-content-length': '2',
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      'POST',
      url,
    )
  assert.equal(send('/v2/models/x/infer'), undefined)
  assert.equal(send('/v2/models/x/infer', 'application/octet-stream'), undefined)
  assert.equal(send('/v2/models/x/infer', 'text/plain'), 'SERVER_CONTENT_TYPE')
  assert.equal(send('/api/v1/models'), 'SERVER_CONTENT_TYPE')
})

test('a body must be JSON; only artifact uploads may be raw bytes', () => {
  const host = 'localhost:7070'
  const body = (type: string, url = '/v2/models/x/infer') =>
    ask({ host, 'content-type': type, 'content-length': '3' }, 'POST', url)
  assert.equal(body('application/json'), undefined)
  assert.equal(body('application/json; charset=utf-8'), undefined)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])
    assert.equal(body(type), 'SERVER_CONTENT_TYPE')
  assert.equal(body('application/octet-stream'), 'SERVER_CONTENT_TYPE')
  assert.equal(body('application/octet-stream', '/api/v1/artifacts?digest=x'), undefined)
  assert.equal(body('application/octet-stream', '/api/v1/telemetry/m/1.0.0/reference?format=csv'), undefined)
  assert.equal(body('application/octet-stream', '/api/v1/telemetry/m/1.0.0'), 'SERVER_CONTENT_TYPE')
  assert.equal(
    ask({ host, 'transfer-encoding': 'chunked', 'content-type': 'text/plain' }, 'POST'),
    'SERVER_CONTENT_TYPE',
  )
  assert.equal(ask({ host, 'content-length': '0' }, 'POST'), undefined)
})
