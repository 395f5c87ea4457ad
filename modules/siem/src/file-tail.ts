/**
 * Follows a file of lines through rotation (rename and create), truncation (copytruncate) and our own restarts. The place
 * is inode and byte offset; after a restart a rotated file is looked for by its inode in the same folder.
 */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export type FilePosition = { readonly inode: string; readonly offset: number }

export type TailBatch = {
  readonly lines: readonly string[]
  /** Lines longer than the limit, skipped. */
  readonly tooLong: number
  /** Where the file has been read to once these lines are taken. */
  readonly position: FilePosition
}

const CHUNK_BYTES = 1024 * 1024
const LF = 0x0a

type Open = { readonly handle: FileHandle; readonly inode: string; offset: number; skipping: boolean }

const inodeOf = (path: string): Promise<string | undefined> =>
  stat(path, { bigint: true }).then(
    ({ ino }) => String(ino),
    () => undefined,
  )

/** A file of this inode beside `path`: what rotation made of the file that we were reading. */
const findRotated = async (path: string, inode: string): Promise<string | undefined> => {
  const folder = dirname(path)
  for (const name of await readdir(folder).catch(() => []))
    if ((await inodeOf(join(folder, name))) === inode) return join(folder, name)
  return undefined
}

export const createFileTail = (path: string, start: FilePosition | undefined) => {
  let current: Open | undefined
  let first = true

  const openAt = async (file: string, position: FilePosition | undefined): Promise<Open | undefined> => {
    const handle = await open(file, 'r').catch(() => undefined)
    if (handle === undefined) return undefined
    const inode = String((await handle.stat({ bigint: true })).ino)
    return { handle, inode, offset: position?.inode === inode ? position.offset : 0, skipping: false }
  }

  const openFirst = async (): Promise<Open | undefined> => {
    first = false
    if (start === undefined || (await inodeOf(path)) === start.inode) return openAt(path, start)
    const rotated = await findRotated(path, start.inode)
    return openAt(rotated ?? path, rotated === undefined ? undefined : start)
  }

  /** The whole lines of what is there; at the end of a file that was rotated away also its last, unended one. */
  const cut = (from: Open, bytes: Buffer, isLast: boolean): TailBatch => {
    const end = bytes.lastIndexOf(LF)
    let tooLong = 0
    let taken = end + 1
    if (end < 0 && (isLast || bytes.length === CHUNK_BYTES)) {
      taken = bytes.length
      if (bytes.length === CHUNK_BYTES) {
        if (!from.skipping) tooLong = 1
        from.skipping = true
      }
    }
    const text = bytes.toString('utf8', 0, taken)
    const lines = text.split('\n')
    if (end >= 0) lines.pop()
    if (end >= 0 && from.skipping) {
      lines.shift()
      from.skipping = false
    }
    const kept = from.skipping ? [] : lines.filter((line) => line.trim() !== '')
    return { lines: kept, tooLong, position: { inode: from.inode, offset: from.offset + taken } }
  }

  const readOpen = async (from: Open): Promise<TailBatch | undefined> => {
    const { size } = await from.handle.stat()
    // Cut short in place: what is there now is new.
    if (size < from.offset) from.offset = 0
    const wanted = Math.min(CHUNK_BYTES, size - from.offset)
    const { bytesRead, buffer } = await from.handle.read(Buffer.alloc(wanted), 0, wanted, from.offset)
    if (bytesRead === 0) return undefined
    const rotated = from.offset + bytesRead >= size && (await inodeOf(path)) !== from.inode
    const batch = cut(from, buffer.subarray(0, bytesRead), rotated)
    return batch.position.offset === from.offset ? undefined : batch
  }

  return {
    /** The next lines; undefined when there are none now. */
    read: async (): Promise<TailBatch | undefined> => {
      if (current === undefined) current = first ? await openFirst() : await openAt(path, undefined)
      if (current === undefined) return undefined
      const batch = await readOpen(current)
      if (batch !== undefined) return batch
      const now = await inodeOf(path)
      if (now === undefined || now === current.inode) return undefined
      await current.handle.close()
      current = await openAt(path, undefined)
      return current === undefined ? undefined : readOpen(current)
    },
    /** The lines of a batch were taken: the next read begins behind them. */
    advance: ({ inode, offset }: FilePosition): void => {
      if (current?.inode === inode) current.offset = offset
    },
    close: async (): Promise<void> => {
      const last = current
      current = undefined
      await last?.handle.close()
    },
  }
}
