/**
 * Signatures and bills of materials that a registry keeps beside a version: handed on each time the version is looked
 * at, since whoever takes them knows what is new. One that does not count stops nothing.
 */
import { readFile } from 'node:fs/promises'
import type { Digest, ModelVersionRef, RegistryFile } from '@rampart/domain'
import { isAppError, type Logger } from '@rampart/kit'
import type { ArtifactPort, AttachmentPort } from '../ports.ts'

export type AttachmentDeps = {
  readonly tenant: string
  readonly artifacts: Pick<ArtifactPort, 'localPath'>
  readonly attachments: AttachmentPort
  readonly logger: Logger
  readonly fetch: (file: RegistryFile, maxBytes: number) => Promise<{ readonly digest: Digest }>
}

const MAX_BYTES = 16 * 1024 * 1024
const MAX_DOCUMENTS = 64

export const createAttachments = ({ tenant, artifacts, attachments, logger, fetch }: AttachmentDeps) => {
  const hand = async (ref: ModelVersionRef, file: RegistryFile): Promise<void> => {
    const { attachment } = file
    if (attachment === undefined) return
    const { digest } = await fetch(file, MAX_BYTES)
    try {
      await attachments.accept(tenant, ref, attachment, await readFile(await artifacts.localPath(digest)))
    } catch (error) {
      if (!isAppError(error) || error.retryable) throw error
      // Of nobody who counts here, about other bytes, or unreadable.
      logger.info(
        { ref: `${ref.name}:${ref.version}`, attachment, digest, code: error.code },
        'registry.attachment-refused',
      )
    }
  }

  return async (ref: ModelVersionRef, files: readonly RegistryFile[]): Promise<void> => {
    for (const file of files.slice(0, MAX_DOCUMENTS)) await hand(ref, file)
  }
}
