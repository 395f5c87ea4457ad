/** What the evidence about one version says, as a digest: it changes when the answer does, not when it is given again. */
import type { Digest, ModelVersion } from '@rampart/domain'
import { canonicalDigest } from '@rampart/signing'
import type { EvidenceRecord } from '../evidence-verification.ts'
import { verdictFacts } from './verdict-content.ts'

/**
 * Files with what their scans found, whether what is open is waived, the assessment with its figures, and whether
 * signatures were lost. A signature more, another waiver of the same or a scan repeated say nothing new.
 */
export const evidenceBinding = (
  version: ModelVersion,
  records: readonly EvidenceRecord[],
  nowMs: number,
): Digest => {
  const { tenant, digest } = version
  const { scan, signature, assessment } = verdictFacts({
    tenant,
    digest,
    versions: [version],
    records,
    nowMs,
  })
  return canonicalDigest({
    digest,
    files: scan.files.map(({ path, role, digest, result, rules }) => ({ path, role, digest, result, rules })),
    waived: scan.waivers.length > 0,
    assessment: { result: assessment.result, metrics: assessment.metrics },
    signaturesLost: signature.result === 'untrusted',
  })
}
