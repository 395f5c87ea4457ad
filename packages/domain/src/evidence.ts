/** Evidence: an in-toto Statement v1 in a DSSE envelope (in-toto attestation spec v1, DSSE v1.0.2). */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const DSSE_PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** Predicate types of the statements this product makes. */
export const PREDICATE = {
  assessment: 'https://rampart.dev/attestation/assessment/v1',
  approval: 'https://rampart.dev/attestation/approval/v1',
  /** Somebody who may has refused to approve a version as it is. */
  rejection: 'https://rampart.dev/attestation/rejection/v1',
  /** A signature or attestation of a trusted signer was verified here. */
  signature: 'https://rampart.dev/attestation/signature/v1',
  /** What the artifact scanner found in one file. */
  scan: 'https://rampart.dev/attestation/artifact-scan/v1',
  /** Somebody who may takes what the scan could not verify upon himself, with a reason. */
  waiver: 'https://rampart.dev/attestation/waiver/v1',
  /** The bytes are denied, or a denial of them is lifted, whatever else speaks for them. */
  denial: 'https://rampart.dev/attestation/denial/v1',
  /** Everything about one digest, summed up. */
  verdict: 'https://rampart.dev/attestation/verdict/v1',
} as const

export type StatementSubject = { readonly name: string; readonly digest: Readonly<Record<string, string>> }

export type Statement<P = Readonly<Record<string, unknown>>> = {
  readonly _type: typeof STATEMENT_TYPE
  readonly subject: readonly StatementSubject[]
  readonly predicateType: string
  readonly predicate: P
}

export type EnvelopeSignature = { readonly keyid: string; readonly sig: string }

/** DSSE envelope; `payload` and `sig` are standard base64. */
export type Envelope = {
  readonly payloadType: string
  readonly payload: string
  readonly signatures: readonly EnvelopeSignature[]
}

/** What assessment measured; `result` is what promotion policy reads. */
export type AssessmentPredicate = {
  readonly model: string
  readonly version: string
  readonly tenant: string
  readonly result: 'passed' | 'failed'
  readonly reasons: readonly string[]
  readonly signature?: unknown
  readonly metrics: Readonly<Record<string, number>>
  readonly limits: Readonly<Record<string, number>>
  readonly rows: number
  readonly referenceDigest?: string
  readonly runtime: string
  readonly durationMs: number
  readonly assessedAt: string
}

export type ApprovalPredicate = {
  readonly model: string
  readonly version: string
  readonly tenant: string
  readonly approver: string
  readonly reason: string
  readonly decisionId: string
  readonly approvedAt: string
  /** What follows is absent in statements made before approvals were counted. Roles of whose right it is. */
  readonly roles?: readonly string[]
  /** Whose right was used, and by which delegation. */
  readonly onBehalfOf?: string
  readonly delegation?: string
  readonly request?: string
  /** Digests of the evidence and the policy that it rests on: it counts as long as they are the same. */
  readonly evidenceDigest?: string
  readonly policyDigest?: string
  readonly expiresAt?: string
}

export type RejectionPredicate = {
  readonly model: string
  readonly version: string
  readonly tenant: string
  readonly rejectedBy: string
  readonly reason: string
  readonly decisionId: string
  readonly rejectedAt: string
  readonly roles: readonly string[]
  /** Whose right was used. */
  readonly onBehalfOf?: string
  readonly request: string
  /** Digests of the evidence and the policy that were looked at. */
  readonly evidenceDigest: string
  readonly policyDigest: string
}

/** One scan of one artifact. `path` is the name it was scanned under; a name can promise another format. */
export type ScanPredicate = {
  readonly tenant: string
  readonly path: string
  readonly sizeBytes: number
  readonly result: 'clean' | 'unverified' | 'blocked'
  readonly format: string
  /** Rules that found something in the file or a member, each once, sorted. */
  readonly rules: readonly string[]
  readonly findings: readonly {
    /** The member, as `outer!inner`. */
    readonly path: string
    readonly rule: string
    readonly severity: string
    readonly message: string
    readonly location: string
  }[]
  /** How many findings there were; more than `findings` holds when they were cut. */
  readonly findingsTotal: number
  readonly engine: string
  readonly durationMs: number
  readonly scannedAt: string
}

/** The newest statement under one name counts: a denial holds until it is lifted under its own name. */
export type DenialPredicate = {
  readonly tenant: string
  /** Names the denial; several may hold at once. */
  readonly denial: string
  readonly state: 'denied' | 'lifted'
  readonly by: string
  readonly reason: string
  readonly at: string
}

export type WaiverPredicate = {
  readonly tenant: string
  readonly model: string
  readonly version: string
  /** Exactly what is waived: other rules in the same file are not. */
  readonly covers: readonly {
    readonly digest: string
    readonly path: string
    readonly rules: readonly string[]
  }[]
  readonly by: string
  readonly reason: string
  readonly waivedAt: string
  readonly expiresAt?: string
}
