/** Documents about a version for people and tools elsewhere: the bill of materials, and signed SLSA-style provenance. */
import type { Readable } from 'node:stream'
import { type BomSpec, encodeBom, SLSA_PROVENANCE } from '@rampart/codecs'
import {
  type Digest,
  digestHex,
  type Envelope,
  formatModelVersionRef,
  type ModelVersion,
  type ModelVersionRef,
} from '@rampart/domain'
import { versionFacts } from './bom-facts.ts'
import type { Trust } from './trust.ts'

/** What the inventory knows; wired in the control plane. */
export interface VersionSource {
  get(tenant: string, ref: ModelVersionRef): Promise<ModelVersion>
  openArtifact(digest: Digest): Promise<Readable>
}

export type ModelDocumentDeps = {
  readonly trust: Pick<Trust, 'evidenceFor' | 'seal'>
  readonly versions: VersionSource
  readonly product: { readonly version: string }
}

const MAX_CARD_BYTES = 1024 * 1024
const BUILD_TYPE = 'https://rampart.dev/provenance/registration/v1'
const BUILDER = 'https://rampart.dev/control-plane/v1'

const readCard = async (versions: VersionSource, { artifacts }: ModelVersion): Promise<string> => {
  const card = artifacts.find(({ role, sizeBytes }) => role === 'card' && sizeBytes <= MAX_CARD_BYTES)
  if (card === undefined) return ''
  const chunks: Buffer[] = []
  for await (const chunk of await versions.openArtifact(card.digest)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** SLSA provenance v1 of what happened here: these artifacts became this version, registered by this principal. */
const provenancePredicate = (version: ModelVersion, productVersion: string): Record<string, unknown> => ({
  buildDefinition: {
    buildType: BUILD_TYPE,
    externalParameters: { model: version.name, version: version.version },
    internalParameters: { registeredBy: version.createdBy, tenant: version.tenant },
    resolvedDependencies: version.artifacts.map(({ path, role, digest }) => ({
      name: path,
      digest: { sha256: digestHex(digest) },
      annotations: { role },
    })),
  },
  runDetails: {
    builder: { id: BUILDER, version: { rampart: productVersion } },
    metadata: { startedOn: version.createdAt, finishedOn: version.createdAt },
  },
})

export const createModelDocuments = ({ trust, versions, product }: ModelDocumentDeps) => ({
  /** The same state gives the same bytes. Throws what the version source throws. */
  bom: async (tenant: string, ref: ModelVersionRef, spec: BomSpec): Promise<string> => {
    const version = await versions.get(tenant, ref)
    const [records, card] = await Promise.all([
      trust.evidenceFor(tenant, version.digest),
      readCard(versions, version),
    ])
    // The same bytes may be registered under several names: evidence about another version is not about this one.
    const own = records.filter(({ subjectName }) => subjectName === formatModelVersionRef(version))
    return encodeBom(versionFacts(version, own, { card, toolVersion: product.version }), spec)
  },
  /** Signed with the installation's key, of which GET /keys gives the public half; not stored. */
  provenance: async (tenant: string, ref: ModelVersionRef): Promise<Envelope> => {
    const version = await versions.get(tenant, ref)
    return trust.seal({
      subjectName: formatModelVersionRef(version),
      digest: version.digest,
      predicateType: SLSA_PROVENANCE,
      predicate: provenancePredicate(version, product.version),
    })
  },
})
