/** From evidence and versions to what a verdict says, section by section. Pure: the same facts give the same bytes. */
import {
  type ApprovalStanding,
  type ArtifactRef,
  type Digest,
  formatModelVersionRef,
  type ModelVersion,
  PREDICATE,
  type ScanResult,
  VERDICT_SCHEMA,
  type VerdictApproval,
  type VerdictAssessment,
  type VerdictContent,
  type VerdictDenial,
  type VerdictFileScan,
  type VerdictGraphLint,
  type VerdictProvenance,
  type VerdictQuorum,
  type VerdictScan,
  type VerdictSignature,
  type VerdictWaiver,
} from '@rampart/domain'
import { MODEL_PREDICATE_TYPE } from '@rampart/signing'
import type { EvidenceRecord } from '../evidence-verification.ts'

/** What a verdict is about and made from, before policy has decided. */
export type VerdictFacts = Omit<VerdictContent, 'policyBundleDigest' | 'decision' | 'reasons'>

export type FactSources = {
  readonly tenant: string
  readonly digest: Digest
  /** Every version of these bytes. */
  readonly versions: readonly ModelVersion[]
  /** About the digest and the digests of the versions' files, newest first. */
  readonly records: readonly EvidenceRecord[]
  readonly nowMs: number
  /** By name of the version; an approval speaks only where it counts and is one of enough. */
  readonly standings?: ReadonlyMap<string, ApprovalStanding>
}

const RANK: Readonly<Record<ScanResult, number>> = { clean: 0, unverified: 1, missing: 2, blocked: 3 }
const IN_USE: ReadonlySet<string> = new Set(['approved', 'deployed'])

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
const byText =
  <T>(of: (one: T) => string) =>
  (a: T, b: T): number =>
    of(a) < of(b) ? -1 : Number(of(a) > of(b))

const isResult = (value: unknown): value is Exclude<ScanResult, 'missing'> =>
  value === 'clean' || value === 'unverified' || value === 'blocked'

/** Records that count, of one type and tenant, newest first. */
const counting = ({ records, tenant }: FactSources, type: string): EvidenceRecord[] =>
  records
    .filter(
      ({ predicateType, verified, predicate }) =>
        verified && predicateType === type && predicate.tenant === tenant,
    )
    .sort((a, b) => byText(({ createdAt, id }: EvidenceRecord) => `${createdAt} ${id}`)(b, a))

/**
 * What speaks for the digest: the versions in use when there are any. Registering the same bytes once more, with a bad
 * file beside them or stricter limits, must not stop what is served.
 */
const spokenFor = ({ versions }: FactSources): readonly ModelVersion[] => {
  const used = versions.filter(({ stage }) => IN_USE.has(stage))
  return used.length === 0 ? versions : used
}

/** Files of the versions that speak, each once. */
const filesOf = (sources: FactSources): ArtifactRef[] => {
  const files = new Map(
    spokenFor(sources).flatMap(({ artifacts }) => artifacts.map((one) => [`${one.digest} ${one.path}`, one])),
  )
  return [...files.values()].sort(byText(({ path, digest }) => `${path} ${digest}`))
}

const fileScan = (file: ArtifactRef, scans: readonly EvidenceRecord[]): VerdictFileScan => {
  const { path, role, digest } = file
  const found = scans.find(
    ({ subjectDigest, predicate }) => subjectDigest === digest && predicate.path === path,
  )
  if (found === undefined || !isResult(found.predicate.result))
    return { path, role, digest, result: 'missing', rules: [] }
  const { result, format, rules, scannedAt } = found.predicate
  return {
    path,
    role,
    digest,
    result,
    format: text(format),
    rules: texts(rules),
    evidence: found.id,
    scannedAt: text(scannedAt),
  }
}

type Cover = { readonly digest?: unknown; readonly path?: unknown; readonly rules?: unknown }

/** Something that a waiver may cover: a file that could not be verified. */
type Open = { readonly digest: string; readonly path: string; readonly rules: readonly string[] }

