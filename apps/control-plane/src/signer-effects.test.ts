import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AppError, createLogger } from '@rampart/kit'
import { type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createSignerEffects } from './signer-effects.ts'

let db: TestDatabase
before(async () => {
  db = await testDatabase({ sources: [] })
})
after(() => db.stop())

test('a changed signer leads to a decision about every version that rests on it, also about those after a lost one', async () => {
  const asked: string[] = []
  const effects = createSignerEffects({
    eventLog: db.eventLog,
    logger: createLogger({ level: 'silent', name: 'test' }),
    signers: { dependents: async () => ['gone:1', 'card-fraud:1.0.0', 'no version', 'mail-filter:2'] },
    inventory: {
      reconsider: async (principal, ref, cause) => {
        if (ref.name === 'gone') throw new AppError({ kind: 'NotFound', code: 'X', message: 'gone' })
        asked.push(`${principal.kind}:${principal.id} ${ref.name}:${ref.version} ${cause}`)
        return { stage: 'quarantined', reasons: ['no signature on it counts any more'] }
      },
    },
  })
  await effects.start()
  await db.database.tx('default', (tx) =>
    db.eventLog.publish(tx, 'default', {
      type: 'rampart.signer.changed.v1',
      subject: 'release',
      principal: 'user:ann',
      data: { name: 'release', action: 'revoked' },
    }),
  )
  await until(() => asked.length === 2)
  await effects.stop()
  assert.deepEqual(asked, [
    'component:trust card-fraud:1.0.0 signer release was changed (revoked)',
    'component:trust mail-filter:2 signer release was changed (revoked)',
  ])
})
