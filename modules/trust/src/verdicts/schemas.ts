/** Shapes of verdicts on the wire; @rampart/domain has the same as types. */
import { STAGES } from '@rampart/domain'
import { Type } from 'typebox'

const strings = Type.Array(Type.String())
const text = Type.String()
const maybe = Type.Optional(text)
const Decision = Type.Enum(['allow', 'deny'])
const ScanResult = Type.Enum(['clean', 'unverified', 'blocked', 'missing'])
const Subject = Type.Object({ name: text, stage: Type.Enum([...STAGES]) })

export const EnvelopeSchema = Type.Object({
  payloadType: text,
  payload: text,
  signatures: Type.Array(Type.Object({ keyid: text, sig: text })),
})

const Waivers = Type.Array(
  Type.Object({ by: text, reason: text, at: text, expiresAt: maybe, evidence: text }),
  { description: 'not empty only when they cover everything that needs one' },
)

const Scan = Type.Object({
  result: ScanResult,
  files: Type.Array(
    Type.Object({
      path: text,
      role: text,
      digest: text,
      result: ScanResult,
      format: maybe,
      rules: strings,
      evidence: maybe,
      scannedAt: maybe,
    }),
  ),
  waivers: Waivers,
})

const Signature = Type.Object({
  result: Type.Enum(['trusted', 'untrusted', 'none']),
  signers: Type.Array(
    Type.Object({
      signer: text,
      identity: text,
      counts: Type.Boolean(),
      why: maybe,
      at: text,
      evidence: text,
    }),
  ),
})

const Provenance = Type.Object({
  result: Type.Enum(['attested', 'none']),
  statements: Type.Array(Type.Object({ predicateType: text, signer: text, evidence: text })),
})

const GraphLint = Type.Object({
  result: Type.Enum(['clean', 'suspicious', 'missing', 'not-applicable']),
  rules: strings,
  waivers: Waivers,
  evidence: maybe,
  at: maybe,
})

const Assessment = Type.Object({
  result: Type.Enum(['passed', 'failed', 'missing']),
  reasons: strings,
  metrics: Type.Record(Type.String(), Type.Number()),
  at: maybe,
  evidence: maybe,
})

const VerdictSchema = Type.Object({
  schema: text,
  tenant: text,
  digest: text,
  subjects: Type.Array(Subject),
  scan: Scan,
  signature: Signature,
  provenance: Provenance,
  graphLint: GraphLint,
  assessment: Assessment,
  approvals: Type.Array(
    Type.Object({ subject: text, approver: text, reason: text, at: text, evidence: text }),
  ),
  denials: Type.Optional(
    Type.Array(Type.Object({ denial: text, by: text, reason: text, at: text, evidence: text })),
  ),
  quorums: Type.Optional(
    Type.Array(Type.Object({ subject: text, met: Type.Boolean(), reasons: strings, expiresAt: maybe }), {
      description: 'how the approvals of each version in use stand',
    }),
  ),
  policyBundleDigest: text,
  decision: Decision,
  reasons: strings,
  issuedAt: text,
  expiresAt: text,
})

export const SignedVerdictSchema = Type.Object({
  verdict: VerdictSchema,
  envelope: EnvelopeSchema,
  verdictDigest: Type.String({ description: 'SHA-256 of the envelope as canonical JSON' }),
})

export const VerdictSummary = Type.Object({
  digest: text,
  subjects: Type.Array(Subject),
  decision: Decision,
  reasons: strings,
  scan: ScanResult,
  signature: Type.Enum(['trusted', 'untrusted', 'none']),
  issuedAt: text,
  expiresAt: text,
  verdictDigest: text,
})

export const HistoryEntry = Type.Object({
  decision: Decision,
  reasons: strings,
  cause: Type.String({ description: 'what made it be asked again' }),
  issuedAt: text,
  envelope: EnvelopeSchema,
})

export const ScanView = Type.Object({
  digest: text,
  path: text,
  state: Type.Enum(['pending', 'running', 'done', 'failed']),
  result: maybe,
  evidenceId: maybe,
  note: maybe,
  updatedAt: text,
})
