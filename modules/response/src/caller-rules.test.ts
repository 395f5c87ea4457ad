import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { componentPrincipal } from '@rampart/domain'
import { type Database, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { type CallerRulesDeps, createCallerRules } from './caller-rules.ts'

let store: TestDatabase
before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'response', dir }] })
})
after(() => store.stop())

/** A signal between two parts of a test. */
const createGate = () => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open: () => open(), opened }
}

test('a reader that was overtaken does not bring back the rules of before', async () => {
  const [seen, letGo, done] = [createGate(), createGate(), createGate()]
  let isSlow = false
  const read: Database['read'] = async (tenant, work) => {
    const mine = isSlow
    isSlow = false
    const rows = await store.database.read(tenant, work)
    if (!mine) return rows
    seen.open()
    await letGo.opened
    setImmediate(done.open)
    return rows
  }
  let tell: Parameters<CallerRulesDeps['eventLog']['subscribe']>[1] = () => undefined
  const rules = createCallerRules({
    database: { tx: store.database.tx, read },
    eventLog: {
      subscribe: (_tenant, onEvent) => {
        tell = onEvent
        return () => undefined
      },
    },
    clock: systemClock,
    logger: silentLogger,
  })
  await rules.start()
  isSlow = true
  tell({ type: 'rampart.response.run-changed.v1' } as never)
  await seen.opened
  await rules.put('default', { caller: 'component:x', run: 'r1/0' })
  letGo.open()
  await done.opened
  assert.ok(rules.inForce('default', 'r1/0'))
  assert.throws(() => rules.check(componentPrincipal('x', [])), { code: 'RESPONSE_CALLER_DENIED' })
  rules.stop()
})
