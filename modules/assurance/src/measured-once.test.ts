import assert from 'node:assert/strict'
import test from 'node:test'
import type { AssessmentPredicate, ModelSpec } from '@rampart/domain'
import { createFakeClock } from '@rampart/kit/testing'
import type { Assessment, AssessmentRequest } from './assess.ts'
import { createMeasuredOnce } from './measured-once.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as const

const request = (
  version: string,
  letter: string,
  spec: ModelSpec = {},
  reference = false,
): AssessmentRequest => ({
  tenant: 'default',
  ref: { name: 'm', version },
  spec,
  model: { path: '/m', digest: digest(letter) },
  ...(reference ? { reference: { path: '/r', digest: digest('f') } } : {}),
})

test('equal bytes and specification are measured once, and each version gets a statement of its own', async () => {
  const clock = createFakeClock(1_000)
  let measured = 0
  let result: AssessmentPredicate['result'] = 'passed'
  const assess = async ({ tenant, ref }: AssessmentRequest): Promise<Assessment> => {
    measured++
    const predicate = { tenant, model: ref.name, version: ref.version, result, assessedAt: clock.iso() }
    return { predicate: predicate as AssessmentPredicate, rows: [], outputs: [] } as unknown as Assessment
  }
  const once = createMeasuredOnce(assess, clock)
  await once(request('1', 'a'))
  const second = await once(request('2', 'a'))
  assert.deepEqual([second.predicate.version, measured], ['2', 1])
  await once(request('3', 'b'))
  await once(request('4', 'a', { limits: { minAccuracy: 0.9 } }))
  assert.equal(measured, 3)
  await once(request('5', 'a', {}, true))
  await once(request('6', 'a', {}, true))
  assert.equal(measured, 5)
  clock.advance(3_600_001)
  await once(request('7', 'a'))
  assert.equal(measured, 6)
  result = 'failed'
  await once(request('8', 'c'))
  await once(request('9', 'c'))
  assert.equal(measured, 8)
})
