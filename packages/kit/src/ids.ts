/** UUID version 7 (RFC 9562 section 5.7): ids that sort by the millisecond they were made in. */
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export const newId = (clock: Pick<Clock, 'now'>, random: Pick<Random, 'bytes'>): string => {
  const bytes = new Uint8Array(16)
  bytes.set(random.bytes(10), 6)
  const view = new DataView(bytes.buffer)
  const ms = Math.max(0, Math.floor(clock.now()))
  view.setUint16(0, Math.floor(ms / 2 ** 32))
  view.setUint32(2, ms % 2 ** 32)
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70)
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
  const text = hex(bytes)
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
}
