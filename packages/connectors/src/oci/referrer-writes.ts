/** Manifests that refer to another: pushed, listed in the stand-in tag where there is no referrers API, and deleted. */
import type { RegistryCall } from '@rampart/domain'
import { digestOf } from './distribution-session.ts'
import type { DistributionWrites } from './distribution-writes.ts'
import { type Descriptor, EMPTY_TYPE, INDEX_TYPE, MANIFEST_TYPE } from './manifest.ts'
import { fallbackTag } from './names.ts'
import type { ReferrersReader } from './referrers.ts'

// The empty descriptor of the image specification 1.1: content and configuration of what has none.
export const EMPTY = new TextEncoder().encode('{}')
const EMPTY_DESCRIPTOR = { mediaType: EMPTY_TYPE, digest: digestOf(EMPTY), size: EMPTY.length }

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

export const artifact = (artifactType: string, rest: Record<string, unknown>): Uint8Array =>
  encode({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType,
    config: EMPTY_DESCRIPTOR,
    layers: [EMPTY_DESCRIPTOR],
    ...rest,
  })

export type Referring = { readonly repository: string; readonly subject: string }
/** `bytes` are those of its manifest. */
export type Referrer = {
  readonly artifactType: string
  readonly annotations: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

export const createReferrerWrites = ({
  writes,
  referrers,
}: {
  readonly writes: DistributionWrites
  readonly referrers: ReferrersReader
}) => {
  /** The stand-in tag: `old` leaves the list, `added` joins it. */
  const writeCarrier = async (
    { repository, subject }: Referring,
    added: Descriptor | undefined,
    old: readonly string[],
    call: RegistryCall,
  ): Promise<void> => {
    const present = await referrers.byTag(repository, subject, call)
    const others = present.filter(({ digest }) => digest !== added?.digest && !old.includes(digest))
    const manifests = added === undefined ? others : [...others, added]
    const bytes = encode({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests })
    await writes.putManifest(repository, fallbackTag(subject), { mediaType: INDEX_TYPE, bytes }, call)
  }

  return {
    /** Pushes one and deletes `old`, which must not be needed any more: a registry may keep them. Its digest. */
    replace: async (
      at: Referring,
      { artifactType, annotations, bytes }: Referrer,
      old: readonly string[],
      call: RegistryCall,
    ): Promise<string> => {
      const digest = digestOf(bytes)
      await writes.putBlob(at.repository, EMPTY, call)
      await writes.putManifest(at.repository, digest, { mediaType: MANIFEST_TYPE, bytes }, call)
      const gone = old.filter((one) => one !== digest)
      if (referrers.usesTags()) {
        const entry = { mediaType: MANIFEST_TYPE, digest, size: bytes.length, artifactType, annotations }
        await writeCarrier(at, entry, gone, call)
      }
      for (const one of gone) await writes.deleteReference(at.repository, one, call)
      return digest
    },
    remove: async (at: Referring, digest: string, call: RegistryCall): Promise<void> => {
      if (referrers.usesTags()) await writeCarrier(at, undefined, [digest], call)
      await writes.deleteReference(at.repository, digest, call)
    },
  }
}
