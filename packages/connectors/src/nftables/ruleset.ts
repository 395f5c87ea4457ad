/**
 * The table that cuts addresses off, as libnftables JSON (schema: libnftables-json(5)). It is made anew with every
 * change in one transaction, which is atomic; elements are kept by the kernel with their own time to live, so a
 * containment ends at its TTL though nobody is left to end it.
 */
import type { BlockedAddress } from './address.ts'

export type NftCommand = Readonly<Record<string, unknown>>

const FAMILY = 'inet'
const SETS = {
  hosts4: { type: 'ipv4_addr', protocol: 'ip', family: 'ipv4' },
  hosts6: { type: 'ipv6_addr', protocol: 'ip6', family: 'ipv6' },
  nets4: { type: 'ipv4_addr', protocol: 'ip', family: 'ipv4' },
  nets6: { type: 'ipv6_addr', protocol: 'ip6', family: 'ipv6' },
} as const
export type SetName = keyof typeof SETS

/** Both directions, forwarded packets too; before the usual filter priority (0), so that no earlier accept lets them by. */
const CHAINS = {
  input: ['saddr'],
  output: ['daddr'],
  forward: ['saddr', 'daddr'],
} as const
const PRIORITY = -10

export const setOf = ({ family, prefix }: BlockedAddress): SetName =>
  `${prefix === undefined ? 'hosts' : 'nets'}${family === 'ipv4' ? '4' : '6'}`

const elementOf = ({ address, prefix }: BlockedAddress): unknown =>
  prefix === undefined ? address : { prefix: { addr: address, len: prefix } }

const drop = (table: string, chain: string, field: string, set: SetName): NftCommand => ({
  add: {
    rule: {
      family: FAMILY,
      table,
      chain,
      expr: [
        {
          match: {
            op: '==',
            left: { payload: { protocol: SETS[set].protocol, field } },
            right: `@${set}`,
          },
        },
        { drop: null },
      ],
    },
  },
})

/** Table, sets, chains and rules; harmless when they are there, and mends rules that somebody took out. */
const structure = (table: string): NftCommand[] => {
  const names = Object.keys(SETS) as SetName[]
  const sets = names.map((name) => ({
    add: {
      set: {
        family: FAMILY,
        table,
        name,
        type: SETS[name].type,
        flags: name.startsWith('nets') ? ['interval', 'timeout'] : ['timeout'],
      },
    },
  }))
  const chains = Object.entries(CHAINS).flatMap(([name, fields]) => [
    {
      add: {
        chain: { family: FAMILY, table, name, type: 'filter', hook: name, prio: PRIORITY, policy: 'accept' },
      },
    },
    { flush: { chain: { family: FAMILY, table, name } } },
    ...fields.flatMap((field) => names.map((set) => drop(table, name, field, set))),
  ])
  return [{ add: { table: { family: FAMILY, name: table } } }, ...sets, ...chains]
}

const element = (table: string, blocked: BlockedAddress, elem: unknown) => ({
  element: { family: FAMILY, table, name: setOf(blocked), elem: [elem] },
})

/** Adding first makes the delete legal, deleting makes the time to live a new one; nothing is let through between. */
export const blockCommands = (
  table: string,
  blocked: BlockedAddress,
  ttlSeconds: number,
): readonly NftCommand[] => {
  const timed = { elem: { val: elementOf(blocked), timeout: ttlSeconds } }
  return [
    ...structure(table),
    { add: element(table, blocked, timed) },
    { delete: element(table, blocked, elementOf(blocked)) },
    { add: element(table, blocked, timed) },
  ]
}

export const releaseCommands = (table: string, blocked: BlockedAddress): readonly NftCommand[] => [
  ...structure(table),
  { add: element(table, blocked, { elem: { val: elementOf(blocked), timeout: 60 } }) },
  { delete: element(table, blocked, elementOf(blocked)) },
]

export const removeCommands = (table: string): readonly NftCommand[] => [
  { add: { table: { family: FAMILY, name: table } } },
  { delete: { table: { family: FAMILY, name: table } } },
]

/** What the kernel has: the addresses it drops now, and whether every rule that drops them is there. */
export type FirewallState = {
  readonly blocked: readonly { readonly text: string; readonly expiresInSeconds?: number }[]
  readonly enforced: boolean
}

type Item = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  const { prefix } = value as { readonly prefix?: { readonly addr?: unknown; readonly len?: unknown } }
  return prefix === undefined ? undefined : `${prefix.addr}/${prefix.len}`
}

const blockedOf = (raw: unknown): FirewallState['blocked'][number] | undefined => {
  if (typeof raw !== 'object' || raw === null || !('elem' in raw)) {
    const text = textOf(raw)
    return text === undefined ? undefined : { text }
  }
  const { val, expires } = raw.elem as { readonly val?: unknown; readonly expires?: unknown }
  const text = textOf(val)
  if (text === undefined) return undefined
  return typeof expires === 'number' ? { text, expiresInSeconds: expires } : { text }
}

const ruleKey = (rule: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([rule.chain, (rule.expr as readonly Record<string, unknown>[] | undefined)?.map(plainExpr)])

const plainExpr = (expr: Record<string, unknown>): unknown => {
  const match = expr.match as { readonly left?: unknown; readonly right?: unknown } | undefined
  return match === undefined ? Object.keys(expr) : [match.left, match.right]
}

const expectedRules = (table: string): readonly string[] =>
  structure(table).flatMap((command) => {
    const rule = (command.add as Item | undefined)?.rule
    return rule === undefined ? [] : [ruleKey(rule)]
  })

/** Reads `nft -j list table inet TABLE`. Throws TypeError on what is no such list. */
export const readState = (table: string, listing: unknown): FirewallState => {
  const { nftables } = listing as { readonly nftables?: unknown }
  if (!Array.isArray(nftables)) throw new TypeError('no list of nftables objects')
  const items = nftables as readonly Item[]
  const blocked = items.flatMap(({ set }) => {
    if (set === undefined || !Array.isArray(set.elem)) return []
    return (set.elem as readonly unknown[]).flatMap((raw) => blockedOf(raw) ?? [])
  })
  const rules = new Set(items.flatMap(({ rule }) => (rule === undefined ? [] : [ruleKey(rule)])))
  return { blocked, enforced: expectedRules(table).every((key) => rules.has(key)) }
}
