import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { auditPath, rootHash } from '../../mock-api/merkle-log.ts'
import { base64Bytes, hashBytes, hex, utf8 } from './encoding.ts'
import { checkInclusion, leafHash } from './inclusion.ts'

const leavesOf = (size: number): Uint8Array[] => Array.from({ length: size }, (_, at) => utf8(`entry ${at}`))

test('the leaf hash of the empty string is the one of RFC 6962 test data', async () => {
  assert.equal(
    hex(await leafHash(new Uint8Array())),
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  )
})

test('every entry of every tree up to 40 leaves is proven', async () => {
  for (let size = 1; size <= 40; size += 1) {
    const leaves = leavesOf(size)
    const root = rootHash(leaves)
    for (const [index, leaf] of leaves.entries()) {
      const result = await checkInclusion({
        leaf,
        index,
        treeSize: size,
        hashes: auditPath(leaves, index),
        root,
      })
      assert.equal(result.ok, true, `${index} of ${size}`)
    }
  }
})

test('any single changed byte, index or length is refused', async () => {
  const cases = fc.record({
    size: fc.integer({ min: 2, max: 60 }),
    pick: fc.nat(),
    bit: fc.nat(),
    what: fc.constantFrom('leaf', 'root', 'hash', 'index', 'short', 'long'),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ size, pick, bit, what }) => {
      const leaves = leavesOf(size)
      const index = pick % size
      const hashes = auditPath(leaves, index).map((hash) => new Uint8Array(hash))
      const leaf = new Uint8Array(leaves[index] ?? [])
      const root = new Uint8Array(rootHash(leaves))
      const flip = (bytes: Uint8Array | undefined) => {
        if (bytes !== undefined)
          bytes[bit % bytes.length] = (bytes[bit % bytes.length] ?? 0) ^ (1 << (bit % 8))
      }
      if (what === 'leaf') flip(leaf)
      if (what === 'root') flip(root)
      if (what === 'hash') flip(hashes[pick % hashes.length])
      if (what === 'short') hashes.pop()
      if (what === 'long') hashes.push(new Uint8Array(32))
      const claimed = what === 'index' ? (index + 1) % size : index
      const result = await checkInclusion({ leaf, index: claimed, treeSize: size, hashes, root })
      assert.equal(result.ok, false)
    }),
    { seed: 11, numRuns: 300 },
  )
})

test('nonsense is answered, not thrown', async () => {
  const rest = { leaf: new Uint8Array(), hashes: [], root: new Uint8Array(32) }
  for (const [index, treeSize] of [
    [-1, 4],
    [4, 4],
    [Number.NaN, 4],
    [0, 0],
    [1.5, 4],
  ] as const) {
    assert.equal((await checkInclusion({ ...rest, index, treeSize })).ok, false)
  }
  assert.throws(() => hashBytes('zz'), RangeError)
  assert.throws(() => base64Bytes('***'), RangeError)
})
