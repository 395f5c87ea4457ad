/**
 * Follows a file of lines through rotation (rename and create), truncation (copytruncate) and our own restarts. The place is
 * inode, byte offset and a digest of the first bytes, since inodes are used again. A file that was rotated away is left once
 * its successor holds something: until then its writer may still write to it. Files rotated while nobody read are read in
 * the order in which they were last written.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, lstat, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export type FilePosition = {
  readonly inode: string
  readonly offset: number
  /** `BYTES:DIGEST` of the beginning of the file. */
  readonly head?: string
  /** When the file was last written, ns: what was rotated since is newer. */
  readonly writtenAt?: string
}

export type TailBatch = {
  readonly lines: readonly string[]
  /** Lines longer than the limit, skipped. */
  readonly tooLong: number
  /** Where the file has been read to once these lines are taken. */
  readonly position: FilePosition
}

const CHUNK_BYTES = 1024 * 1024
const HEAD_BYTES = 256
const LF = 0x0a
const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|zip)$/

type Open = {
  readonly handle: FileHandle
  readonly id: FileId
  offset: number
  skipping: boolean
  head?: string
}

/** Birth time too: an inode that is used again has another one. */
type FileId = { readonly inode: string; readonly born: bigint }
type Found = FileId & { readonly path: string; readonly size: bigint; readonly writtenAt: bigint }

const isSame = (a: FileId, b: FileId): boolean => a.inode === b.inode && a.born === b.born

const look = (path: string, inspect = stat): Promise<Found | undefined> =>
  inspect(path, { bigint: true }).then(
    (found) =>
      found.isFile()
        ? {
            path,
            inode: String(found.ino),
            born: found.birthtimeNs,
            size: found.size,
            writtenAt: found.mtimeNs,
          }
        : undefined,
    () => undefined,
  )

/** The file and what stands beside it. Links beside it are not followed: whoever writes there does not choose what is read. */
const lookAround = async (path: string): Promise<Found[]> => {
  const folder = dirname(path)
  const names = (await readdir(folder).catch(() => [])).filter((name) => name !== basename(path))
  const found = await Promise.all([look(path), ...names.map((name) => look(join(folder, name), lstat))])
  return found.filter((one) => one !== undefined)
}

const headOf = async (handle: FileHandle, bytes: number): Promise<string | undefined> => {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
  if (bytesRead < bytes) return undefined
  return `${bytes}:${createHash('sha256').update(buffer).digest('hex').slice(0, 32)}`
}

const beginsWith = async (handle: FileHandle, head: string | undefined): Promise<boolean> =>
  head === undefined || (await headOf(handle, Math.min(HEAD_BYTES, Number.parseInt(head, 10) || 0))) === head

/** The whole lines of what is there; of a file that nobody writes any more also its last, unended one. */
const cut = (from: Open, bytes: Buffer, isLast: boolean) => {
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
  const lines = bytes.toString('utf8', 0, taken).split('\n')
  if (end >= 0) lines.pop()
  if (end >= 0 && from.skipping) {
    lines.shift()
    from.skipping = false
  }
  return { lines: from.skipping ? [] : lines.filter((line) => line.trim() !== ''), tooLong, taken }
}

