/**
 * Aliases are tags, and tags of versions are the annotations of a referrer that Rampart pushes. Registries know no
 * compare-and-set: what is there is read just before and just after, so only a change within those moments is lost.
 */
import type { RegistryWriter } from '@rampart/domain'
import { createAttestationWriter } from './attestation-writer.ts'
import type { DistributionClient } from './distribution-client.ts'
import { digestOf } from './distribution-session.ts'
import type { DistributionWrites } from './distribution-writes.ts'
import { ociErrors } from './errors.ts'
import { MANIFEST_TYPE } from './manifest.ts'
import { isCarrierTag, isContentDigest, isTag, type Naming } from './names.ts'
import { artifact, createReferrerWrites, EMPTY } from './referrer-writes.ts'
import { isTagsReferrer, ownTags, type ReferrersReader, SEQUENCE, TAGS_TYPE } from './referrers.ts'
import { isVersionTag, type TagTable } from './tag-table.ts'

export type WriterDeps = {
  readonly host: string
  readonly client: DistributionClient
  readonly writes: DistributionWrites
  readonly naming: Naming
  readonly table: TagTable
  readonly referrers: ReferrersReader
}

/** What a removed alias points at where the registry cannot delete a tag alone. */
const TOMBSTONE = artifact('application/vnd.rampart.removed.v1+json', {
  annotations: { 'org.opencontainers.image.description': 'This alias was removed by Rampart.' },
})
const TOMBSTONE_DIGEST = digestOf(TOMBSTONE)

/** Whether an alias points at nothing: its tag could not be deleted. */
export const isTombstone = (digest: string): boolean => digest === TOMBSTONE_DIGEST

const show = (value: string | undefined): string =>
  value === undefined ? 'absent' : JSON.stringify(value.slice(0, 100))

const changed = (what: string, found: string | undefined, expected: string | undefined) =>
  ociErrors.OCI_CHANGED(`${what} is ${show(found)}, expected ${show(expected)}`, {
    details: { found: found ?? null, expected: expected ?? null },
  })

const createTagWriter =
  (deps: WriterDeps): RegistryWriter['setTag'] =>
  async ({ model, version }, key, value, expected, call) => {
    const { client, writes, naming, table, referrers } = deps
    const { replace } = createReferrerWrites({ writes, referrers })
    const repository = naming.repositoryOf(model)
    const what = `tag ${key} of ${model} ${version}`
    const digest = await table.digestOfVersion(repository, version, call)
    const subject = digest === undefined ? undefined : await client.manifest(repository, digest, call)
    if (digest === undefined || subject === undefined) throw changed(what, undefined, expected)
    const before = (await referrers.list(repository, digest, true, call)).filter(isTagsReferrer)
    const { tags, sequence } = ownTags(before)
    if (tags[key] === value) return
    if (tags[key] !== expected) throw changed(what, tags[key], expected)
    const { [key]: _old, ...others } = tags
    const annotations = {
      ...others,
      ...(value === undefined ? {} : { [key]: value }),
      [SEQUENCE]: String(sequence + 1),
    }
    const size = subject.bytes.length
    const bytes = artifact(TAGS_TYPE, {
      subject: { mediaType: subject.mediaType, digest, size },
      annotations,
    })
    const old = before.map((one) => one.digest)
    // Older ones have a lower number, so one that cannot be deleted does no harm.
    await replace({ repository, subject: digest }, { artifactType: TAGS_TYPE, annotations, bytes }, old, call)
    const after = ownTags(await referrers.list(repository, digest, true, call)).tags[key]
    if (after !== value) throw changed(what, after, value)
  }

const createAliasWriter =
  ({ client, writes, naming, table }: WriterDeps): RegistryWriter['setAlias'] =>
  async (model, alias, version, expected, call) => {
    const repository = naming.repositoryOf(model)
    if (!isTag(alias) || isVersionTag(alias) || isCarrierTag(alias))
      throw ociErrors.OCI_URL_INVALID(
        `${show(alias)} is no alias: a tag that is neither a version nor a signature`,
      )
    const what = `alias ${alias} of ${model}`
    const digestOfName = async (name: string | undefined): Promise<string | undefined> =>
      name === undefined || !(isContentDigest(name) || isTag(name))
        ? undefined
        : table.digestOfVersion(repository, name, call)
    const read = async (): Promise<string | undefined> => {
      const digest = await client.digestOfTag(repository, alias, call)
      return digest === undefined || isTombstone(digest) ? undefined : digest
    }
    const wanted = await digestOfName(version)
    const found = await read()
    if (version !== undefined && wanted === undefined) throw changed(`version ${version}`, undefined, version)
    if (found === wanted) return
    // A version that is gone cannot be where the alias points.
    if (found !== (await digestOfName(expected))) throw changed(what, found, expected)
    if (wanted === undefined) {
      // By the specification this takes the tag away and leaves the manifest; registries before 1.1 refuse it.
      const isGone = (await writes.deleteReference(repository, alias, call)) && (await read()) === undefined
      if (!isGone) {
        await writes.putBlob(repository, EMPTY, call)
        await writes.putManifest(repository, alias, { mediaType: MANIFEST_TYPE, bytes: TOMBSTONE }, call)
      }
    } else {
      const manifest = await client.manifest(repository, wanted, call)
      if (manifest === undefined) throw changed(`version ${version}`, undefined, version)
      await writes.putManifest(repository, alias, manifest, call)
    }
    const after = await read()
    if (after !== wanted) throw changed(what, after, wanted)
  }

export const createWriter = (deps: WriterDeps): RegistryWriter => ({
  setTag: createTagWriter(deps),
  setAlias: createAliasWriter(deps),
  attestations: createAttestationWriter(deps),
})
