import assert from 'node:assert/strict'
import { test } from 'node:test'
import { payloadFragment } from './payload-log.ts'
import { payloadRule, type RouteLog } from './payload-rule.ts'

const decided = (obligations: Record<string, unknown>) => ({ allow: true, reasons: [], obligations })
const bytes = Buffer.from('{"inputs":[]}')
const table = {
  id: 'a',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }],
}
const features = [{ name: 'age' }, { name: 'income' }, { name: 'postcode' }]

const fragment = (
  obligations: Record<string, unknown>,
  log?: RouteLog,
  roll = 0.5,
): Record<string, unknown> => {
  const text = payloadFragment(
    payloadRule(decided(obligations), log),
    bytes,
    () => roll,
    () => table,
    features,
  )
  return text === '' ? {} : (JSON.parse(`{${text}}`) as Record<string, unknown>)
}

test('the stricter of route and policy holds, and a digest is what is kept when neither speaks', () => {
  const rule = (asked: unknown, mode?: RouteLog['mode']) =>
    payloadRule(decided(asked === undefined ? {} : { log: asked }), mode === undefined ? undefined : { mode })
      .log
  assert.deepEqual(
    [rule(undefined), rule('full'), rule(undefined, 'full'), rule('digest', 'full'), rule('none', 'sampled')],
    ['digest', 'full', 'full', 'digest', 'none'],
  )
  assert.deepEqual(
    [rule('full', 'digest'), rule('rubbish'), rule('full', 'full')],
    ['digest', 'digest', 'full'],
  )
})

test('a sampled route keeps the payload of its share and the digest of the rest', () => {
  const log: RouteLog = { mode: 'sampled', sampleRate: 0.4 }
  assert.deepEqual(Object.keys(fragment({}, log, 0.39)), ['input', 'input_digest'])
  assert.deepEqual(Object.keys(fragment({}, log, 0.41)), ['input_digest'])
  assert.deepEqual(Object.keys(fragment({ sample_rate: 0.5 }, log, 0.3)), ['input_digest', 'obligations'])
})

test('redaction takes features out of rows, flat or nested, and leaves no digest to guess them by', () => {
  const kept = fragment({}, { mode: 'full', redact: ['income', 'other'] })
  assert.deepEqual(kept, { input: [{ ...table.inputs[0], data: [1, null, 3, 4, null, 6] }], redacted: true })
  assert.deepEqual(fragment({ redact: ['x'] }, { mode: 'full' }).input, [{ ...table.inputs[0], data: null }])
  const nested = {
    inputs: [
      {
        ...table.inputs[0],
        data: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
    ],
  }
  const rule = payloadRule(decided({}), { mode: 'full', redact: ['age'] })
  const text = payloadFragment(
    rule,
    bytes,
    () => 0,
    () => nested,
    features,
  )
  assert.ok(text.includes('"data":[[null,2,3],[null,5,6]]'), text)
})

test('a payload above its limit is recorded by digest and says so', () => {
  assert.deepEqual(Object.keys(fragment({}, { mode: 'full', maxBytes: 20 })), ['input_digest', 'input_cut'])
  assert.deepEqual(Object.keys(fragment({}, { mode: 'full', maxBytes: 0 })), ['input_digest', 'input_cut'])
})

test('a refusal carries its reasons, an answer the obligations that are more than how it is logged', () => {
  assert.equal(
    payloadRule({ allow: false, reasons: ['no "role"'], obligations: {} }, undefined).note,
    '"reasons":["no \\"role\\""]',
  )
  assert.equal(payloadRule(decided({ log: 'full' }), undefined).note, '')
  assert.deepEqual(fragment({ log: 'none', round: 2 }), { obligations: { log: 'none', round: 2 } })
})
