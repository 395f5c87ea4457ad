import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { silentLogger } from '@rampart/kit/testing'
import fc from 'fast-check'
import { createOutbox } from './outbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-outbox-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let made = 0
const freshDir = (): string => join(folder, String(made++))
const open = (dir: string, maxBytes = 1_000_000) => createOutbox({ dir, maxBytes, logger: silentLogger })
const bodies = (outbox: ReturnType<typeof open>) => outbox.peek(1000, 1e9).map(({ body }) => body['n'])

test('what was not taken is there after a restart, in order and under the same stream', async () => {
  const dir = freshDir()
  const first = open(dir)
  for (const n of [1, 2, 3]) first.add('denied', { n })
  const [one] = first.peek(1, 1e9)
  first.taken(one?.sequence ?? -1)
  await first.stop()
  appendFileSync(join(dir, 'items.ndjson'), '{"sequence":99,"kind":"den')
  const second = open(dir)
  assert.deepEqual(bodies(second), [2, 3])
  assert.equal(second.stream, first.stream)
  second.add('denied', { n: 4 })
  const all = second.peek(1000, 1e9).map(({ sequence }) => sequence)
  assert.deepEqual(
    all,
    all.toSorted((a, b) => a - b),
  )
  await second.stop()
})

test('numbers that a crash took from the file are not given again', async () => {
  const dir = freshDir()
  const first = open(dir)
  first.add('signal', { n: 1 })
  const [lost] = first.peek(1, 1e9)
  const second = open(dir)
  second.add('signal', { n: 2 })
  assert.ok((second.peek(1, 1e9)[0]?.sequence ?? 0) > (lost?.sequence ?? 0))
  await Promise.all([first.stop(), second.stop()])
})

test('what does not fit is refused and counted; room comes with what is taken', async () => {
  const outbox = open(freshDir(), 300)
  const kept = Array.from({ length: 20 }, (_, n) => outbox.add('decision', { n })).filter(Boolean).length
  assert.ok(kept > 0 && kept < 20)
  assert.equal(outbox.dropped(), 20 - kept)
  outbox.taken(outbox.peek(1000, 1e9).at(-1)?.sequence ?? -1)
  assert.equal(outbox.waiting(), 0)
  assert.ok(outbox.add('decision', { n: 21 }))
  await outbox.stop()
})

test('property: whatever is added, taken and restarted, the untaken come back exactly', async () => {
  const step = fc.oneof(
    fc.constant('add' as const),
    fc.constant('take' as const),
    fc.constant('restart' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const dir = freshDir()
      let outbox = open(dir)
      const expected: number[] = []
      for (const [n, what] of steps.entries()) {
        if (what === 'add' && outbox.add('signal', { n })) expected.push(n)
        if (what === 'take' && expected.length > 0) {
          outbox.taken(outbox.peek(1, 1e9)[0]?.sequence ?? -1)
          expected.shift()
        }
        if (what === 'restart') {
          await outbox.stop()
          outbox = open(dir)
        }
        assert.deepEqual(bodies(outbox), expected)
      }
      await outbox.stop()
    }),
    { numRuns: 40 },
  )
})
