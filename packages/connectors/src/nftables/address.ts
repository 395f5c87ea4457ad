/** Which addresses and networks a host may be cut off from. */
import { BlockList, isIP, SocketAddress } from 'node:net'
import { firewallErrors } from './errors.ts'

export type BlockedAddress = {
  /** Canonical text: `192.0.2.7`, `2001:db8::1`, `192.0.2.0/24`. */
  readonly text: string
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  /** Absent for one address. */
  readonly prefix?: number
}

/** Without them a machine does not work, and a kernel's own traffic is nobody's attack. */
const KEPT: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['0.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['::', 128, 'ipv6'],
]
const kept = new BlockList()
for (const [net, prefix, family] of KEPT) kept.addSubnet(net, prefix, family)

const WIDEST = { ipv4: 8, ipv6: 16 } as const
const LONGEST = { ipv4: 32, ipv6: 128 } as const

const refuse = (text: string, why: string) =>
  firewallErrors.FIREWALL_ADDRESS_REFUSED(`${JSON.stringify(text.slice(0, 64))}: ${why}`)

/** The first address of the network, as bytes are masked. */
const networkOf = (address: string, prefix: number, family: 'ipv4' | 'ipv6'): string => {
  const bytes = bytesOf(address, family).map((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8))
    return byte & (0xff << (8 - bits)) & 0xff
  })
  if (family === 'ipv4') return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  )
  return new SocketAddress({ address: groups.join(':'), family }).address
}

const bytesOf = (address: string, family: 'ipv4' | 'ipv6'): number[] => {
  if (family === 'ipv4') return address.split('.').map(Number)
  const [head = '', tail] = address.split('::') as [string, string?]
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return all.flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

/** Reads `ADDRESS` or `ADDRESS/PREFIX`. Throws FIREWALL_ADDRESS_REFUSED. */
export const parseBlockedAddress = (text: string): BlockedAddress => {
  const [host = '', width, rest] = text.split('/')
  const version = isIP(host)
  if (version === 0 || rest !== undefined || host.includes('%')) throw refuse(text, 'not an IP address')
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const plain = new SocketAddress({ address: host, family }).address
  if (plain.startsWith('::ffff:')) throw refuse(text, 'write an IPv4 address as such')
  if (width !== undefined && !/^\d{1,3}$/.test(width)) throw refuse(text, 'the prefix is no number')
  const prefix = width === undefined ? LONGEST[family] : Number(width)
  if (prefix > LONGEST[family]) throw refuse(text, 'the prefix is too long')
  if (prefix < WIDEST[family]) throw refuse(text, `a network wider than /${WIDEST[family]} is not cut off`)
  const address = networkOf(plain, prefix, family)
  if (kept.check(address, family)) throw refuse(text, 'this machine needs it')
  if (prefix === LONGEST[family]) return { text: address, family, address }
  return { text: `${address}/${prefix}`, family, address, prefix }
}
