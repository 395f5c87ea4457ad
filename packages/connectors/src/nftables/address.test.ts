import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import test from 'node:test'
import fc from 'fast-check'
import { parseBlockedAddress } from './address.ts'

test('addresses and networks are written one way, networks by their first address', () => {
  for (const [text, canonical] of [
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.7/24', '192.0.2.0/24'],
    ['10.1.2.3/9', '10.0.0.0/9'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8:ffff::1/33', '2001:db8:8000::/33'],
  ] as const)
    assert.equal(parseBlockedAddress(text).text, canonical)
})

test('what is no address, what this machine needs and what is too wide is refused', () => {
  for (const text of [
    '',
    'localhost',
    '127.0.0.1',
    '::1',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/7',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.1; flush ruleset',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    '10.0.0.1/',
  ])
    assert.throws(() => parseBlockedAddress(text), { code: 'FIREWALL_ADDRESS_REFUSED' }, text)
})

test('reading what was written gives the same, for any address', () => {
  const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 8, max: 32 }))
  const v6 = fc.tuple(fc.ipV6(), fc.integer({ min: 16, max: 128 }))
  fc.assert(
    fc.property(fc.oneof(v4, v6), ([address, prefix]) => {
      let read: ReturnType<typeof parseBlockedAddress>
      try {
        read = parseBlockedAddress(`${address}/${prefix}`)
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'FIREWALL_ADDRESS_REFUSED')
        return
      }
      assert.notEqual(isIP(read.address), 0)
      assert.deepEqual(parseBlockedAddress(read.text), read)
    }),
  )
})
