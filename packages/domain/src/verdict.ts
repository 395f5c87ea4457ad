/** The verdict about one digest: everything that gates it, summed up in one document that is signed and expires. */
import type { Digest } from './digest.ts'
import type { Envelope } from './evidence.ts'
import type { ArtifactRole, Stage } from './model-version.ts'

export const VERDICT_SCHEMA = 'verdict/1'

/** `missing`: nobody looked yet; an answer that is not there never counts as a good one. */
export type ScanResult = 'clean' | 'unverified' | 'blocked' | 'missing'

export type VerdictFileScan = {
  readonly path: string
  readonly role: ArtifactRole
  readonly digest: Digest
  readonly result: ScanResult
  readonly format?: string
  /** Rules that found something, each once, sorted. */
  readonly rules: readonly string[]
  readonly evidence?: string
  readonly scannedAt?: string
}

export type VerdictWaiver = {
  readonly by: string
  readonly reason: string
  readonly at: string
  readonly expiresAt?: string
  readonly evidence: string
}

export type VerdictScan = {
  /** The worst of the files. */
  readonly result: ScanResult
  readonly files: readonly VerdictFileScan[]
  /** Waivers that cover everything unverified now; empty while there is nothing to waive or not all is covered. */
  readonly waivers: readonly VerdictWaiver[]
}

export type VerdictSignature = {
  /** `untrusted`: there are signatures and none of them counts any more. */
  readonly result: 'trusted' | 'untrusted' | 'none'
  readonly signers: readonly {
    readonly signer: string
    readonly identity: string
    readonly counts: boolean
    readonly why?: string
    readonly at: string
    readonly evidence: string
  }[]
}

export type VerdictProvenance = {
  readonly result: 'attested' | 'none'
  readonly statements: readonly {
    readonly predicateType: string
    readonly signer: string
    readonly evidence: string
  }[]
}

export type VerdictGraphLint = {
  /** `not-applicable`: the model is no graph that can be read. */
  readonly result: 'clean' | 'suspicious' | 'missing' | 'not-applicable'
  readonly rules: readonly string[]
  /** The scan's waivers, where they cover `rules`. */
  readonly waivers: readonly VerdictWaiver[]
  readonly evidence?: string
  readonly at?: string
}

export type VerdictAssessment = {
  readonly result: 'passed' | 'failed' | 'missing'
  readonly reasons: readonly string[]
  readonly metrics: Readonly<Record<string, number>>
  readonly at?: string
  readonly evidence?: string
}

export type VerdictApproval = {
  readonly subject: string
  readonly approver: string
  readonly reason: string
  readonly at: string
  readonly evidence: string
}

/** A denial that holds, whatever else speaks for the bytes. */
export type VerdictDenial = {
  readonly denial: string
  readonly by: string
  readonly reason: string
  readonly at: string
  readonly evidence: string
}

/** How the approvals of one version in use stand; `approvals` lists those that count where they are enough. */
export type VerdictQuorum = {
  readonly subject: string
  readonly met: boolean
  readonly reasons: readonly string[]
  /** When the first approval that counts ends. */
  readonly expiresAt?: string
}

/** What does not change with the clock alone: two verdicts with equal content are one. */
export type VerdictContent = {
  readonly schema: typeof VERDICT_SCHEMA
  readonly tenant: string
  readonly digest: Digest
  /** Every version of these bytes, sorted by name. */
  readonly subjects: readonly { readonly name: string; readonly stage: Stage }[]
  readonly scan: VerdictScan
  readonly signature: VerdictSignature
  readonly provenance: VerdictProvenance
  readonly graphLint: VerdictGraphLint
  readonly assessment: VerdictAssessment
  readonly approvals: readonly VerdictApproval[]
  /** Absent in verdicts made before approvals were counted. */
  readonly quorums?: readonly VerdictQuorum[]
  /** Absent when there is none. */
  readonly denials?: readonly VerdictDenial[]
  readonly policyBundleDigest: Digest
  readonly decision: 'allow' | 'deny'
  readonly reasons: readonly string[]
}

export type Verdict = VerdictContent & { readonly issuedAt: string; readonly expiresAt: string }

/** A verdict as it is kept and handed out: the signed envelope is the truth, `verdict` is its reading. */
export type SignedVerdict = {
  readonly verdict: Verdict
  readonly envelope: Envelope
  /** SHA-256 of the envelope's canonical JSON: changes with every signing. */
  readonly verdictDigest: Digest
}
