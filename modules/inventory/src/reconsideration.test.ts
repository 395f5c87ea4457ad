import assert from 'node:assert/strict'
import { test } from 'node:test'
import { componentPrincipal, type Stage } from '@rampart/domain'
import { createReconsideration } from './reconsideration.ts'
import type { StoredVersion } from './store.ts'

const principal = componentPrincipal('trust', ['admin'])
const ref = { name: 'm', version: '1' }

const run = async (stage: Stage, reasons: readonly string[]) => {
  const asked: string[] = []
  const moved: string[] = []
  const reconsider = createReconsideration({
    get: async () => ({ ...ref, stage, revision: 7 }) as StoredVersion,
    decide: async (_principal, version, { to }) => {
      asked.push(`${version.stage}→${to}`)
      return { id: 'd', allow: reasons.length === 0, reasons, obligations: {} } as never
    },
    transition: async (_principal, _ref, { to, reason, revision }) => {
      moved.push(`${to} at ${revision}: ${reason}`)
      return { ...ref, stage: to } as StoredVersion
    },
  })
  return { asked, moved, answer: await reconsider(principal, ref, 'signer x was changed') }
}

test('the step into the present stage is asked again; a denial quarantines', async () => {
  for (const [stage, question] of [
    ['assessed', 'registered→assessed'],
    ['approved', 'assessed→approved'],
    ['deployed', 'approved→deployed'],
  ] as const) {
    const kept = await run(stage, [])
    assert.deepEqual([kept.asked, kept.moved, kept.answer.stage], [[question], [], stage])
    const taken = await run(stage, ['no signature'])
    assert.deepEqual(taken.moved, ['quarantined at 7: signer x was changed: no signature'])
    assert.deepEqual(taken.answer, { stage: 'quarantined', reasons: ['no signature'] })
  }
})

test('a version that has nothing to lose is left alone', async () => {
  for (const stage of ['registered', 'retired', 'quarantined', 'retracted'] as const) {
    const { asked, moved } = await run(stage, ['no signature'])
    assert.deepEqual([asked, moved], [[], []])
  }
})
