/** What Rampart says about a version in its registry, as tags. Pure. */
import type { Digest, VerdictContent } from '@rampart/domain'

export const TAGS = {
  digest: 'rampart.digest',
  verdict: 'rampart.verdict',
  approval: 'rampart.approval',
  retracted: 'rampart.retracted',
} as const

/** Of what a verdict says, what is written back. */
export type VerdictSaid = Pick<VerdictContent, 'decision' | 'subjects' | 'approvals'>

export type WrittenVersion = {
  /** NAME:VERSION here. */
  readonly ref: string
  readonly digest: Digest
  readonly observedDigest?: Digest
}

const MAX_VALUE = 500

/** An absent value means that the tag is not there. A registry with other bytes is not told that they are allowed. */
export const desiredTags = (
  { ref, digest, observedDigest }: WrittenVersion,
  said: VerdictSaid | undefined,
): Readonly<Record<string, string | undefined>> => {
  const hasOtherBytes = observedDigest !== undefined && observedDigest !== digest
  const approvers = (said?.approvals ?? [])
    .filter(({ subject }) => subject === ref)
    .map(({ approver }) => approver)
  const stage = said?.subjects.find(({ name }) => name === ref)?.stage
  return {
    [TAGS.digest]: digest,
    [TAGS.verdict]: hasOtherBytes ? 'deny: other bytes than registered' : said?.decision,
    [TAGS.approval]:
      approvers.length === 0 || hasOtherBytes
        ? undefined
        : [...new Set(approvers)].sort().join(', ').slice(0, MAX_VALUE),
    [TAGS.retracted]: stage === 'retracted' ? 'true' : undefined,
  }
}
