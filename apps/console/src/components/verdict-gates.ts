/** What a verdict says, gate by gate, with what found it and when. Pure. */
import type { Verdict } from '../api/verdict-queries.ts'

export type GateTone = 'ok' | 'bad' | 'open'

export type VerdictGate = {
  readonly title: string
  readonly tone: GateTone
  readonly answer: string
  readonly detail: string
  readonly at: string | undefined
  /** Statements that the answer rests on. */
  readonly evidence: readonly string[]
}

const OK = new Set(['clean', 'trusted', 'attested', 'passed', 'not-applicable'])
const OPEN = new Set(['none', 'missing'])

const toneOf = (answer: string): GateTone => (OK.has(answer) ? 'ok' : OPEN.has(answer) ? 'open' : 'bad')
const newest = (times: readonly (string | undefined)[]): string | undefined =>
  times
    .filter((time): time is string => time !== undefined && time !== '')
    .sort()
    .at(-1)
const present = (ids: readonly (string | undefined)[]): string[] => ids.filter((id) => id !== undefined)

const waived = (waivers: Verdict['scan']['waivers']): string =>
  waivers.map(({ by, reason }) => `waived by ${by}: ${reason}`).join('; ')

const scanGate = ({ scan }: Verdict): VerdictGate => {
  const told = scan.files.filter(({ result }) => result !== 'clean')
  const files = told.map(
    ({ path, result, rules }) => `${path} ${result}${rules.length > 0 ? `: ${rules.join(', ')}` : ''}`,
  )
  const isWaived = scan.result === 'unverified' && scan.waivers.length > 0
  return {
    title: 'Scan',
    tone: isWaived ? 'ok' : toneOf(scan.result),
    answer: scan.result,
    detail:
      [...files, waived(scan.waivers)].filter((one) => one !== '').join('; ') || `${scan.files.length} files`,
    at: newest(scan.files.map(({ scannedAt }) => scannedAt)),
    evidence: present([
      ...scan.files.map(({ evidence }) => evidence),
      ...scan.waivers.map(({ evidence }) => evidence),
    ]),
  }
}

const signatureGate = ({ signature }: Verdict): VerdictGate => ({
  title: 'Signature',
  tone: toneOf(signature.result),
  answer: signature.result,
  detail: signature.signers
    .map(({ signer, why }) => (why === undefined ? signer : `${signer}: ${why}`))
    .join('; '),
  at: newest(signature.signers.map(({ at }) => at)),
  evidence: signature.signers.map(({ evidence }) => evidence),
})

/** In the order in which a version meets them. */
export const verdictGates = (verdict: Verdict): readonly VerdictGate[] => {
  const { provenance, graphLint, assessment, approvals, quorums = [] } = verdict
  const lacking = quorums.flatMap(({ subject, reasons }) => reasons.map((why) => `${subject}: ${why}`))
  return [
    scanGate(verdict),
    signatureGate(verdict),
    {
      title: 'Provenance',
      tone: toneOf(provenance.result),
      answer: provenance.result,
      detail: provenance.statements
        .map(({ signer, predicateType }) => `${predicateType} by ${signer}`)
        .join('; '),
      at: undefined,
      evidence: provenance.statements.map(({ evidence }) => evidence),
    },
    {
      title: 'Graph',
      tone: graphLint.waivers.length > 0 ? 'ok' : toneOf(graphLint.result),
      answer: graphLint.result,
      detail: [graphLint.rules.join(', '), waived(graphLint.waivers)].filter((one) => one !== '').join('; '),
      at: graphLint.at,
      evidence: present([graphLint.evidence]),
    },
    {
      title: 'Assessment',
      tone: toneOf(assessment.result),
      answer: assessment.result,
      detail: assessment.reasons.join('; '),
      at: assessment.at,
      evidence: present([assessment.evidence]),
    },
    {
      title: 'Approvals',
      tone: approvals.length > 0 ? 'ok' : lacking.length > 0 ? 'bad' : 'open',
      answer: approvals.length > 0 ? String(approvals.length) : lacking.length > 0 ? 'not enough' : 'none',
      detail: [
        ...approvals.map(({ approver, subject, reason }) => `${approver} for ${subject}: ${reason}`),
        ...lacking,
      ].join('; '),
      at: newest(approvals.map(({ at }) => at)),
      evidence: approvals.map(({ evidence }) => evidence),
    },
  ]
}
