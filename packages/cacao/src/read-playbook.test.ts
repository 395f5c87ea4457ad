import assert from 'node:assert/strict'
import test from 'node:test'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { readPlaybook } from './read-playbook.ts'
import type { Playbook } from './schema.ts'
import { requireSignature, signPlaybook, verifiedSignatures } from './signature.ts'
import { idFor, playbookOf } from './testing-playbook.ts'

const simple = (): Playbook =>
  playbookOf({
    start: { type: 'start', on_completion: 'one' },
    one: { type: 'action', on_completion: 'end' },
    end: { type: 'end' },
  })

const faultsOf = (text: string): readonly { pointer: string; message: string }[] => {
  try {
    readPlaybook(text)
    return []
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'CACAO_INVALID')
    return (error as { details?: { faults: { pointer: string; message: string }[] } }).details?.faults ?? []
  }
}

const changed = (
  change: (playbook: Record<string, unknown>) => void,
): readonly { pointer: string; message: string }[] => {
  const copy = structuredClone(simple()) as unknown as Record<string, unknown>
  change(copy)
  return faultsOf(JSON.stringify(copy))
}

test('JSON and YAML are read', () => {
  const playbook = simple()
  assert.deepEqual(readPlaybook(JSON.stringify(playbook)), playbook)
  assert.deepEqual(readPlaybook(stringify(playbook)), playbook)
})

test('every rule names what breaks it', () => {
  const one = idFor('action', 'one')
  const step = (playbook: Record<string, unknown>, id = one) =>
    (playbook.workflow as Record<string, Record<string, unknown>>)[id] as Record<string, unknown>
  const missing = idFor('action', 'missing')
  const cases: readonly [string, (playbook: Record<string, unknown>) => void, RegExp, RegExp][] = [
    [
      'version',
      (p) => {
        p.spec_version = 'cacao-1.0'
      },
      /spec_version/,
      /./,
    ],
    [
      'no name',
      (p) => {
        delete p.name
      },
      /^\/$|name/,
      /./,
    ],
    [
      'identity',
      (p) => {
        p.created_by = 'bob'
      },
      /created_by/,
      /./,
    ],
    [
      'times',
      (p) => {
        p.modified = '2020-01-01T00:00:00.000Z'
      },
      /modified/,
      /before/,
    ],
    [
      'validity',
      (p) => {
        p.valid_from = p.valid_until = '2027-01-01T00:00:00.000Z'
      },
      /valid_until/,
      /after/,
    ],
    [
      'both ways',
      (p) => {
        step(p).on_success = idFor('end', 'end')
      },
      /on_completion/,
      /excludes/,
    ],
    [
      'nowhere',
      (p) => {
        step(p).on_completion = missing
      },
      /on_completion/,
      /there is no step/,
    ],
    [
      'itself',
      (p) => {
        step(p).on_completion = one
      },
      /workflow/,
      /leads back/,
    ],
    [
      'agent',
      (p) => {
        step(p).agent = idFor('http-api', 'other')
      },
      /agent/,
      /there is no agent/,
    ],
    [
      'no commands',
      (p) => {
        step(p).commands = []
      },
      /commands/,
      /./,
    ],
    [
      'type',
      (p) => {
        step(p).type = 'end'
      },
      /type/,
      /its id says action/,
    ],
    [
      'unknown type',
      (p) => {
        step(p).type = 'exec'
      },
      new RegExp(one),
      /its type is none of/,
    ],
    [
      'undeclared',
      (p) => {
        step(p).in_args = ['__x__']
      },
      new RegExp(one),
      /not declared/,
    ],
    [
      'used',
      (p) => {
        step(p).commands = [{ type: 't', command: '__y__:value' }]
      },
      new RegExp(one),
      /__y__/,
    ],
    [
      'proto',
      (p) => {
        p.playbook_variables = JSON.parse('{"__proto__":{"type":"string"}}')
      },
      /playbook_variables/,
      /./,
    ],
    [
      'value',
      (p) => {
        p.playbook_variables = { __a__: { type: 'integer', value: 'x' } }
      },
      /__a__/,
      /integer/,
    ],
    [
      'name',
      (p) => {
        p.playbook_variables = { a: { type: 'string' } }
      },
      /playbook_variables/,
      /./,
    ],
    [
      'unreached',
      (p) => {
        ;(p.workflow as Record<string, unknown>)[missing] = { ...step(p) }
      },
      new RegExp(missing),
      /never reached/,
    ],
    [
      'two starts',
      (p) => {
        step(p).on_completion = p.workflow_start
      },
      /on_completion/,
      /start/,
    ],
    [
      'small',
      (p) => {
        p.workflow = {}
      },
      /workflow/,
      /./,
    ],
  ]
  for (const [name, change, pointer, message] of cases) {
    const faults = changed(change)
    assert.ok(
      faults.some((fault) => pointer.test(fault.pointer) && message.test(fault.message)),
      `${name}: ${JSON.stringify(faults)}`,
    )
  }
})

