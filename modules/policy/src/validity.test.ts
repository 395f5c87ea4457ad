import assert from 'node:assert/strict'
import { test } from 'node:test'
import { componentPrincipal } from '@rampart/domain'
import { createSeededRandom } from '@rampart/kit'
import { createFakeClock } from '@rampart/kit/testing'
import { createDecider } from './decider.ts'
import { readShippedPack } from './pack-files.ts'
import { compilePolicyFiles } from './testing.ts'

const settings = async (over: Readonly<Record<string, unknown>>): Promise<string> => {
  const shipped = JSON.parse((await readShippedPack('response'))['data.json'] ?? '{}')
  return JSON.stringify({
    rampart: { response_config: { ...shipped.rampart.response_config, default_mode: 'act', ...over } },
  })
}

const host = { kind: 'host', id: 'h' }
const input = {
  incident: { id: 'i', tenant: 'default', severity: 'high', entities: [host] },
  ledger: { contributions: [{ rule: 'ids', entity: host }] },
  entities: [{ ...host, subject: true, score: 20 }],
}

test('outside of the time that it names a response bundle only observes', async () => {
  const clock = createFakeClock(Date.parse('2026-11-23T12:00:00Z'))
  const files = {
    'data.json': await settings({ valid_from: '2026-11-23T11:00:00Z', valid_until: '2026-11-23T13:00:00Z' }),
  }
  const pack = await compilePolicyFiles('response', files)
  const log = { add: () => undefined, repeat: () => true }
  const decide = createDecider({ clock, random: createSeededRandom(1), log, pack: () => pack })
  const ask = async () => {
    const { allow, reasons, obligations } = await decide({
      pack: 'response',
      principal: componentPrincipal('threats', []),
      input,
    })
    const [action] = obligations.actions as readonly { mode: string }[]
    return { allow, first: reasons[0], mode: action?.mode }
  }
  assert.deepEqual([(await ask()).allow, (await ask()).mode], [true, 'act'])
  clock.advance(3_600_000)
  const over = await ask()
  assert.deepEqual([over.allow, over.mode], [false, 'observe'])
  assert.match(over.first ?? '', /valid until 2026-11-23T13:00:00.000Z: nothing is done/)
  clock.advance(-3 * 3_600_000)
  assert.match((await ask()).first ?? '', /valid from/)
})

test('a time that cannot be read is refused, none means always', async () => {
  await assert.rejects(
    compilePolicyFiles('response', { 'data.json': await settings({ valid_until: 'soon' }) }),
    {
      code: 'REGO_COMPILE_FAILED',
    },
  )
  const pack = await compilePolicyFiles('response', { 'data.json': await settings({ valid_until: '' }) })
  assert.deepEqual(pack.validity, {})
})
