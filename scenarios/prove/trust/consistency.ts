/** After a restart: everything acknowledged is there, nothing is there twice, and each verdict says what the evidence says. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Digest, Envelope, SignedVerdict } from '../../../packages/domain/src/index.ts'
import { canonicalDigest, readVerdict, readVerificationKey } from '../../../packages/signing/src/index.ts'
import type { Plane } from '../kill/plane.ts'
import { type Subject, versionPath } from './steps.ts'

type Evidence = {
  readonly predicateType: string
  readonly subjectDigest: string
  readonly verified: boolean
  readonly predicate: Readonly<Record<string, unknown>>
}
type Passport = {
  readonly stage: string
  readonly evidence: readonly Evidence[]
  readonly transitions: readonly { readonly to: string }[]
}
type Entry = { readonly decision: string; readonly envelope: Envelope }

const SETTLE_MS = 30_000

const of = (facts: readonly Evidence[], type: string): Evidence[] =>
  facts.filter(({ predicateType }) => predicateType.includes(`/attestation/${type}/`))

const get = async <T>(plane: Plane, path: string): Promise<T> => {
  const { status, body } = await plane.ask('GET', path)
  if (status !== 200) throw new Error(`GET ${path} answered ${status}`)
  return body as T
}

/** Scans are made again after a kill, but counted once. */
const scanFaults = (subject: Subject, facts: readonly Evidence[]): string[] =>
  subject.files.flatMap(({ path, digest }) => {
    const scans = of(facts, 'artifact-scan').filter(({ subjectDigest }) => subjectDigest === digest)
    const [only] = scans
    if (scans.length !== 1) return [`${path} has ${scans.length} scans`]
    return only?.verified === true && only.predicate.result === 'clean'
      ? []
      : [`the scan of ${path} is not clean`]
  })

const acknowledgedFaults = (subject: Subject, passport: Passport): string[] => {
  const { acknowledged } = subject
  const lost = acknowledged.filter((what) => {
    if (what === 'approved' || what === 'deployed') return !passport.transitions.some(({ to }) => to === what)
    if (what === 'signature') return of(passport.evidence, 'signature').length !== 1
    return false
  })
  const approvals = of(passport.evidence, 'approval').length
  const isApproved = passport.transitions.some(({ to }) => to === 'approved')
  return [
    ...lost.map((what) => `LOST ${what}`),
    ...(approvals === Number(isApproved)
      ? []
      : [`${approvals} approvals for a stage reached ${Number(isApproved)}×`]),
  ]
}

const verdictFaults = (signed: SignedVerdict, passport: Passport, history: readonly Entry[]): string[] => {
  const { verdict } = signed
  const signatures = of(passport.evidence, 'signature')
  const counts = signatures.some(({ verified }) => verified)
  const signature = counts ? 'trusted' : signatures.length > 0 ? 'untrusted' : 'none'
  // An approval rests on the signatures there were: when none counts any more, it counts no more either.
  const approvals = signature === 'untrusted' ? 0 : of(passport.evidence, 'approval').length
  const [stage] = verdict.subjects
  const isAllowed =
    ['approved', 'deployed'].includes(passport.stage) &&
    signature !== 'untrusted' &&
    verdict.scan.result === 'clean'
  const wrong: [boolean, string][] = [
    [stage?.stage !== passport.stage, `the verdict says ${stage?.stage}, the version is ${passport.stage}`],
    [
      verdict.signature.result !== signature,
      `the verdict says ${verdict.signature.result}, evidence says ${signature}`,
    ],
    [verdict.approvals.length !== approvals, 'approvals differ from the evidence'],
    [
      (verdict.decision === 'allow') !== isAllowed,
      `the verdict is ${verdict.decision}: ${verdict.reasons.join('; ')}`,
    ],
    [history[0]?.decision !== verdict.decision, 'the newest entry of the history says something else'],
    [
      new Set(history.map(({ envelope }) => canonicalDigest(envelope))).size !== history.length,
      'an entry of the history is there twice',
    ],
  ]
  return wrong.flatMap(([isWrong, why]) => (isWrong ? [why] : []))
}

const envelopeFaults = async (plane: Plane, digest: string, signed: SignedVerdict): Promise<string[]> => {
  const { items } = await get<{ items: { use: string; pem: string }[] }>(plane, '/api/v1/keys')
  const keys = items.filter(({ use }) => use === 'evidence').map(({ pem }) => readVerificationKey(pem))
  const reading = readVerdict(signed.envelope, keys)
  if (!('verdict' in reading)) return [`the envelope is not verified: ${reading.reasons.join('; ')}`]
  return reading.verdict.digest === (digest as Digest) ? [] : ['the envelope is about another digest']
}

const faultsOf = async (plane: Plane, subject: Subject): Promise<string[]> => {
  const passport = await get<Passport>(plane, versionPath(subject))
  const signed = await get<SignedVerdict>(plane, `/api/v1/verdicts/${subject.digest}`)
  const { items } = await get<{ items: Entry[] }>(
    plane,
    `/api/v1/verdicts/${subject.digest}/history?limit=500`,
  )
  const revoked = subject.acknowledged.includes('revocation')
  const signer = revoked
    ? await get<{ state: string }>(plane, `/api/v1/signers/${subject.signer}`)
    : { state: 'revoked' }
  return [
    ...scanFaults(subject, passport.evidence),
    ...acknowledgedFaults(subject, passport),
    ...verdictFaults(signed, passport, items),
    ...(await envelopeFaults(plane, subject.digest, signed)),
    ...(signer.state === 'revoked' ? [] : ['LOST revocation']),
    ...(revoked && passport.stage === 'deployed'
      ? ['a version without a signature that counts is deployed']
      : []),
  ]
}

/** What is wrong with one version once the work that a kill cut off has been made good; empty when nothing is. */
export const inconsistencies = async (plane: Plane, subject: Subject): Promise<string[]> => {
  if (!subject.acknowledged.includes('registration')) return []
  let wrong: string[] = []
  for (const end = Date.now() + SETTLE_MS; Date.now() < end; await delay(200)) {
    wrong = await faultsOf(plane, subject).catch((error: Error) => [error.message])
    if (wrong.length === 0) return []
  }
  return wrong.map((why) => `${subject.name}: ${why}`)
}

/** Files that a cut-off upload or write left behind. */
export const leftovers = (home: string): string[] => {
  const incoming = join(home, 'artifacts', 'incoming')
  const uploads = existsSync(incoming) ? readdirSync(incoming) : []
  const drafts = readdirSync(join(home, 'keys')).filter((name) => /\.(draft|tmp|unfinished)$/.test(name))
  return [...uploads, ...drafts].map((name) => `${name} was left behind`)
}
