/** Files that are replaced stay until nobody reads them who could know of them. */
import { rm } from 'node:fs/promises'

export type Readers = {
  /** Runs `work`; files discarded from now on outlive it. */
  reading<T>(work: () => Promise<T>): Promise<T>
  /** Removes the files once those who began to read before are done. Resolves when they are gone. */
  discard(paths: readonly string[]): Promise<void>
}

export const createReaders = (): Readers => {
  const active = new Set<number>()
  const waiting: { readonly at: number; readonly paths: readonly string[]; readonly done: () => void }[] = []
  let now = 0

  const removeAll = async (paths: readonly string[], done: () => void): Promise<void> => {
    // What cannot be removed now is removed at the next start: the catalog does not name it any more.
    await Promise.all(paths.map((path) => rm(path, { force: true }).catch(() => undefined)))
    done()
  }

  const settle = (): void => {
    const oldest = Math.min(...active)
    while (waiting[0] !== undefined && waiting[0].at < oldest) {
      const entry = waiting.shift()
      if (entry !== undefined) void removeAll(entry.paths, entry.done)
    }
  }

  return {
    reading: async (work) => {
      now += 1
      const ticket = now
      active.add(ticket)
      try {
        return await work()
      } finally {
        active.delete(ticket)
        settle()
      }
    },
    discard: (paths) => {
      now += 1
      return new Promise((done) => {
        waiting.push({ at: now, paths, done })
        settle()
      })
    },
  }
}
