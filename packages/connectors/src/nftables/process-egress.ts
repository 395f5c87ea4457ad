/**
 * Cuts the network of a process group: its processes move into a control group of their own, and what that group sends
 * is dropped (nftables `socket cgroupv2`, kernel ≥ 5.13) but for loopback, by which the notebook server is still asked.
 * Children are born into the group. The rule looks into a set whose elements end at the TTL, kept by the kernel.
 */
import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firewallErrors } from './errors.ts'
import { cgroupOf, isAlive, type ProcessRef, processTree } from './process-tree.ts'
import { firstLine, listTable, type NftOptions, runNft } from './run-nft.ts'

export type MovedProcess = ProcessRef & { readonly cgroup: string }

export type ProcessEgress = {
  /** Moves the trees below `roots` and drops what they send for `ttlSeconds`; returns where each came from. */
  cut(name: string, roots: readonly number[], ttlSeconds: number): Promise<readonly MovedProcess[]>
  /** True while the rule holds and every process of the trees is under it. */
  isCut(name: string, roots: readonly number[]): Promise<boolean>
  /** Lets them send again and moves them back; those of unknown origin go where the first one came from. */
  restore(name: string, moved: readonly MovedProcess[]): Promise<void>
}

export type ProcessEgressOptions = NftOptions & {
  /** Where cgroup2 is mounted; found when absent. */
  readonly mount?: string
}

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/
const BASE = '/sys/fs/cgroup'
const MOVES = 50
const LONGEST_TTL = 30 * 86_400

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const findMount = async (): Promise<string> => {
  for (const mount of [BASE, join(BASE, 'unified')])
    if (await exists(join(mount, 'cgroup.procs'))) return mount
  throw firewallErrors.FIREWALL_UNAVAILABLE('this host has no unified control groups')
}

const tableOf = (name: string): string => `rampart-egress-${name}`
const groupOf = (name: string): string => `rampart-egress-${name}`

/** One transaction: whatever was there is replaced, and nothing is let through between. */
const ruleset = (name: string, path: string, ttlSeconds: number): string => `
add table inet ${tableOf(name)}
delete table inet ${tableOf(name)}
table inet ${tableOf(name)} {
  set active { type nf_proto; flags timeout; elements = { ipv4 timeout ${ttlSeconds}s, ipv6 timeout ${ttlSeconds}s }; }
  chain output {
    type filter hook output priority -10;
    oifname != "lo" socket cgroupv2 level 1 "${path}" meta nfproto @active counter drop;
  }
}
`

type Listing = {
  readonly nftables?: readonly Readonly<Record<string, { readonly elem?: readonly unknown[] }>>[]
}

const holds = (listing: unknown): boolean => {
  const items = (listing as Listing | undefined)?.nftables ?? []
  const elements = items.flatMap(({ set }) => set?.elem ?? [])
  const rules = items.filter(({ rule }) => rule !== undefined && JSON.stringify(rule).includes('"drop"'))
  return elements.length === 2 && rules.length === 1
}

const checkName = (name: string): void => {
  if (!NAME.test(name)) throw firewallErrors.FIREWALL_ADDRESS_REFUSED('a name is a short DNS label')
}

export const createProcessEgress = (options: ProcessEgressOptions): ProcessEgress => {
  const mount = (): Promise<string> =>
    options.mount === undefined ? findMount() : Promise.resolve(options.mount)
  const nft = async (text: string): Promise<void> => {
    const { code, stderr } = await runNft(options, [text])
    if (code !== 0) throw firewallErrors.FIREWALL_UNAVAILABLE(firstLine(stderr))
  }
  const move = (root: string, cgroup: string, pid: number): Promise<void> =>
    writeFile(join(root, cgroup, 'cgroup.procs'), String(pid)).catch((error: { readonly code?: unknown }) => {
      // It ended meanwhile.
      if (error.code !== 'ESRCH')
        throw firewallErrors.FIREWALL_UNAVAILABLE('a process cannot be moved', { cause: error })
    })
  const outside = async (name: string, roots: readonly number[]): Promise<ProcessRef[]> => {
    const tree = await processTree(roots)
    const places = await Promise.all(tree.map(({ pid }) => cgroupOf(pid)))
    return tree.filter((_, index) => places[index] !== undefined && places[index] !== `/${groupOf(name)}`)
  }
  return {
    cut: async (name, roots, ttlSeconds) => {
      checkName(name)
      if (roots.some((pid) => !Number.isInteger(pid) || pid < 2 || pid === process.pid))
        throw firewallErrors.FIREWALL_ADDRESS_REFUSED('these processes are not to be cut off')
      if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > LONGEST_TTL)
        throw firewallErrors.FIREWALL_ADDRESS_REFUSED(`a time to live is 1 to ${LONGEST_TTL} seconds`)
      const root = await mount()
      await mkdir(join(root, groupOf(name)), { recursive: true })
      const path = join(root, groupOf(name)).slice(BASE.length + 1)
      await nft(ruleset(name, path, ttlSeconds))
      const moved: MovedProcess[] = []
      // A process may be born outside while its parent is moved: again, until none is.
      for (let round = 0; ; round++) {
        const left = await outside(name, roots)
        if (left.length === 0) return moved
        if (round === MOVES)
          throw firewallErrors.FIREWALL_UNAVAILABLE('new processes come faster than they are moved')
        for (const one of left) {
          moved.push({ ...one, cgroup: (await cgroupOf(one.pid)) ?? '/' })
          await move(root, groupOf(name), one.pid)
        }
      }
    },
    isCut: async (name, roots) => {
      checkName(name)
      return holds(await listTable(options, tableOf(name))) && (await outside(name, roots)).length === 0
    },
    restore: async (name, moved) => {
      checkName(name)
      const root = await mount()
      const group = join(root, groupOf(name))
      for (const one of moved)
        if ((await isAlive(one)) && (await cgroupOf(one.pid)) === `/${groupOf(name)}`)
          await move(root, one.cgroup, one.pid)
      const fallback = moved[0]?.cgroup ?? '/'
      const rest = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '')
      for (const pid of rest.split('\n').filter((line) => line !== ''))
        await move(root, fallback, Number(pid))
      await nft(`add table inet ${tableOf(name)}\ndelete table inet ${tableOf(name)}`)
      await removeGroup(group)
    },
  }
}

/** A group is gone when its last process has been reaped; one that is not yet does no harm. */
const removeGroup = async (group: string): Promise<void> => {
  for (const entry of await readdir(group, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await rmdir(join(group, entry.name)).catch(() => undefined)
  await rmdir(group).catch(() => undefined)
}
