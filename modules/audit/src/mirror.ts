/**
 * The newest checkpoint in a file outside the database, with the public key beside it: a database that was rolled back
 * or cut can no longer match it. Files: `audit/checkpoint` and `audit/public-key` in the state folder.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { formatNoteKey, parseCheckpoint, parseNoteKey, type VerificationKey } from '@rampart/signing'
import { auditErrors } from './errors.ts'
import type { AuditTrust } from './verification.ts'

const CHECKPOINT = 'checkpoint'
const PUBLIC_KEY = 'public-key'

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

const syncedWrite = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Readers see the old file or the new one, never a part. */
const replaceFile = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await syncedWrite(temporary, text)
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export type Mirror = {
  read(): Promise<string | undefined>
  /** Never replaces a larger checkpoint, which another process may have written meanwhile. */
  write(note: string): Promise<void>
  publishKey(origin: string, key: VerificationKey): Promise<void>
}

export const auditFolder = (home: string): string => join(home, 'audit')

export const createMirror = (folder: string): Mirror => {
  const path = join(folder, CHECKPOINT)
  return {
    read: () => readIfThere(path),
    write: async (note) => {
      const present = await readIfThere(path)
      if (present !== undefined && parseCheckpoint(present).size >= parseCheckpoint(note).size) return
      await mkdir(folder, { recursive: true })
      await replaceFile(path, note)
    },
    publishKey: async (origin, key) => {
      await mkdir(folder, { recursive: true })
      const line = `${formatNoteKey({ name: origin, key })}\n`
      const keyPath = join(folder, PUBLIC_KEY)
      if ((await readIfThere(keyPath)) !== line) await replaceFile(keyPath, line)
    },
  }
}

/** What a verifier needs from a state folder; throws AUDIT_KEY_MISSING. */
export const readAuditTrust = async (home: string): Promise<AuditTrust> => {
  const folder = auditFolder(home)
  const line = await readIfThere(join(folder, PUBLIC_KEY))
  if (line === undefined) throw auditErrors.AUDIT_KEY_MISSING(`${folder} has no public-key file`)
  const { name, key } = parseNoteKey(line.trimEnd())
  const mirror = await readIfThere(join(folder, CHECKPOINT))
  return { origin: name, publicKey: key, ...(mirror === undefined ? {} : { mirror }) }
}
