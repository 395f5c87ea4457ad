import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRegoRuntime } from '@rampart/rego'
import fc from 'fast-check'
import { checkPack, ruledActions } from './activation.ts'
import { PACKS, type PackName, readShippedPack } from './pack-files.ts'
import { createShippedPolicy } from './testing.ts'

const runtime = await createRegoRuntime()
const policy = await createShippedPolicy()

for (const pack of PACKS) {
  test(`the shipped pack ${pack} compiles and passes its tests`, async () => {
    const { ok, faults, tests } = checkPack(runtime, pack, await readShippedPack(pack))
    assert.deepEqual(faults, [])
    assert.deepEqual(
      tests.filter((one) => !one.passed),
      [],
    )
    assert.ok(ok && tests.length >= 8)
  })
}

test('every shipped pack can be cached by what it reads', () => {
  for (const pack of PACKS) {
    const { inputPaths, volatile } = policy.hot(pack)
    assert.notEqual(inputPaths, 'all')
    assert.equal(volatile, false)
  }
  assert.ok(ruledActions(policy.hot('authz')).has('model:read'))
})

test('property: no shipped pack allows on input that it cannot read', () => {
  fc.assert(
    fc.property(fc.constantFrom<PackName>(...PACKS), fc.jsonValue(), (pack, input) => {
      const { allow, reasons } = policy.hot(pack).evaluate(input)
      assert.equal(allow, false)
      assert.ok(reasons.length > 0)
    }),
    { numRuns: 300 },
  )
})

const stages = ['registered', 'assessed', 'approved', 'deployed', 'retired', 'quarantined', 'retracted']
const roles = fc.subarray(['viewer', 'operator', 'approver', 'admin', 'nobody'])
const tenant = fc.constantFrom('default', 'other')

test('property: inference allows exactly what its rule says', () => {
  const question = fc.record({
    caller: fc.record({
      kind: fc.constantFrom('user', 'service', 'component', 'anonymous'),
      id: fc.string(),
      roles,
      tenant,
    }),
    route: fc.record({
      name: fc.string(),
      stage: fc.constantFrom(...stages),
      tenant,
      labels: fc.constant({}),
    }),
    mode: fc.constantFrom('development', 'production'),
  })
  fc.assert(
    fc.property(question, ({ caller, route, mode }) => {
      const known = caller.roles.some((role) => role !== 'nobody')
      const mayCall = caller.kind === 'anonymous' ? mode === 'development' : known
      const expected = mayCall && route.stage === 'deployed' && caller.tenant === route.tenant
      const { allow, reasons } = policy.hot('inference').evaluate({ caller, route, mode })
      assert.equal(allow, expected)
      assert.equal(reasons.length > 0, !expected)
    }),
    { numRuns: 300 },
  )
})

test('property: without a verified approval nothing is deployed', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const statement = fc.record({
    predicate_type: fc.constantFrom(
      'https://rampart.dev/attestation/approval/v1',
      'https://rampart.dev/attestation/assessment/v1',
    ),
    predicate: fc.record({
      model: fc.constantFrom('m', 'other'),
      version: fc.constant('1'),
      tenant,
      result: fc.constantFrom('passed', 'failed'),
      assessedAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
    }),
    signer: fc.constant('k'),
    verified: fc.boolean(),
    subject_digest: fc.constantFrom(digest, `sha256:${'b'.repeat(64)}`),
  })
  const isApproval = (one: typeof statement extends fc.Arbitrary<infer S> ? S : never) =>
    one.verified &&
    one.subject_digest === digest &&
    one.predicate_type.includes('approval') &&
    one.predicate.tenant === 'default' &&
    one.predicate.model === 'm'
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 6 }), (evidence) => {
      const { allow } = policy.hot('promotion').evaluate({
        principal: { kind: 'user', id: 'a', roles: ['admin'], tenant: 'default' },
        transition: { from: 'approved', to: 'deployed', reason: '' },
        version: {
          name: 'm',
          version: '1',
          digest,
          stage: 'approved',
          labels: {},
          created_by: 'user:b',
          size_bytes: 1,
        },
        evidence,
        limits: {},
        now: '2026-01-03T00:00:00.000Z',
      })
      if (allow) assert.ok(evidence.some(isApproval))
    }),
    { numRuns: 300 },
  )
})
