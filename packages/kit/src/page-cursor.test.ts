import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isAppError } from './app-error.ts'
import { closest } from './closest.ts'
import { compareCursors, parseCursor } from './event-log-store.ts'
import { cursorOf, readCursor } from './page-cursor.ts'

const refusesOnly = (code: string, work: () => unknown): void => {
  try {
    work()
  } catch (error) {
    assert.ok(isAppError(error) && error.code === code, String(error))
  }
}

test('a cursor reads back; anything else is refused with its code', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      assert.deepEqual(readCursor(cursorOf({ a, b }), ['a', 'b']), { a, b })
    }),
  )
  for (const value of [
    '',
    'e30',
    cursorOf({ a: '1' }),
    cursorOf({ a: '1', c: '2' }),
    Buffer.from('[1,2]').toString('base64url'),
  ]) {
    assert.throws(() => readCursor(value, ['a', 'b']), { code: 'KIT_CURSOR_INVALID' })
  }
  fc.assert(
    fc.property(fc.string(), (text) => refusesOnly('KIT_CURSOR_INVALID', () => readCursor(text, ['a']))),
  )
})

test('event cursors compare as numbers, and hostile ones are refused', () => {
  const part = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
  fc.assert(
    fc.property(part, part, part, part, (x1, i1, x2, i2) => {
      const expected = x1 === x2 ? (i1 < i2 ? -1 : i1 > i2 ? 1 : 0) : x1 < x2 ? -1 : 1
      assert.equal(compareCursors(`${x1}-${i1}`, `${x2}-${i2}`), expected)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => refusesOnly('KIT_CURSOR_INVALID', () => parseCursor(text))))
})

test('the nearest name is offered when it is near, quickly for any input', () => {
  assert.equal(closest('prot', ['host', 'port', 'mode']), 'port')
  assert.equal(closest('Port', ['port']), 'port')
  assert.equal(closest('entirely-else', ['port']), undefined)
  assert.equal(closest('x'.repeat(100_000), ['port', 'y'.repeat(100_000)]), undefined)
})
