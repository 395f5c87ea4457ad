/** Whether the approvals of a model version are enough, as the policy pack `approval` counts them. */
export type ApprovalStanding = {
  readonly met: boolean
  /** Why not; empty when met. */
  readonly reasons: readonly string[]
  /** Ids of the evidence that counts. */
  readonly counted: readonly string[]
  /** Who gave those that count, and for whom. */
  readonly persons: readonly string[]
  /** When the first of those that count ends. */
  readonly expiresAt?: string
}

export const APPROVAL_STATES = ['open', 'approved', 'rejected', 'expired', 'withdrawn', 'stale'] as const
export type ApprovalState = (typeof APPROVAL_STATES)[number]
