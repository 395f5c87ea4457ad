/** A file system of its own for a receiver, that can be filled up. Needs the rights to mount. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export type SmallDisk = {
  readonly folder: string
  /** Leaves at most this many bytes. */
  fill(leaveBytes: number): void
  empty(): void
  unmount(): void
}

const CHUNK = Buffer.alloc(64 * 1024)

export const mountSmallDisk = (folder: string, megabytes: number): SmallDisk => {
  mkdirSync(folder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder])
  const unmount = (): void => {
    // Lazily, and also when the proof ends in the middle: nothing is left behind.
    if (mounted) execFileSync('umount', ['-l', folder])
    mounted = false
  }
  let mounted = true
  process.once('exit', unmount)
  const filler = join(folder, 'filler')
  const free = (): number => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  return {
    folder,
    fill: (leaveBytes) => {
      const file = openSync(filler, 'a')
      try {
        for (let room = free() - leaveBytes; room > 0; room = free() - leaveBytes)
          writeSync(file, CHUNK, 0, Math.min(room, CHUNK.length))
      } catch (error) {
        // Somebody else took the last of it in the meantime.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
    },
    empty: () => rmSync(filler, { force: true }),
    unmount,
  }
}
