/** What a request for approval waits for, in a sentence for the person who reads it. Pure. */
import type { Approval } from '../api/approval-queries.ts'

type Asked = Pick<Approval, 'state' | 'missing' | 'mayApprove'>

const CLOSED: Readonly<Record<Exclude<Approval['state'], 'open'>, string>> = {
  approved: 'approved',
  rejected: 'rejected as it was',
  expired: 'nobody answered in time',
  withdrawn: 'taken back',
  stale: 'bytes, evidence or policy changed; another request took its place',
}

/** `needs 1 more approval by approver, who is not you: …`. */
export const neededWords = ({ state, missing, mayApprove }: Asked): string => {
  if (state !== 'open') return CLOSED[state]
  const needed = missing.join('; ') || 'has enough approvals'
  return mayApprove.allow ? needed : `${needed}, of somebody who is not you`
}

/** The answer of policy before anybody clicks. */
export const rightWords = ({ allow, reasons, onBehalfOf }: Approval['mayApprove']): string => {
  if (!allow) return reasons.join('; ') || 'the policy refuses'
  return onBehalfOf === undefined ? 'you may' : `you may, on behalf of ${onBehalfOf}`
}
