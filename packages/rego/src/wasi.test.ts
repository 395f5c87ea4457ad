import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemPorts } from './wasi.ts'

test('the budget of an evaluation is processor time: a thread that waits for its turn spends none of it', () => {
  const before = systemPorts.monotonicNs()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  assert.ok(systemPorts.monotonicNs() - before < 100_000_000n)
  for (const end = before + 20_000_000n; systemPorts.monotonicNs() < end; ) Math.hypot(3, 4)
  assert.ok(systemPorts.monotonicNs() - before >= 20_000_000n)
})
