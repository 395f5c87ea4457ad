/** Manifests read lately, by digest: what a digest names never changes. */
import type { DistributionClient } from './distribution-client.ts'
import type { Call } from './distribution-session.ts'
import { type Index, type Manifest, parseManifest } from './manifest.ts'

const MAX_KEPT = 512

/** Undefined when the registry has no such manifest. Throws OCI_DIGEST_MISMATCH, OCI_ANSWER_INVALID. */
export const createManifestMemory = (client: DistributionClient) => {
  const kept = new Map<string, Manifest | Index>()
  return async (repository: string, digest: string, call: Call): Promise<Manifest | Index | undefined> => {
    const key = `${repository}@${digest}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const found = await client.manifest(repository, digest, call)
    if (found === undefined) return undefined
    const manifest = parseManifest(key, found.bytes)
    if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value as string)
    kept.set(key, manifest)
    return manifest
  }
}

export type ManifestMemory = ReturnType<typeof createManifestMemory>
