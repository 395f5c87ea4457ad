import assert from 'node:assert/strict'
import { test } from 'node:test'
import { componentPrincipal } from '@rampart/domain'
import type { ActionCall } from '../action.ts'
import type { AliasesPort, AliasView } from '../ports.ts'
import { aliasesRemove, type WithdrawalPorts } from './withdrawal.ts'

const call: ActionCall = {
  tenant: 'default',
  parameters: { digest: `sha256:${'1'.repeat(64)}` },
  key: 'run/3/do',
  runId: 'run',
  reason: 'poisoned',
  principal: componentPrincipal('test', ['admin']),
  signal: AbortSignal.timeout(60_000),
}

/** A registry in memory that may be away; nobody has looked at it yet. */
const startAliases = (pointers: Map<string, string>) => {
  const state = { isAway: false }
  const views = (): AliasView[] =>
    [...pointers].map(([alias, version]) => ({ registry: 'reg', model: 'm', alias, version }))
  const port: AliasesPort = {
    pointingAt: async () => [],
    pointingNow: async () =>
      state.isAway ? { aliases: [], unread: ['reg'] } : { aliases: views(), unread: [] },
    read: async (_tenant, { alias }) => pointers.get(alias),
    move: async (_tenant, { alias }, to) => {
      if (to === undefined) pointers.delete(alias)
      else pointers.set(alias, to)
    },
  }
  return { state, action: aliasesRemove({} as WithdrawalPorts, port) }
}

test('an alias that nobody had seen yet is removed, and given back', async () => {
  const pointers = new Map([['prod', '1']])
  const { action } = startAliases(pointers)
  const memento = await action.precheck(call)
  await action.apply(call, memento)
  assert.equal(pointers.size, 0)
  assert.equal((await action.probe(call, memento, undefined)).took, 'yes')
  await action.inverse?.apply(call, memento)
  assert.deepEqual([...pointers], [['prod', '1']])
})

test('the aliases of a registry that does not answer are not proven to be gone', async () => {
  const pointers = new Map([['prod', '1']])
  const { state, action } = startAliases(pointers)
  state.isAway = true
  const memento = await action.precheck(call)
  await action.apply(call, memento)
  assert.deepEqual(await action.probe(call, memento, undefined), {
    took: 'no',
    detail: 'no answer, so its aliases are not known: reg',
  })
  state.isAway = false
  assert.deepEqual(await action.probe(call, memento, undefined), {
    took: 'no',
    detail: 'still there: reg/m@prod',
  })
  pointers.clear()
  assert.equal((await action.probe(call, memento, undefined)).took, 'yes')
})
