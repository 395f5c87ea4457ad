/**
 * Signed statements about a version as referrers of its manifest: one artifact each, its one layer the DSSE envelope as
 * it was signed, its type told by an annotation as the in-toto attestation storage convention has it.
 */
import type { AttestationTarget, RegistryAttestations } from '@rampart/domain'
import { parseLocation } from './artifact-files.ts'
import type { DistributionClient } from './distribution-client.ts'
import { digestOf } from './distribution-session.ts'
import type { DistributionWrites } from './distribution-writes.ts'
import { ociErrors } from './errors.ts'
import { isContentDigest } from './names.ts'
import { artifact, createReferrerWrites, EMPTY } from './referrer-writes.ts'
import type { ReferrersReader } from './referrers.ts'

export type AttestationWriterDeps = {
  readonly host: string
  readonly client: DistributionClient
  readonly writes: DistributionWrites
  readonly referrers: ReferrersReader
}

const ENVELOPE_TYPE = 'application/vnd.dsse.envelope.v1+json'
const PREDICATE_TYPE = 'in-toto.io/predicate-type'

export const createAttestationWriter = (deps: AttestationWriterDeps): RegistryAttestations => {
  const { host, client, writes, referrers } = deps
  const { replace, remove } = createReferrerWrites(deps)

  const placeOf = ({ source }: AttestationTarget) => {
    if (!source.startsWith(`${host}/`))
      throw ociErrors.OCI_ANSWER_INVALID(`${source} is not of this registry`)
    const { repository, digest } = parseLocation(source.slice(host.length + 1))
    return { repository, subject: digest }
  }

  return {
    put: async (target, { predicateType, envelope }, call) => {
      const at = placeOf(target)
      const { repository, subject } = at
      const manifest = await client.manifest(repository, subject, call)
      if (manifest === undefined) throw ociErrors.OCI_ANSWER_INVALID(`${target.source} is gone`)
      // Asks once whether the registry knows referrers.
      await referrers.list(repository, subject, true, call)
      const annotations = { [PREDICATE_TYPE]: predicateType }
      const bytes = artifact(ENVELOPE_TYPE, {
        // Registries before 1.1 take the type of an artifact from its configuration.
        config: { mediaType: ENVELOPE_TYPE, digest: digestOf(EMPTY), size: EMPTY.length },
        layers: [
          { mediaType: ENVELOPE_TYPE, digest: digestOf(envelope), size: envelope.length, annotations },
        ],
        subject: { mediaType: manifest.mediaType, digest: subject, size: manifest.bytes.length },
        annotations,
      })
      await writes.putBlob(repository, envelope, call)
      return replace(at, { artifactType: ENVELOPE_TYPE, annotations, bytes }, [], call)
    },
    remove: async (target, name, call) => {
      if (!isContentDigest(name)) return
      const at = placeOf(target)
      await referrers.list(at.repository, at.subject, true, call)
      await remove(at, name, call)
    },
  }
}
