/** Cuts a host off from addresses by nftables, for a time that the kernel itself keeps. */
import { spawn } from 'node:child_process'
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

export type HostFirewallOptions = {
  /** How nft is run on the host in question; `nft` alone is this one, `ip netns exec NAME nft` a namespace. */
  readonly command: readonly string[]
  /** Name of our table in the family inet; nothing else is touched. */
  readonly table: string
  readonly timeoutMs: number
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

const MAX_OUTPUT = 4 * 1024 * 1024
const LONGEST_TTL = 30 * 86_400

type Result = { readonly code: number; readonly stdout: string; readonly stderr: string }

const run = (options: HostFirewallOptions, args: readonly string[]): Promise<Result> =>
  new Promise((resolve, reject) => {
    const [program = 'nft', ...before] = options.command
    const unavailable = (why: string, cause?: unknown) =>
      reject(firewallErrors.FIREWALL_UNAVAILABLE(`${program} ${why}`, { cause }))
    const child = spawn(program, [...before, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    })
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    let size = 0
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_OUTPUT) child.kill('SIGKILL')
        else chunks[name].push(chunk)
      })
    child.once('error', (cause) => unavailable('could not be run', cause))
    child.once('exit', (code) => {
      if (code !== null) return
      unavailable('did not end in time')
      // What it started may live on and hold the pipes open.
      child.stdout.destroy()
      child.stderr.destroy()
    })
    child.once('close', (code) => {
      resolve({
        code: code ?? 1,
        stdout: Buffer.concat(chunks.stdout).toString('utf8'),
        stderr: Buffer.concat(chunks.stderr).toString('utf8'),
      })
    })
  })

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200)

export const createHostFirewall = (options: HostFirewallOptions): HostFirewall => {
  const { table } = options
  const change = async (commands: readonly NftCommand[]): Promise<void> => {
    // As an argument: nft opens /dev/stdin by name, which a socket, Node's kind of pipe, does not allow.
    const { code, stderr } = await run(options, ['-j', JSON.stringify({ nftables: commands })])
    if (code === 0) return
    if (/overlap|conflicting intervals|File exists/i.test(stderr))
      throw firewallErrors.FIREWALL_OVERLAP(firstLine(stderr))
    throw firewallErrors.FIREWALL_UNAVAILABLE(firstLine(stderr))
  }
  const state = async (): Promise<FirewallState> => {
    const { code, stdout, stderr } = await run(options, ['-j', 'list', 'table', 'inet', table])
    if (code !== 0 && /No such file or directory/.test(stderr)) return { blocked: [], enforced: false }
    if (code !== 0) throw firewallErrors.FIREWALL_UNAVAILABLE(firstLine(stderr))
    try {
      return readState(table, JSON.parse(stdout))
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
