/** Facts for the bill of materials of a registered version: what was registered, and what evidence says about it. */
import {
  type BomDataset,
  type BomEvidence,
  type BomFacts,
  type BomFile,
  type BomMetric,
  type BomProvenance,
  formatOfName,
  type ModelCardFacts,
  readModelCard,
  readProvenance,
  type Tier,
} from '@rampart/codecs'
import {
  type AssessmentPredicate,
  type Digest,
  digestHex,
  type ModelVersion,
  PREDICATE,
} from '@rampart/domain'
import { canonicalDigest } from '@rampart/signing'
import type { EvidenceRecord } from './evidence-verification.ts'

const hexOf = (digest: string): string => digestHex(digest as Digest)
const tierOf = (record: EvidenceRecord): Tier => (record.verified ? 'verified' : 'declared')

const bomFiles = (version: ModelVersion): BomFile[] =>
  version.artifacts.map(({ path, role, digest, sizeBytes }) => {
    const format = formatOfName(path)
    return {
      path,
      role,
      sha256: hexOf(digest),
      sizeBytes,
      ...(format === undefined ? {} : { format: { value: format, tier: 'inferred' as const } }),
    }
  })

const datasetsOf = (files: readonly BomFile[], card: ModelCardFacts): BomDataset[] => {
  const own = files
    .filter(({ role }) => role === 'reference' || role === 'replay')
    .map(
      (file): BomDataset => ({
        name: file.path,
        use: file.role === 'reference' ? 'reference' : 'evaluation',
        tier: 'verified',
        file,
      }),
    )
  const claimed = new Set(card.datasets.filter((name) => !own.some((one) => one.name === name)))
  return [...own, ...[...claimed].map((name): BomDataset => ({ name, use: 'training', tier: 'declared' }))]
}

/** What was said, and by whom: for an accepted signature that is the document of the signer, not our note about it. */
const saying = ({ predicateType, predicate, signer }: EvidenceRecord) =>
  predicateType === PREDICATE.signature
    ? {
        predicateType: String(predicate.predicateType),
        predicate: predicate.predicate,
        signer: String(predicate.signer),
      }
    : { predicateType, predicate, signer }

const evidenceOf = (records: readonly EvidenceRecord[]): BomEvidence[] =>
  records.flatMap((record) => {
    const { id, verified, envelope } = record
    const { predicateType, signer } = saying(record)
    if (envelope === undefined) return []
    return [
      {
        predicateType,
        url: `/api/v1/evidence/${id}`,
        sha256: hexOf(canonicalDigest(envelope)),
        isVerified: verified,
        ...(signer === '' ? {} : { signer }),
      },
    ]
  })

/** Newest first in, so the first is what counts. */
const latestAssessment = (records: readonly EvidenceRecord[]): EvidenceRecord | undefined =>
  records.find(({ predicateType }) => predicateType === PREDICATE.assessment)

const metricsOf = (records: readonly EvidenceRecord[], card: ModelCardFacts): BomMetric[] => {
  const assessment = latestAssessment(records)
  const { metrics = {} } = (assessment?.predicate ?? {}) as Partial<AssessmentPredicate>
  const measured = Object.entries(metrics).map(
    ([name, value]): BomMetric => ({
      name,
      value: String(value),
      tier: assessment === undefined ? 'declared' : tierOf(assessment),
    }),
  )
  return [...measured, ...card.metrics.map((metric): BomMetric => ({ ...metric, tier: 'declared' }))]
}

const provenanceOf = (records: readonly EvidenceRecord[]): BomProvenance | undefined => {
  for (const record of records) {
    const { predicateType, predicate } = saying(record)
    const provenance = readProvenance(predicateType, predicate)
    if (provenance !== undefined) return { ...provenance, tier: tierOf(record) }
  }
  return undefined
}

const declaredIn = (value: string | undefined) =>
  value === undefined ? undefined : ({ value, tier: 'declared' } as const)

/** `card` is the text of the version's model card, empty without one. */
export const versionFacts = (
  version: ModelVersion,
  records: readonly EvidenceRecord[],
  { card: cardText, toolVersion }: { readonly card: string; readonly toolVersion: string },
): BomFacts => {
  const card = readModelCard(cardText)
  const files = bomFiles(version)
  const { description, labels, features, classes } = version.spec
  const [stated, task] = [declaredIn(description), declaredIn(card.task ?? labels?.task)]
  const assessment = latestAssessment(records)
  const signatureTier = assessment === undefined ? 'declared' : tierOf(assessment)
  const provenance = provenanceOf(records)
  return {
    toolVersion,
    name: version.name,
    version: version.version,
    sha256: hexOf(version.digest),
    timestamp: version.createdAt,
    author: { value: version.createdBy, tier: 'verified' },
    licences: card.licences.map((value) => ({ value, tier: 'declared' })),
    files,
    datasets: datasetsOf(files, card),
    metrics: metricsOf(records, card),
    ancestors: card.ancestors,
    evidence: evidenceOf(records),
    ...(stated === undefined ? {} : { description: stated }),
    ...(task === undefined ? {} : { task }),
    ...(labels === undefined ? {} : { labels }),
    ...(features === undefined ? {} : { features }),
    ...(classes === undefined ? {} : { classes }),
    ...(version.signature === undefined
      ? {}
      : {
          inputs: { value: version.signature.inputs, tier: signatureTier },
          outputs: { value: version.signature.outputs, tier: signatureTier },
        }),
    ...(provenance === undefined ? {} : { provenance }),
  }
}
