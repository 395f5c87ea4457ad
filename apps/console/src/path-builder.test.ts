import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entityPath, pb, withSearch } from './path-builder.ts'

test('names that could break a path are escaped', () => {
  assert.equal(pb.version('a/b', '1.0?x#y'), '/models/a%2Fb/versions/1.0%3Fx%23y')
  assert.equal(pb.telemetryOf('m', '1', { feature: 'a&b=c' }), '/telemetry/m/1?feature=a%26b%3Dc')
})

test('empty parameters are left out, so equal views have equal addresses', () => {
  assert.equal(withSearch('/x', { a: '', b: undefined }), '/x')
  assert.equal(pb.signals({ state: 'open' }), '/signals?state=open')
})

test('an entity leads to its page, or nowhere', () => {
  assert.equal(
    entityPath({ kind: 'model-version', id: 'card-fraud:1.2.0' }),
    '/models/card-fraud/versions/1.2.0',
  )
  assert.equal(entityPath({ kind: 'model-version', id: 'broken' }), undefined)
  assert.equal(entityPath({ kind: 'artifact', id: 'sha256:00' }), undefined)
})