/** `onGap` is told when a file is gone that had not been read to its end, or may not have been. */
export const createFileTail = (
  path: string,
  start: FilePosition | undefined,
  onGap: (what: string) => void = () => undefined,
) => {
  let current: Open | undefined
  let first = true
  const left: FileId[] = []

  const openAt = async (file: string, position?: FilePosition): Promise<Open | undefined> => {
    const handle = await open(file, 'r').catch(() => undefined)
    if (handle === undefined) return undefined
    const { ino, birthtimeNs } = await handle.stat({ bigint: true })
    const id = { inode: String(ino), born: birthtimeNs }
    const opened: Open = { handle, id, offset: 0, skipping: false }
    if (position?.inode !== id.inode) return opened
    if (!(await beginsWith(handle, position.head))) return opened
    return Object.assign(opened, { offset: position.offset, head: position.head })
  }

  /** What was written after `since` and is not read yet, oldest first; the file that is written now comes when it holds something. */
  const newer = async (since: bigint): Promise<Found | undefined> => {
    const name = basename(path)
    const found = (await lookAround(path)).filter(
      (one) =>
        basename(one.path).startsWith(name) &&
        !COMPRESSED.test(one.path) &&
        one.size > 0n &&
        one.writtenAt >= since &&
        !left.some((other) => isSame(one, other)),
    )
    return found.toSorted((a, b) => Number(a.writtenAt - b.writtenAt) || Number(a.path === path) - 1)[0]
  }

  const openFirst = async (): Promise<Open | undefined> => {
    if (start === undefined) return openAt(path)
    const same = (await lookAround(path)).find(({ inode }) => inode === start.inode)
    const opened = same === undefined ? undefined : await openAt(same.path, start)
    if (opened !== undefined && (opened.offset > 0 || start.offset === 0)) return opened
    await opened?.handle.close()
    onGap(`the file that was read to byte ${start.offset} is gone: what stood behind that was not read`)
    const next = start.writtenAt === undefined ? undefined : await newer(BigInt(start.writtenAt))
    return openAt(next?.path ?? path)
  }

  const positionOf = async (from: Open, offset: number, writtenAt: bigint): Promise<FilePosition> => {
    const bytes = Math.min(HEAD_BYTES, offset)
    if (from.head === undefined || Number.parseInt(from.head, 10) < bytes) {
      const head = await headOf(from.handle, bytes)
      if (head !== undefined) from.head = head
    }
    const head = from.head === undefined ? {} : { head: from.head }
    return { inode: from.id.inode, offset, ...head, writtenAt: String(writtenAt) }
  }

  const readOpen = async (from: Open, isLast: boolean): Promise<TailBatch | undefined> => {
    const { size, mtimeNs } = await from.handle.stat({ bigint: true })
    // Cut short in place, perhaps grown again since: what is there now is new.
    if (
      Number(size) !== from.offset &&
      (Number(size) < from.offset || !(await beginsWith(from.handle, from.head)))
    ) {
      from.offset = 0
      delete from.head
    }
    const wanted = Math.min(CHUNK_BYTES, Number(size) - from.offset)
    if (wanted <= 0) return undefined
    const { bytesRead, buffer } = await from.handle.read(Buffer.alloc(wanted), 0, wanted, from.offset)
    const { lines, tooLong, taken } = cut(from, buffer.subarray(0, bytesRead), isLast)
    if (taken === 0) return undefined
    return { lines, tooLong, position: await positionOf(from, from.offset + taken, mtimeNs) }
  }

  /** The file to go on with when this one has been read; looked for before it is read to its end. */
  const successor = async (from: Open): Promise<Found | undefined> => {
    const now = await look(path)
    if (now === undefined || isSame(now, from.id)) return undefined
    left.push(from.id)
    const next = await newer((await from.handle.stat({ bigint: true })).mtimeNs)
    left.pop()
    return next
  }

  return {
    /** The next lines; undefined when there are none now. */
    read: async (): Promise<TailBatch | undefined> => {
      for (;;) {
        if (current === undefined) {
          current = first ? await openFirst() : await openAt(path)
          if (current === undefined) return undefined
          first = false
        }
        const next = await successor(current)
        const batch = await readOpen(current, next !== undefined)
        if (batch !== undefined || next === undefined) return batch
        left.push(current.id)
        if (left.length > 64) left.shift()
        await current.handle.close()
        current = await openAt(next.path)
      }
    },
    /** The lines of a batch were taken: the next read begins behind them. */
    advance: ({ inode, offset }: FilePosition): void => {
      if (current?.id.inode === inode) current.offset = offset
    },
    close: async (): Promise<void> => {
      const last = current
      current = undefined
      await last?.handle.close()
    },
  }
}
