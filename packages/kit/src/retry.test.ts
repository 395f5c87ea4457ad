import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from './app-error.ts'
import { createSeededRandom } from './random.ts'
import { backoffMs, retry } from './retry.ts'

const later = new AppError({ kind: 'Unavailable', code: 'X', message: 'later' })
const never = new AppError({ kind: 'NotFound', code: 'X', message: 'never' })
const run = async (failures: readonly Error[], attempts = 5) => {
  const waits: number[] = []
  let calls = 0
  const options = {
    attempts,
    baseMs: 100,
    maxMs: 350,
    random: createSeededRandom(1),
    sleep: async (ms: number) => void waits.push(ms),
  }
  const result = await retry(async (attempt) => {
    calls += 1
    assert.equal(attempt, calls)
    const failure = failures[attempt - 1]
    if (failure !== undefined) throw failure
    return 'done'
  }, options).catch((error: unknown) => error)
  return { result, calls, waits }
}

test('retryable failures are tried again, with growing jittered waits', async () => {
  const { result, calls, waits } = await run([later, later, later, later])
  assert.deepEqual([result, calls], ['done', 5])
  for (const [i, ceiling] of [100, 200, 350, 350].entries()) {
    const wait = waits[i] ?? 0
    assert.ok(wait >= ceiling / 2 && wait <= ceiling, `${i}: ${wait}`)
  }
})

test('a final failure and the last attempt throw what was thrown', async () => {
  assert.deepEqual(await run([never]), { result: never, calls: 1, waits: [] })
  const { result, calls } = await run([later, later], 2)
  assert.deepEqual([result, calls], [later, 2])
})

test('an abort ends the waiting', async () => {
  const abort = new AbortController()
  const options = {
    attempts: 9,
    baseMs: 60_000,
    maxMs: 60_000,
    random: createSeededRandom(1),
    signal: abort.signal,
  }
  const waiting = retry(async () => Promise.reject(later), options)
  setImmediate(() => abort.abort())
  await assert.rejects(waiting, { name: 'AbortError' })
})

test('back-off stays finite for any attempt number', () => {
  assert.ok(backoffMs(5000, { baseMs: 10, maxMs: 1000, random: createSeededRandom(1) }) <= 1000)
})