const covers = (waiver: EvidenceRecord, open: Open): boolean =>
  Array.isArray(waiver.predicate.covers) &&
  (waiver.predicate.covers as readonly (Cover | null)[]).some((cover) => {
    const rules = texts(cover?.rules)
    return (
      cover?.digest === open.digest &&
      cover.path === open.path &&
      open.rules.every((rule) => rules.includes(rule))
    )
  })

/** Waivers that together cover all that is open; none unless they cover all of it. */
const waiversOf = (sources: FactSources, open: readonly Open[]): VerdictWaiver[] => {
  const valid = counting(sources, PREDICATE.waiver).filter(
    ({ predicate }) =>
      predicate.expiresAt === undefined || Date.parse(text(predicate.expiresAt)) > sources.nowMs,
  )
  const used = open.map((one) => valid.find((waiver) => covers(waiver, one)))
  if (used.length === 0 || used.includes(undefined)) return []
  return [...new Set(used as EvidenceRecord[])].map(({ id, predicate }) => ({
    by: text(predicate.by),
    reason: text(predicate.reason),
    at: text(predicate.waivedAt),
    ...(predicate.expiresAt === undefined ? {} : { expiresAt: text(predicate.expiresAt) }),
    evidence: id,
  }))
}

const scanOf = (sources: FactSources): VerdictScan => {
  const scans = counting(sources, PREDICATE.scan)
  const files = filesOf(sources).map((file) => fileScan(file, scans))
  const result = files.reduce<ScanResult>(
    (worst, file) => (RANK[file.result] > RANK[worst] ? file.result : worst),
    files.length === 0 ? 'missing' : 'clean',
  )
  const open = files.filter((file) => file.result === 'unverified')
  return { result, files, waivers: waiversOf(sources, open) }
}

/** Records that speak for the digest itself: made in this tenant, or received from a signer for one of its versions. */
const signaturesOf = ({ records, digest }: FactSources): EvidenceRecord[] =>
  records.filter(
    ({ predicateType, subjectDigest }) => predicateType === PREDICATE.signature && subjectDigest === digest,
  )

const signatureOf = (sources: FactSources): VerdictSignature => {
  const signers = signaturesOf(sources).map(({ id, verified, reasons, createdAt, predicate }) => ({
    signer: text(predicate.signer),
    identity: text(predicate.identity),
    counts: verified,
    ...(verified ? {} : { why: reasons.join('; ') }),
    at: createdAt,
    evidence: id,
  }))
  const result = signers.some(({ counts }) => counts) ? 'trusted' : signers.length > 0 ? 'untrusted' : 'none'
  return { result, signers: signers.sort(byText(({ at, evidence }) => `${at} ${evidence}`)) }
}

const provenanceOf = (sources: FactSources): VerdictProvenance => {
  const statements = signaturesOf(sources)
    .filter(({ verified, predicate }) => verified && predicate.predicateType !== MODEL_PREDICATE_TYPE)
    .map(({ id, predicate }) => ({
      predicateType: text(predicate.predicateType),
      signer: text(predicate.signer),
      evidence: id,
    }))
    .sort(byText(({ evidence }) => evidence))
  return { result: statements.length === 0 ? 'none' : 'attested', statements }
}

/** The scan looks at the graphs of ONNX models; these are its rules about them. */
const GRAPH_RULES: ReadonlySet<string> = new Set(['onnx-trigger', 'onnx-graph'])

const graphLintOf = ({ files, waivers }: VerdictScan): VerdictGraphLint => {
  const models = files.filter(({ role }) => role === 'model')
  const graphs = models.filter(({ format }) => format === 'onnx')
  const [first] = graphs
  if (first === undefined) {
    const isOpen = models.some(({ result }) => result === 'missing')
    return { result: isOpen ? 'missing' : 'not-applicable', rules: [], waivers: [] }
  }
  const rules = [
    ...new Set(graphs.flatMap((file) => file.rules.filter((rule) => GRAPH_RULES.has(rule)))),
  ].sort()
  return {
    result: rules.length === 0 ? 'clean' : 'suspicious',
    rules,
    waivers: rules.length === 0 ? [] : waivers,
    ...(first.evidence === undefined ? {} : { evidence: first.evidence }),
    ...(first.scannedAt === undefined ? {} : { at: first.scannedAt }),
  }
}

