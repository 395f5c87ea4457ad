/** Cuts a host off from addresses by nftables, for a time that the kernel itself keeps. */
import { parseBlockedAddress } from './address.ts'
import { firewallErrors } from './errors.ts'
import {
  blockCommands,
  type FirewallState,
  type NftCommand,
  readState,
  releaseCommands,
  removeCommands,
} from './ruleset.ts'
import { firstLine, listTable, type NftOptions, runNft } from './run-nft.ts'

export type HostFirewallOptions = NftOptions & {
  /** Name of our table in the family inet; nothing else is touched. */
  readonly table: string
}

export type HostFirewall = {
  /** Drops every packet from and to the address, open connections too, for `ttlSeconds`; again means a new time. */
  block(address: string, ttlSeconds: number): Promise<void>
  /** Ends it; nothing happens when it is not there. */
  release(address: string): Promise<void>
  state(): Promise<FirewallState>
  /** True when the address is in the kernel's set and every rule that drops it is in place. */
  isBlocked(address: string): Promise<boolean>
  /** Takes our whole table away. */
  remove(): Promise<void>
}

const LONGEST_TTL = 30 * 86_400

export const createHostFirewall = (options: HostFirewallOptions): HostFirewall => {
  const { table } = options
  const change = async (commands: readonly NftCommand[]): Promise<void> => {
    // As an argument: nft opens /dev/stdin by name, which a socket, Node's kind of pipe, does not allow.
    const { code, stderr } = await runNft(options, ['-j', JSON.stringify({ nftables: commands })])
    if (code === 0) return
    if (/overlap|conflicting intervals|File exists/i.test(stderr))
      throw firewallErrors.FIREWALL_OVERLAP(firstLine(stderr))
    throw firewallErrors.FIREWALL_UNAVAILABLE(firstLine(stderr))
  }
  const state = async (): Promise<FirewallState> => {
    const listing = await listTable(options, table)
    if (listing === undefined) return { blocked: [], enforced: false }
    try {
      return readState(table, listing)
    } catch (cause) {
      throw firewallErrors.FIREWALL_ANSWER_INVALID('nft listed what cannot be read', { cause })
    }
  }
  return {
    block: async (address, ttlSeconds) => {
      const blocked = parseBlockedAddress(address)
      if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > LONGEST_TTL)
        throw firewallErrors.FIREWALL_ADDRESS_REFUSED(`a time to live is 1 to ${LONGEST_TTL} seconds`)
      await change(blockCommands(table, blocked, ttlSeconds))
    },
    release: async (address) => {
      const blocked = parseBlockedAddress(address)
      const before = await state()
      if (before.blocked.some(({ text }) => text === blocked.text))
        await change(releaseCommands(table, blocked))
    },
    state,
    isBlocked: async (address) => {
      const { text } = parseBlockedAddress(address)
      const now = await state()
      return now.enforced && now.blocked.some((one) => one.text === text)
    },
    remove: () => change(removeCommands(table)),
  }
}
