/**
 * Bytes that stop being approved need a moment to leave routes and aliases: a retraction denies them first. Until then they
 * are no signal, else each retraction would look like an attack and be answered as one.
 */
import type { Clock } from '@rampart/kit'
import type { Condition } from './judge.ts'
import type { ApprovedVersion } from './ports.ts'

const PARTING_MS = 5_000

const isOfApproval = ({ key }: Condition): boolean => /^registry-watch:(alias|served):/.test(key)

/** Keys of conditions that are about bytes approved until a moment ago; asked once per look. */
export const createParting = (clock: Pick<Clock, 'now'>) => {
  const approvedBefore = new Map<string, ReadonlySet<unknown>>()
  const endsBy = new Map<string, Map<unknown, number>>()
  return (
    tenant: string,
    approved: readonly ApprovedVersion[],
    conditions: readonly Condition[],
  ): ReadonlySet<string> => {
    const now = clock.now()
    const isApproved = new Set<unknown>(approved.map(({ digest }) => digest))
    const ends = endsBy.get(tenant) ?? new Map<unknown, number>()
    for (const [digest, end] of ends) if (end <= now || isApproved.has(digest)) ends.delete(digest)
    for (const digest of approvedBefore.get(tenant) ?? [])
      if (!isApproved.has(digest)) ends.set(digest, now + PARTING_MS)
    approvedBefore.set(tenant, isApproved)
    endsBy.set(tenant, ends)
    return new Set(
      conditions.filter((one) => isOfApproval(one) && ends.has(one.evidence['digest'])).map(({ key }) => key),
    )
  }
}