const metricsOf = (value: unknown): Record<string, number> =>
  Object.fromEntries(
    Object.entries((value ?? {}) as Record<string, unknown>).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  )

const assessmentOf = (sources: FactSources): VerdictAssessment => {
  const names = spokenFor(sources).map(formatModelVersionRef)
  const all = counting(sources, PREDICATE.assessment)
  const newest = names.flatMap((name) => all.find(({ subjectName }) => subjectName === name) ?? [])
  const found = newest.find(({ predicate }) => predicate.result !== 'passed') ?? newest[0]
  if (found === undefined) return { result: 'missing', reasons: [], metrics: {} }
  const { result, reasons, metrics, assessedAt } = found.predicate
  return {
    result: result === 'passed' ? 'passed' : 'failed',
    reasons: texts(reasons),
    metrics: metricsOf(metrics),
    at: text(assessedAt),
    evidence: found.id,
  }
}

const approvalsOf = (sources: FactSources): VerdictApproval[] => {
  const counts = ({ id, subjectName }: EvidenceRecord): boolean => {
    const standing = sources.standings?.get(subjectName)
    return standing?.met === true && standing.counted.includes(id)
  }
  return counting(sources, PREDICATE.approval)
    .filter(counts)
    .filter(
      ({ subjectName, subjectDigest, predicate }) =>
        subjectDigest === sources.digest &&
        `${text(predicate.model)}:${text(predicate.version)}` === subjectName,
    )
    .map(({ id, subjectName, predicate }) => ({
      subject: subjectName,
      approver: text(predicate.approver),
      reason: text(predicate.reason),
      at: text(predicate.approvedAt),
      evidence: id,
    }))
    .sort(byText(({ at, evidence }) => `${at} ${evidence}`))
}

/** How the approvals of the versions in use stand. */
const quorumsOf = ({ versions, standings }: FactSources): VerdictQuorum[] =>
  versions
    .filter(({ stage }) => IN_USE.has(stage))
    .map((version) => {
      const subject = formatModelVersionRef(version)
      const { met = false, reasons = [], expiresAt } = standings?.get(subject) ?? {}
      return { subject, met, reasons: [...reasons], ...(expiresAt === undefined ? {} : { expiresAt }) }
    })
    .sort(byText(({ subject }) => subject))

/** Denials that nobody lifted: the newest statement under each name counts. */
const denialsOf = (sources: FactSources): VerdictDenial[] => {
  const newest = new Map<string, EvidenceRecord>()
  for (const record of counting(sources, PREDICATE.denial)) {
    const name = text(record.predicate.denial)
    if (record.subjectDigest === sources.digest && !newest.has(name)) newest.set(name, record)
  }
  return [...newest.values()]
    .filter(({ predicate }) => predicate.state !== 'lifted')
    .map(({ id, predicate }) => ({
      denial: text(predicate.denial),
      by: text(predicate.by),
      reason: text(predicate.reason),
      at: text(predicate.at),
      evidence: id,
    }))
    .sort(byText(({ denial }) => denial))
}

export const verdictFacts = (sources: FactSources): VerdictFacts => {
  const scan = scanOf(sources)
  const denials = denialsOf(sources)
  return {
    schema: VERDICT_SCHEMA,
    tenant: sources.tenant,
    digest: sources.digest,
    subjects: sources.versions
      .map((version) => ({ name: formatModelVersionRef(version), stage: version.stage }))
      .sort(byText(({ name }) => name)),
    scan,
    signature: signatureOf(sources),
    provenance: provenanceOf(sources),
    graphLint: graphLintOf(scan),
    assessment: assessmentOf(sources),
    approvals: approvalsOf(sources),
    quorums: quorumsOf(sources),
    ...(denials.length === 0 ? {} : { denials }),
  }
}
