import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from './ids.ts'
import { createSeededRandom, cryptoRandom } from './random.ts'
import { createFakeClock } from './testing.ts'

test('an id is a UUID version 7 of its millisecond (RFC 9562 appendix A.6)', () => {
  const id = newId(createFakeClock(0x017f22e279b0), createSeededRandom(1))
  assert.match(id, /^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('later ids sort after earlier ones, and ids of one millisecond differ', () => {
  const clock = createFakeClock(1_700_000_000_000)
  const ids = Array.from({ length: 500 }, () => {
    clock.advance(1)
    return newId(clock, cryptoRandom)
  })
  assert.deepEqual([...ids].sort(), ids)
  assert.equal(new Set(Array.from({ length: 1000 }, () => newId(clock, cryptoRandom))).size, 1000)
})

test('both generators are uniform enough for their use, and the seeded one repeats', () => {
  for (const random of [cryptoRandom, createSeededRandom(42)]) {
    const buckets = new Uint32Array(16)
    for (let i = 0; i < 16_000; i += 1) {
      const value = random.float()
      assert.ok(value >= 0 && value < 1)
      const at = Math.floor(value * 16)
      buckets[at] = (buckets[at] ?? 0) + 1
    }
    // Chi-squared with 15 degrees of freedom: 60 is beyond 1 in 10^6.
    const chi = buckets.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    assert.ok(chi < 60, String(chi))
    assert.equal(random.bytes(33).length, 33)
  }
  const draw = (seed: number) => Array.from({ length: 4 }, createSeededRandom(seed).uint32)
  assert.deepEqual(draw(7), draw(7))
  assert.notDeepEqual(draw(7), draw(8))
})
