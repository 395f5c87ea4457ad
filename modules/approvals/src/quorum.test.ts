/** The quorum that the shipped pack counts, against a search by hand, on random rights and approvals. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicyFiles } from '@rampart/policy/testing'
import fc from 'fast-check'

type Person = { readonly id: string; readonly roles: readonly string[] }

const ROLES = ['approver', 'owner', 'risk']
const needs = fc
  .dictionary(fc.constantFrom(...ROLES), fc.integer({ min: 1, max: 3 }), { minKeys: 1, maxKeys: 3 })
  .map((found) => ({ ...found }))
const persons = fc
  .uniqueArray(fc.constantFrom('ann', 'ben', 'cleo', 'dan', 'eve'), { maxLength: 5 })
  .chain((ids) => fc.tuple(...ids.map((id) => fc.subarray(ROLES).map((roles): Person => ({ id, roles })))))

/** Whether every place can be filled with another person, by trying. */
const canFill = (places: readonly string[], free: readonly Person[]): boolean => {
  const [place, ...rest] = places
  if (place === undefined) return true
  return free.some(
    ({ id, roles }) =>
      roles.includes(place) &&
      canFill(
        rest,
        free.filter((one) => one.id !== id),
      ),
  )
}

const question = (given: readonly Person[]) => ({
  question: 'quorum',
  mode: 'production',
  now: '2026-01-02T00:00:00.000Z',
  version: { name: 'm', version: '1', tenant: 't', digest: 'sha256:a', labels: {}, created_by: 'user:olga' },
  binding: { evidence: 'e', policy: 'p' },
  approvals: given.map(({ id, roles }, at) => ({
    id: `${at}`,
    verified: true,
    subject_digest: 'sha256:a',
    tenant: 't',
    model: 'm',
    version: '1',
    approver: `user:${id}`,
    roles,
    request: 'r',
    request_state: 'open',
    evidence: 'e',
    policy: 'p',
  })),
})

const packFor = (quorum: Readonly<Record<string, number>>) => {
  const config = { quorums: { default: { needs: quorum } }, stands_for: {}, members: {}, modes: {} }
  return compilePolicyFiles('approval', {
    'data.json': JSON.stringify({ rampart: { approval_config: config } }),
  })
}

test('property: a quorum is met exactly when different persons can fill every place', async () => {
  const pool = fc.sample(needs, { numRuns: 5, seed: 20261123 })
  for (const quorum of pool) {
    const pack = await packFor(quorum)
    const places = Object.entries(quorum).flatMap(([role, n]) => Array<string>(n).fill(role))
    fc.assert(
      fc.property(persons, fc.nat(4), (given, repeats) => {
        const again = given.slice(0, repeats)
        const { allow, reasons } = pack.evaluate(question([...given, ...again]))
        assert.equal(allow, canFill(places, given), JSON.stringify({ quorum, given }))
        assert.equal(reasons.length > 0, !allow)
      }),
      { numRuns: 30, seed: 20261123 },
    )
  }
})

test('property: one approval more never takes a quorum away, a fault in one never gives it', async () => {
  const pack = await packFor({ approver: 2, owner: 1 })
  const faults = [
    { verified: false },
    { verified: 1 },
    { subject_digest: 'sha256:b' },
    { tenant: 'other' },
    { request_state: 'rejected' },
    { evidence: 'x' },
    { policy: 'x' },
    { expires_at: '2026-01-01T00:00:00.000Z' },
    { approver: 'user:olga' },
    { approver: 'service:ci' },
    { approver: null },
    { on_behalf_of: 'user:olga' },
  ]
  fc.assert(
    fc.property(persons, fc.constantFrom(...faults), fc.nat(4), (given, fault, at) => {
      const full = question(given)
      const fewer = question(given.slice(1))
      if (pack.evaluate(fewer).allow) assert.equal(pack.evaluate(full).allow, true)
      const broken = {
        ...full,
        approvals: full.approvals.map((one, i) => (i === at ? { ...one, ...fault } : one)),
      }
      const without = { ...full, approvals: full.approvals.filter((_, i) => i !== at) }
      assert.equal(pack.evaluate(broken).allow, pack.evaluate(without).allow)
    }),
    { numRuns: 100, seed: 20261123 },
  )
})
