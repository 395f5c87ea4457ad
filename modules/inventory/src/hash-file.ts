/** The SHA-256 of a file at a bounded pace, and what tells that it was touched since. */
import { createHash } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { type Digest, digestFromHex } from '@rampart/domain'

const CHUNK_BYTES = 1024 * 1024

/** Changes with every write and replacement; ctime is not set by those who set mtime back. */
export const fingerprintOf = async (path: string): Promise<string> => {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(':')
}

export type Pace = { readonly bytesPerSecond: number; readonly signal: AbortSignal }

const readInto = async (
  file: FileHandle,
  take: (part: Buffer) => void,
  { bytesPerSecond, signal }: Pace,
): Promise<void> => {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, null)
    if (bytesRead === 0) return
    take(chunk.subarray(0, bytesRead))
    const pauseMs = (bytesRead / bytesPerSecond) * 1000
    if (pauseMs >= 1) await delay(pauseMs, undefined, { signal, ref: false })
  }
}

/** Reads in chunks of 1 MiB with pauses; an endless pace is `Infinity`. Throws what reading throws, and when aborted. */
export const hashFile = async (path: string, pace: Pace): Promise<Digest> => {
  const hash = createHash('sha256')
  const file = await open(path, 'r')
  try {
    await readInto(file, (part) => hash.update(part), pace)
  } finally {
    await file.close()
  }
  const digest = digestFromHex(hash.digest('hex'))
  if (digest === undefined) throw new Error('SHA-256 gave no digest')
  return digest
}