test('hostile texts are refused: aliases that multiply, keys twice, size, anything', () => {
  const bomb = `a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n`
  for (const text of [bomb, '{"type":"playbook","type":"x"}', '', '[]', 'null', '{', '\u0000', '&a [*a]'])
    assert.throws(() => readPlaybook(text), { code: 'CACAO_INVALID' }, text)
  assert.throws(() => readPlaybook(' '.repeat(1024 * 1024 + 1)), { code: 'CACAO_INVALID' })
  const keys = fc.constantFrom(
    'type',
    'workflow',
    'workflow_start',
    'name',
    'playbook_variables',
    'signatures',
    'created',
  )
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (extra) => {
      const text = JSON.stringify({ ...simple(), ...extra })
      try {
        readPlaybook(text)
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'CACAO_INVALID')
      }
    }),
    { numRuns: 200 },
  )
})

test('a signature holds for exactly these bytes, a known key, and its time', () => {
  const signer = createEd25519Signer(generateEd25519Pem())
  const other = createEd25519Signer(generateEd25519Pem())
  const facts = (name: string, validUntil?: string) => ({
    id: idFor('jss', name),
    signee: name,
    at: '2026-11-23T10:00:00.000Z',
    ...(validUntil === undefined ? {} : { validUntil }),
  })
  const now = Date.parse('2026-11-24T00:00:00Z')
  const trusted = (keyid: string): boolean => keyid === signer.publicKey.keyid
  const signed = signPlaybook(simple(), signer, facts('a'))
  assert.equal(requireSignature(signed, trusted, now).signee, 'a')
  // Through text and back, and with a second signature, it still holds.
  const twice = signPlaybook(readPlaybook(JSON.stringify(signed)), other, facts('b'))
  assert.deepEqual(
    verifiedSignatures(twice, now).map(({ signee }) => signee),
    ['a', 'b'],
  )

  const signature = signed.signatures?.[0]
  assert.ok(signature)
  const forged: readonly [string, Playbook][] = [
    ['none', simple()],
    ['bytes', { ...signed, name: 'other' }],
    ['stranger', signPlaybook(simple(), other, facts('a'))],
    ['signee', { ...signed, signatures: [{ ...signature, signee: 'c' }] }],
    ['version', { ...signed, modified: '2026-11-25T00:00:00.000Z' }],
    ['revoked', { ...signed, signatures: [{ ...signature, revoked: true }] }],
    ['algorithm', { ...signed, signatures: [{ ...signature, algorithm: 'none' }] }],
    ['key', { ...signed, signatures: [{ ...signature, public_key: 'AAAA' }] }],
    ['no key', { ...signed, signatures: [{ ...signature, public_key: undefined } as never] }],
    ['expired', signPlaybook(simple(), signer, facts('a', '2026-11-23T12:00:00.000Z'))],
  ]
  for (const [name, playbook] of forged)
    assert.throws(() => requireSignature(playbook, trusted, now), { code: 'CACAO_SIGNATURE_INVALID' }, name)
})
