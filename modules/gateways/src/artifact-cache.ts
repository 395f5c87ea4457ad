/** Model files by digest on the gateway's disk: fetched once, whole or not at all, and removed when nothing needs them. */
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestFromHex, digestHex } from '@rampart/domain'
import type { ControlLink } from './control-link.ts'

export type ArtifactCache = {
  path(digest: Digest): string
  has(digest: Digest): boolean
  /** Throws GATEWAY_ARTIFACT_DIFFERS, or what the control plane answered. */
  fetch(digest: Digest): Promise<void>
  /** Removes all but these. */
  keep(digests: ReadonlySet<Digest>): Promise<void>
}

export const createArtifactCache = (folder: string, link: Pick<ControlLink, 'artifact'>): ArtifactCache => {
  const path = (digest: Digest): string => join(folder, digestHex(digest))
  return {
    path,
    has: (digest) => existsSync(path(digest)),
    fetch: async (digest) => {
      await mkdir(folder, { recursive: true })
      const draft = `${path(digest)}.${process.pid}.draft`
      const file = await open(draft, 'w', 0o600)
      try {
        await link.artifact(digest, async (chunk) => void (await file.write(chunk)))
        await file.sync()
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      } finally {
        await file.close()
      }
      await rename(draft, path(digest))
    },
    keep: async (digests) => {
      if (!existsSync(folder)) return
      for (const name of await readdir(folder)) {
        const digest = digestFromHex(name)
        if (digest === undefined || !digests.has(digest)) await rm(join(folder, name), { force: true })
      }
    },
  }
}
