import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSha256 } from './sha256.ts'

test('the digest is that of the platform, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (chunks) => {
      const hash = createSha256()
      for (const chunk of chunks) hash.update(chunk)
      assert.equal(hash.hex(), createHash('sha256').update(Buffer.concat(chunks)).digest('hex'))
    }),
  )
  for (const size of [0, 55, 56, 63, 64, 65, 119, 120, 1_000_003]) {
    const bytes = new Uint8Array(size).fill(7)
    const hash = createSha256()
    hash.update(bytes)
    assert.equal(hash.hex(), createHash('sha256').update(bytes).digest('hex'), String(size))
  }
})
