import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { readNotice } from './notice.ts'

const SECRET = 'webhook-secret'
const BODY = Buffer.from(
  '{"entity": "model_version_alias", "action": "created", "timestamp": "2026-11-23T07:38:03.487930+00:00", "data": {"name": "iris-onnx", "alias": "prod", "version": "1"}}',
)
const sign = (delivery: string, time: string, body: Uint8Array, secret = SECRET) =>
  `v1,${createHmac('sha256', secret).update(`${delivery}.${time}.`).update(body).digest('base64')}`
const headersFor = (body: Uint8Array, over: Record<string, string | undefined> = {}) => ({
  'x-mlflow-delivery-id': 'd-1',
  'x-mlflow-timestamp': '1795419483',
  'x-mlflow-signature': sign('d-1', '1795419483', body),
  ...over,
})

test('a signed notice tells model, version, delivery and the sender’s time', () => {
  assert.deepEqual(readNotice(headersFor(BODY), BODY, SECRET), {
    deliveryId: 'd-1',
    at: 1_795_419_483_000,
    model: 'iris-onnx',
    version: '1',
  })
  const silent = Buffer.from('not json')
  assert.deepEqual(readNotice(headersFor(silent), silent, SECRET), {
    deliveryId: 'd-1',
    at: 1_795_419_483_000,
  })
})

test('another body, id, time, secret or signature is no notice', () => {
  const changed = Buffer.from(BODY.toString().replace('prod', 'dev'))
  assert.equal(readNotice(headersFor(BODY), changed, SECRET), undefined)
  assert.equal(readNotice(headersFor(BODY), BODY, 'other'), undefined)
  const empty = headersFor(BODY, { 'x-mlflow-signature': sign('d-1', '1795419483', BODY, '') })
  assert.equal(readNotice(empty, BODY, ''), undefined)
  for (const over of [
    { 'x-mlflow-delivery-id': 'd-2' },
    { 'x-mlflow-timestamp': '1795419484' },
    { 'x-mlflow-signature': undefined },
    { 'x-mlflow-signature': 'v1,' },
    { 'x-mlflow-signature': sign('d-1', '1795419483', BODY).replace('v1', 'v2') },
    { 'x-mlflow-delivery-id': undefined },
    { 'x-mlflow-timestamp': 'soon' },
  ])
    assert.equal(readNotice(headersFor(BODY, over), BODY, SECRET), undefined, JSON.stringify(over))
})

test('no header or body of a stranger is believed or throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.uint8Array(), (id, time, signature, body) => {
      const headers = {
        'x-mlflow-delivery-id': id,
        'x-mlflow-timestamp': time,
        'x-mlflow-signature': `v1,${signature}`,
      }
      assert.equal(readNotice(headers, body, SECRET), undefined)
    }),
    { numRuns: 500 },
  )
})
