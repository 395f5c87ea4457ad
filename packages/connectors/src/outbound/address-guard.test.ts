import assert from 'node:assert/strict'
import test from 'node:test'
import { createAddressGuard, parseServerUrl } from './address-guard.ts'

test('a refused URL is told without its credentials and query', () => {
  for (const text of [
    'ftp://user:hunter2@siem.example/x',
    'https://user:hunter2@siem.example',
    'https://user:hunter2@:bad port',
    'https://siem.example/x?token=hunter2',
    'https://siem example/x?token=hunter2',
  ])
    assert.throws(
      () => parseServerUrl(text, ['https:']),
      ({ code, message }: Error & { code: string }) => {
        assert.equal(code, 'OUTBOUND_URL_REFUSED')
        assert.match(message, /siem|bad port/)
        assert.doesNotMatch(message, /hunter2/)
        return true
      },
    )
})

test('an address that is refused is named, whatever the protocol', () => {
  const guard = createAddressGuard({ allowLoopback: false, allowed: [] })
  for (const text of ['tls://10.0.0.1:6514', 'amqps://10.0.0.1:5671', 'https://10.0.0.1/x'])
    assert.throws(() => guard.check(new URL(text)), { message: new RegExp(`^"${text}`) })
})
