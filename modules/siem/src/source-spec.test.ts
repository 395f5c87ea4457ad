import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSourceSpec, readNetwork, type SourceSpec } from './source-spec.ts'

const faultOf = (spec: object, loopbackOnly: boolean): string | undefined => {
  try {
    checkSourceSpec({ format: 'cef', ...spec } as SourceSpec, { loopbackOnly })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
const tls = { cert: 'x', keySecretRef: 'key' }

test('outside of development a listener knows its senders, by certificate or by network', () => {
  const open: [object, RegExp | undefined][] = [
    [{ listen: 'udp://0.0.0.0:5514' }, /allowFrom is needed with udp/],
    [{ listen: 'tcp://127.0.0.1:5514' }, /allowFrom is needed with tcp/],
    [{ listen: 'tcp://0.0.0.0:5514', allowFrom: ['192.0.2.0/24', '2001:db8::1'] }, undefined],
    [{ listen: 'tcp://0.0.0.0:5514', allowFrom: ['192.0.2.0/24', '0.0.0.0/0'] }, /is everybody/],
    [{ listen: 'tcp://0.0.0.0:5514', allowFrom: ['::/0'] }, /is everybody/],
    [{ listen: 'tls://0.0.0.0:6514', tls }, /clientCa is needed/],
    [{ listen: 'tls://0.0.0.0:6514', tls, allowFrom: ['192.0.2.1'] }, /clientCa is needed/],
    [{ listen: 'tls://0.0.0.0:6514', tls: { ...tls, clientCa: 'x' } }, undefined],
    [{ listen: 'tls://0.0.0.0:6514', tls: { ...tls, clientCa: 'x', clientNames: ['fw'] } }, undefined],
  ]
  for (const [spec, fault] of open) {
    const found = faultOf(spec, false)
    if (fault === undefined) assert.equal(found, undefined)
    else assert.match(found ?? '', fault)
  }
  assert.equal(faultOf({ listen: 'udp://127.0.0.1:5514' }, true), undefined)
  assert.match(faultOf({ listen: 'udp://192.0.2.1:5514', allowFrom: ['192.0.2.2'] }, true) ?? '', /loopback/)
})

test('networks and names that are none, or belong to nothing, are refused', () => {
  for (const one of [
    'x',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/-1',
    '192.0.2.0/24/1',
    '2001:db8::/129',
    'fe80::1%eth0',
  ])
    assert.match(faultOf({ listen: 'tcp://127.0.0.1:1', allowFrom: [one] }, true) ?? '', /is no network/, one)
  assert.match(faultOf({ allowFrom: ['192.0.2.1'] }, true) ?? '', /goes with listen/)
  const named = { listen: 'tls://127.0.0.1:1', tls: { ...tls, clientNames: ['fw'] } }
  assert.match(faultOf(named, true) ?? '', /needs tls.clientCa/)
  assert.deepEqual(readNetwork('2001:db8::1'), { address: '2001:db8::1', prefix: 128, family: 'ipv6' })
})
