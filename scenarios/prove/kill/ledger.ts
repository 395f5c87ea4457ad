/**
 * What the server acknowledged. A change is `tried` before its request is sent and `acknowledged` once it was answered
 * 2xx; one that was only tried may or may not have happened. After a kill every acknowledged change must still hold.
 */
import { createLook, type Look } from './look.ts'
import type { Plane } from './plane.ts'

export type Change = {
  /** What it is called in the figures: `route`, `api-key`, … */
  readonly kind: string
  /** Names the change in a report of losses. */
  readonly title: string
  /** Action and entity id of the audit entry that belongs to it; absent where none does. */
  readonly audit?: string
  /** True when the server still knows the change. */
  readonly holds: (look: Look) => Promise<boolean>
}

export type Ledger = ReturnType<typeof createLedger>

export type AuditEntry = {
  readonly action: string
  readonly entity: { readonly kind: string; readonly id: string }
  readonly details: Readonly<Record<string, unknown>>
}

/** A policy keeps its id from version to version, so the version is part of the key. */
const auditKey = ({ action, entity, details }: AuditEntry): string =>
  `${action} ${entity.id}${entity.kind === 'policy' ? `@${String(details['version'])}` : ''}`

type AuditCount = { tried: number; acknowledged: number }

export const createLedger = () => {
  const all: Change[] = []
  const audits = new Map<string, AuditCount>()
  let checked = 0

  const countOf = (key: string): AuditCount => {
    const found = audits.get(key) ?? { tried: 0, acknowledged: 0 }
    audits.set(key, found)
    return found
  }

  const lostAmong = async (plane: Plane, changes: readonly Change[]): Promise<string[]> => {
    const look = createLook(plane)
    const lost: string[] = []
    for (const change of changes) if (!(await change.holds(look))) lost.push(`${change.kind} ${change.title}`)
    return lost
  }

  return {
    tried: (audit: string): void => {
      countOf(audit).tried += 1
    },
    acknowledged: (change: Change): void => {
      all.push(change)
      if (change.audit === undefined) return
      const count = countOf(change.audit)
      count.acknowledged += 1
      // Where the server makes the id, nobody could know it before the answer.
      count.tried = Math.max(count.tried, count.acknowledged)
    },
    size: (): number => all.length,
    /** Changes per kind, as `12 route, 9 signal`. */
    kinds: (): string => {
      const counts = new Map<string, number>()
      for (const { kind } of all) counts.set(kind, (counts.get(kind) ?? 0) + 1)
      return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
    },
    /** Changes acknowledged since the last look that the server does not know any more. */
    lostLately: (plane: Plane): Promise<string[]> => {
      const lately = all.slice(checked)
      checked = all.length
      return lostAmong(plane, lately)
    },
    lostEver: (plane: Plane): Promise<string[]> => lostAmong(plane, all),
    /** Acknowledged changes without their audit entry, and entries of changes that nobody tried. */
    wrongAudits: (entries: readonly AuditEntry[]): string[] => {
      const found = new Map<string, number>()
      for (const entry of entries) {
        const key = auditKey(entry)
        found.set(key, (found.get(key) ?? 0) + 1)
      }
      return [...audits].flatMap(([key, { tried, acknowledged }]) => {
        const count = found.get(key) ?? 0
        return count < acknowledged || count > tried
          ? [`${key}: ${count} entries for ${acknowledged} acknowledged of ${tried} tried`]
          : []
      })
    },
  }
}
