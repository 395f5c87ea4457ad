import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBase64, encodeBase64 } from './base64.ts'

test('decode undoes encode for all bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) =>
      assert.deepEqual(Uint8Array.from(decodeBase64(encodeBase64(bytes)) ?? []), bytes),
    ),
  )
})

test('every other text is refused: one byte string has one standard text', () => {
  for (const text of [
    'A',
    'AA',
    'AA=',
    'AB==',
    'AAB=',
    'AA==\n',
    ' AA==',
    'A A=',
    'AA==AA==',
    '+_==',
    '====',
    'AAAA=',
  ]) {
    assert.equal(decodeBase64(text), undefined, JSON.stringify(text))
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const bytes = decodeBase64(text)
      if (bytes !== undefined)
        assert.equal(encodeBase64(bytes), text.replaceAll('-', '+').replaceAll('_', '/'))
    }),
  )
})

test('the URL-safe alphabet is read, as DSSE asks of consumers', () => {
  assert.deepEqual([...(decodeBase64('-_8=') ?? [])], [0xfb, 0xff])
})
