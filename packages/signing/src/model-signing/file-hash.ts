/** Hashes byte ranges of files in constant memory, in the calling thread, step by step; a file that changes is an error. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { signingErrors } from '../errors.ts'
import { type HashType, loadHasher } from './hash-algorithm.ts'

export type HashJob = {
  readonly path: string
  /** Byte range; `end` is excluded. */
  readonly start: number
  readonly end: number
  /** Size of the whole file when it was listed. */
  readonly fileSize: number
  readonly followLink: boolean
}

/** Fits the second-level cache: bytes are still there when the hash function reads them. */
const CHUNK_BYTES = 256 * 1024
/** About ten milliseconds of hashing: a caller that shares its thread may do something else in between. */
const STEP_BYTES = 8 * 1024 * 1024

/** Without O_NONBLOCK a pipe put in place of a file after it was listed would hang the reader for ever. */
const flagsOf = (job: HashJob): number =>
  constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (job.followLink ? 0 : (constants.O_NOFOLLOW ?? 0))

const changed = (job: HashJob): Error =>
  signingErrors.SIGNING_MODEL_CHANGED(`${job.path} was changed while it was hashed`)

/** Pauses after every step and returns the hex digest. */
export type HashRun = Generator<undefined, string>

export const runToEnd = (run: HashRun): string => {
  for (;;) {
    const { done, value } = run.next()
    if (done === true) return value
  }
}

/** Runs throw SIGNING_MODEL_CHANGED, or the system's error. */
export const loadRangeHasher = async (type: HashType): Promise<(job: HashJob) => HashRun> => {
  const fresh = await loadHasher(type)
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  return function* (job) {
    const fd = openSync(job.path, flagsOf(job))
    try {
      const before = fstatSync(fd, { bigint: true })
      if (!before.isFile() || before.size !== BigInt(job.fileSize)) throw changed(job)
      const hasher = fresh()
      let at = job.start
      while (at < job.end) {
        const count = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, job.end - at), at)
        if (count === 0) throw changed(job)
        hasher.update(count === CHUNK_BYTES ? chunk : chunk.subarray(0, count))
        at += count
        if ((at - job.start) % STEP_BYTES === 0) yield
      }
      const after = fstatSync(fd, { bigint: true })
      if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) throw changed(job)
      return hasher.digest()
    } finally {
      closeSync(fd)
    }
  }
}
