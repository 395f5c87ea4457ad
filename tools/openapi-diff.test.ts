import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowsBreaking, breakingChanges } from './openapi-diff.ts'

type Schema = Record<string, unknown>

const document = (
  options: { body?: Schema; answer?: Schema; parameters?: unknown[]; paths?: Schema } = {},
) => ({
  paths: options.paths ?? {
    '/models': {
      post: {
        parameters: options.parameters ?? [],
        requestBody: { content: { 'application/json': { schema: options.body ?? {} } } },
        responses: { 200: { content: { 'application/json': { schema: options.answer ?? {} } } } },
      },
    },
  },
})

const object = (properties: Schema, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
})
const text = { type: 'string' }

test('the same document, and one with more in it, breaks nobody', () => {
  const before = document({ body: object({ a: text }), answer: object({ b: text }, ['b']) })
  const after = document({
    body: object({ a: text, more: text }),
    answer: object({ b: text, more: text }, ['b', 'more']),
    parameters: [{ in: 'query', name: 'limit' }],
  })
  assert.deepEqual(breakingChanges(before, before), [])
  assert.deepEqual(breakingChanges(before, after), [])
})

test('each kind of breaking change is named', () => {
  const cases: [unknown, unknown, RegExp][] = [
    [document(), document({ paths: {} }), /POST \/models is gone/],
    [
      document({ body: object({ a: text }) }),
      document({ body: object({ a: text }, ['a']) }),
      /body\.a is now required/,
    ],
    [document({ answer: object({ a: text }) }), document({ answer: object({}) }), /200\.a is gone/],
    [
      document({ answer: object({ a: text }, ['a']) }),
      document({ answer: object({ a: text }) }),
      /200\.a may now be absent/,
    ],
    [
      document({ answer: object({ a: text }) }),
      document({ answer: object({ a: { type: 'number' } }) }),
      /changed from string to number/,
    ],
    [document({ body: { enum: ['x', 'y'] } }), document({ body: { enum: ['x'] } }), /no longer accepts "y"/],
    [
      document({ answer: { enum: ['x'] } }),
      document({ answer: { anyOf: [{ const: 'x' }, { const: 'z' }] } }),
      /may now answer "z"/,
    ],
    [
      document(),
      document({ parameters: [{ in: 'query', name: 'q', required: true }] }),
      /parameter query q is now required/,
    ],
    [document({ parameters: [{ in: 'query', name: 'q' }] }), document(), /parameter query q is gone/],
    [
      document({ answer: { type: 'array', items: { allOf: [object({ a: text })] } } }),
      document({ answer: { type: 'array', items: object({}) } }),
      /200\[\]\.a is gone/,
    ],
  ]
  for (const [before, after, expected] of cases) {
    const found = breakingChanges(before, after)
    assert.equal(found.length, 1, JSON.stringify(found))
    assert.match(found[0] ?? '', expected)
  }
})

test('a new major, or below 1.0 a new minor, may break', () => {
  assert.equal(allowsBreaking('0.1.0', '0.2.0'), true)
  assert.equal(allowsBreaking('0.1.0', '0.1.1'), false)
  assert.equal(allowsBreaking('1.4.0', '1.5.0'), false)
  assert.equal(allowsBreaking('1.4.0', '2.0.0'), true)
})
