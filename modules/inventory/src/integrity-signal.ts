/** What is said about a file in use whose bytes are not those it is named by. Pure. */
import type { Digest, SignalInput } from '@rampart/domain'

/** A file of versions in use, as one tenant has it. */
export type GuardedArtifact = {
  readonly tenant: string
  readonly digest: Digest
  /** `NAME:VERSION` of the versions that have it. */
  readonly versions: readonly string[]
  /** Digests of those versions; a version with one model file has the file's. */
  readonly versionDigests: readonly Digest[]
}

export type Finding =
  | { readonly state: 'intact' }
  | { readonly state: 'changed'; readonly found: Digest }
  | { readonly state: 'lost'; readonly reason: string }

const MOST_NAMED = 24
/** MITRE ATLAS: manipulate AI model. */
const MANIPULATED = 'AML.T0018'

const titleOf = (digest: Digest, finding: Finding): string => {
  switch (finding.state) {
    case 'intact':
      return `The file ${digest.slice(0, 19)} in the artifact store has its own bytes`
    case 'changed':
      return `The file ${digest.slice(0, 19)} in the artifact store was changed: it has ${finding.found.slice(0, 19)} now`
    case 'lost':
      return `The file ${digest.slice(0, 19)} in the artifact store cannot be read (${finding.reason})`
  }
}

/** Read from the disk and hashed: not a matter of chance, so it has no p-value. */
export const integritySignal = (
  { digest, versions, versionDigests }: GuardedArtifact,
  finding: Finding,
  time: string,
): SignalInput => ({
  key: `inventory.integrity:${digest}`,
  state: finding.state === 'intact' ? 'cleared' : 'raised',
  time,
  detector: 'inventory.integrity',
  title: titleOf(digest, finding),
  severity: finding.state === 'changed' ? 'critical' : 'high',
  entity: { kind: 'artifact', id: digest },
  related: [
    ...versionDigests
      .filter((one) => one !== digest)
      .slice(0, MOST_NAMED)
      .map((id) => ({ kind: 'artifact' as const, id })),
    ...versions.slice(0, MOST_NAMED).map((id) => ({ kind: 'model-version' as const, id })),
  ],
  techniques: finding.state === 'changed' ? [MANIPULATED] : [],
  evidence: { digest, ...finding, versions: versions.slice(0, MOST_NAMED) },
})
