/** Content-addressed artifact store: bytes are named by their SHA-256 and never change. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Digest, digestFromHex, digestHex } from '@rampart/domain'
import { newId, type Random, systemClock } from '@rampart/kit'
import { inventoryErrors } from './errors.ts'

/** Where artifacts live. The local folder implements it now; an object store can, since nothing assumes a path but `localPath`. */
export interface ArtifactStore {
  /** Streams bytes in; throws when they exceed `maxBytes` or do not have the `expected` digest. */
  put(
    source: Readable,
    options: { readonly maxBytes: number; readonly expected?: Digest },
  ): Promise<{ digest: Digest; sizeBytes: number }>
  /** Moves a complete file in, whose bytes the caller has hashed and synced; on the store's own file system. */
  adopt(path: string, digest: Digest): Promise<void>
  sizeOf(digest: Digest): Promise<number | undefined>
  open(digest: Digest): Promise<Readable>
  /** A file with exactly these bytes, for readers that need one. */
  localPath(digest: Digest): Promise<string>
}

const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const meter = (maxBytes: number) => {
  const hash = createHash('sha256')
  const counted = { sizeBytes: 0 }
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      counted.sizeBytes += chunk.length
      if (counted.sizeBytes > maxBytes) {
        done(inventoryErrors.INVENTORY_ARTIFACT_TOO_LARGE(`The artifact is larger than ${maxBytes} bytes.`))
        return
      }
      hash.update(chunk)
      done(null, chunk)
    },
  })
  return { through, counted, hex: () => hash.digest('hex') }
}

/** A store below `folder`: `sha256/ab/cdef…`; uploads are written aside, synced and renamed, so a crash leaves no half file. */
export const createLocalArtifactStore = async (deps: {
  readonly folder: string
  readonly random: Random
}): Promise<ArtifactStore> => {
  const incoming = join(deps.folder, 'incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  for (const left of await readdir(incoming)) await rm(join(incoming, left), { force: true })

  const pathOf = (digest: Digest): string => {
    const hex = digestHex(digest)
    return join(deps.folder, 'sha256', hex.slice(0, 2), hex.slice(2))
  }

  const sizeOf: ArtifactStore['sizeOf'] = async (digest) => {
    try {
      return (await stat(pathOf(digest))).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  const keep = async (temporary: string, digest: Digest): Promise<void> => {
    const target = pathOf(digest)
    const folder = dirname(target)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await rename(temporary, target)
    await syncFolder(folder)
    await syncFolder(dirname(folder))
  }

  const put: ArtifactStore['put'] = async (source, { maxBytes, expected }) => {
    const temporary = join(incoming, newId(systemClock, deps.random))
    const measured = meter(maxBytes)
    try {
      const file = createWriteStream(temporary, { mode: 0o400, flags: 'wx', flush: true })
      await pipeline(source, measured.through, file)
      const digest = digestFromHex(measured.hex())
      if (digest === undefined) throw new Error('SHA-256 gave no digest')
      if (expected !== undefined && digest !== expected)
        throw inventoryErrors.INVENTORY_DIGEST_MISMATCH(`The bytes have digest ${digest}, not ${expected}.`)
      if ((await sizeOf(digest)) === undefined) await keep(temporary, digest)
      return { digest, sizeBytes: measured.counted.sizeBytes }
    } finally {
      await rm(temporary, { force: true })
    }
  }

  const adopt: ArtifactStore['adopt'] = async (path, digest) => {
    if ((await sizeOf(digest)) === undefined) {
      await chmod(path, 0o400)
      await keep(path, digest)
    }
    await rm(path, { force: true })
  }

  const required = async (digest: Digest): Promise<string> => {
    if ((await sizeOf(digest)) === undefined)
      throw inventoryErrors.INVENTORY_ARTIFACT_NOT_FOUND(`No artifact has digest ${digest}.`)
    return pathOf(digest)
  }

  return {
    put,
    adopt,
    sizeOf,
    open: async (digest) => createReadStream(await required(digest)),
    localPath: required,
  }
}
