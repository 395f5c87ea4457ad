import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { digestFromHex, digestHex, isDigest } from './digest.ts'
import { formatModelVersionRef, isModelName, isVersion, parseModelVersionRef } from './model-version.ts'

test('a reference that is formatted parses back', () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
  const version = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,20}$/)
  fc.assert(
    fc.property(name, version, (n, v) => {
      assert.deepEqual(parseModelVersionRef(formatModelVersionRef({ name: n, version: v })), {
        name: n,
        version: v,
      })
    }),
  )
})

test('no accepted name or version can leave a folder or break a line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (isModelName(text) || isVersion(text)) assert.doesNotMatch(text, /[/\\\s\p{Cc}]|^\./u)
    }),
  )
  for (const bad of ['', '..', '../x', 'a/b', 'A', '-a', 'a-', 'a\n', 'é', 'a'.repeat(64)])
    assert.equal(isModelName(bad), false)
})

test('digests are exactly sha256 and 64 hex digits', () => {
  const hex = 'ab'.repeat(32)
  assert.equal(digestFromHex(hex.toUpperCase()), `sha256:${hex}`)
  assert.equal(digestHex(`sha256:${hex}`), hex)
  for (const bad of ['', hex, `sha256:${hex}0`, `sha512:${hex}`, `sha256:${'g'.repeat(64)}`])
    assert.equal(isDigest(bad), false)
})
