/** What a machine-learning bill of materials is made of, each fact with the reason to believe it. */
import type { FeatureSpec, TensorSpec } from '@rampart/domain'

/**
 * `declared`: somebody says so. `inferred`: read out of the model's own files. `verified`: computed here, or stated by
 * signed evidence whose signature holds.
 */
export type Tier = 'declared' | 'inferred' | 'verified'
export type Claim<T> = { readonly value: T; readonly tier: Tier }

export type BomFile = {
  /** Relative POSIX path. */
  readonly path: string
  readonly role: string
  /** 64 hex digits. */
  readonly sha256: string
  readonly sizeBytes: number
  readonly format?: Claim<string>
}

export type BomDataset = {
  readonly name: string
  readonly use: 'training' | 'reference' | 'evaluation'
  readonly tier: Tier
  readonly url?: string
  readonly licence?: Claim<string>
  /** The file of the model that holds it. */
  readonly file?: BomFile
}

export type BomMetric = { readonly name: string; readonly value: string; readonly tier: Tier }

export type BomEvidence = {
  readonly predicateType: string
  /** Where it can be read, a relative or absolute reference. */
  readonly url: string
  /** SHA-256 of the envelope's or file's bytes, in hex. */
  readonly sha256: string
  readonly isVerified: boolean
  /** Who signed, as far as known. */
  readonly signer?: string
}

export type BomMaterial = {
  readonly name: string
  readonly digests: Readonly<Record<string, string>>
}

/** How the model was made, in the terms of SLSA provenance. */
export type BomProvenance = {
  readonly builder: string
  readonly buildType: string
  readonly materials: readonly BomMaterial[]
  readonly tier: Tier
}

export type BomFacts = {
  readonly toolVersion: string
  readonly name: string
  readonly version?: string
  /** Digest of the version or of the whole model, 64 hex digits. */
  readonly sha256: string
  /** RFC 3339; left out where no lasting moment is known, so that the same model gives the same bytes. */
  readonly timestamp?: string
  readonly author?: Claim<string>
  readonly description?: Claim<string>
  readonly task?: Claim<string>
  readonly architecture?: Claim<string>
  readonly architectureFamily?: Claim<string>
  readonly labels?: Readonly<Record<string, string>>
  readonly licences: readonly Claim<string>[]
  readonly files: readonly BomFile[]
  readonly datasets: readonly BomDataset[]
  readonly inputs?: Claim<readonly TensorSpec[]>
  readonly outputs?: Claim<readonly TensorSpec[]>
  readonly features?: readonly FeatureSpec[]
  readonly classes?: readonly string[]
  readonly metrics: readonly BomMetric[]
  readonly ancestors: readonly string[]
  readonly evidence: readonly BomEvidence[]
  readonly provenance?: BomProvenance
}
