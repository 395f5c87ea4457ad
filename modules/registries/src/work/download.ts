/**
 * One file of a registry into the artifact store. Known bytes are taken from the store without a request. What arrives
 * is written to a partial file that outlives the process, hashed on its way, and goes on at its end where it can.
 */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestFromHex, type RegistryFile } from '@rampart/domain'
import type { Database } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import type { ArtifactPort } from '../ports.ts'
import { endingWith, type MeteredRegistry, stopped } from '../sync/metered-registry.ts'
import type { SyncLimits } from '../sync-limits.ts'
import type { Flight, Flights } from './flights.ts'
import * as store from './store.ts'

export type DownloadDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly artifacts: Pick<ArtifactPort, 'sizeOf' | 'adopt'>
  /** Partial files; on the same file system as the artifact store. */
  readonly folder: string
  readonly where: { readonly tenant: string; readonly registry: string }
  readonly metered: MeteredRegistry
  readonly limits: SyncLimits
  readonly flights: Flights
  readonly onBytes: (bytes: number) => void
}

export type Fetched = { readonly digest: Digest; readonly sizeBytes: number }
/** `identity` is always there: the registry's own, or one made of version, revision and path. */
export type FetchRequest = {
  readonly file: RegistryFile
  readonly identity: string
  readonly maxBytes: number
}

type Fetching = FetchRequest & { readonly flight?: Flight }

const tooLarge = (path: string, max: number) =>
  registriesErrors.REGISTRIES_TOO_LARGE(`${path} is larger than ${max} bytes.`)

const sizeOfFile = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

const hashPrefix = async (path: string, bytes: number): Promise<Hash> => {
  const hash = createHash('sha256')
  if (bytes > 0)
    for await (const chunk of createReadStream(path, { end: bytes - 1 })) hash.update(chunk as Buffer)
  return hash
}

/** Ends a stream that gives less than it must, whoever is to blame. */
const watchSpeed = (limits: SyncLimits, signal: AbortSignal) => {
  const slow = new AbortController()
  let window = 0
  const timer = setInterval(() => {
    if (window < (limits.minBytesPerSecond * limits.slowWindowMs) / 1000) slow.abort()
    window = 0
  }, limits.slowWindowMs)
  return {
    signal: AbortSignal.any([signal, slow.signal]),
    count: (bytes: number) => {
      window += bytes
    },
    slow: () => slow.signal.aborted,
    stop: () => clearInterval(timer),
  }
}

export const createDownloads = (deps: DownloadDeps) => {
  const { where, limits, metered, artifacts } = deps
  const running = new Map<string, Promise<unknown>>()
  let count = 0

  /** Two versions of this registry with one file wait for one download, however slow: it has one partial file. */
  const alone = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    while (running.has(key)) await running.get(key)?.catch(() => undefined)
    const turn = work()
    running.set(key, turn)
    try {
      return await turn
    } finally {
      running.delete(key)
    }
  }

  const partialPath = (key: string): string =>
    join(
      deps.folder,
      `${createHash('sha256').update(`${where.tenant}\0${where.registry}\0${key}`).digest('hex')}.part`,
    )

  /** Appends what the registry gives from `from` on; the digest of the whole file. */
  const receive = async (
    { file, maxBytes, flight }: Fetching,
    path: string,
    from: number,
    signal: AbortSignal,
  ): Promise<Digest> => {
    const ended = new AbortController()
    const speed = watchSpeed(limits, AbortSignal.any([signal, ended.signal]))
    let handle: FileHandle | undefined
    try {
      // A call's deadline counts until its answer begins; the stream lives on, and then its speed counts.
      const download = await metered.call(
        () => metered.registry.open(file, from, { signal: speed.signal }),
        signal,
      )
      const offset = download.offset
      if (offset !== from && offset !== 0)
        throw registriesErrors.REGISTRIES_ANSWER_INVALID(`${file.path} begins at ${offset}, not at ${from}.`)
      if (download.sizeBytes !== undefined && download.sizeBytes > maxBytes)
        throw tooLarge(file.path, maxBytes)
      const hash = await hashPrefix(path, offset)
      handle = await open(path, offset === 0 ? 'w' : 'r+', 0o600)
      let size = offset
      const chunks = download.stream[Symbol.asyncIterator]()
      for (;;) {
        const { done, value } = await endingWith(chunks.next(), speed.signal, stopped)
        if (done === true) break
        size += value.length
        speed.count(value.length)
        deps.onBytes(value.length)
        flight?.arrived(value.length)
        if (size > maxBytes || size > (file.sizeBytes ?? maxBytes)) {
          throw size > maxBytes ? tooLarge(file.path, maxBytes) : wrongSize(file, size)
        }
        hash.update(value)
        await handle.write(value, 0, value.length, size - value.length)
      }
      if (size !== (file.sizeBytes ?? download.sizeBytes ?? size)) throw cutOff(file, size)
      await handle.sync()
      return digestOf(hash)
    } catch (error) {
      ended.abort()
      if (speed.slow())
        throw registriesErrors.REGISTRIES_TOO_SLOW(
          `${file.path} arrives slower than ${limits.minBytesPerSecond} bytes/s.`,
          { cause: error },
        )
      throw error
    } finally {
      speed.stop()
      await handle?.close()
    }
  }

  const complete = async (
    request: Fetching,
    known: Fetched | undefined,
    signal: AbortSignal,
  ): Promise<Digest> => {
    const { file } = request
    const path = partialPath(request.identity)
    const there = await sizeOfFile(path)
    const whole = file.sizeBytes ?? known?.sizeBytes
    if (there > 0 && there === whole) {
      const digest = digestOf(await hashPrefix(path, there))
      if (digest === (file.digest ?? known?.digest ?? digest)) return digest
      await rm(path, { force: true })
      return complete(request, known, signal)
    }
    const from = whole !== undefined && there > whole ? 0 : there
    const digest = await receive(request, path, from, signal)
    if (file.digest === undefined || digest === file.digest) return digest
    await rm(path, { force: true })
    // A partial file may be damaged; bytes that came in one piece are what the registry has.
    if (from > 0) return complete(request, known, signal)
    throw registriesErrors.REGISTRIES_DIGEST_MISMATCH(
      `${file.path} has digest ${digest}; the registry states ${file.digest}.`,
    )
  }

  const fetchNew = async (
    request: Fetching,
    known: Fetched | undefined,
    signal: AbortSignal,
  ): Promise<Fetched> => {
    const path = partialPath(request.identity)
    let digest: Digest
    try {
      digest = await complete(request, known, signal)
    } catch (error) {
      // What broke off may go on; what is wrong begins anew.
      if (isWrong(error)) await rm(path, { force: true })
      throw error
    }
    const fetched = { digest, sizeBytes: await sizeOfFile(path) }
    // Before the bytes move: a kill in between finds the complete file and needs no request.
    await deps.database.tx(where.tenant, async (tx) =>
      store.putBlob(tx, where.registry, request.identity, fetched),
    )
    await artifacts.adopt(path, digest)
    count += 1
    return fetched
  }

  /** By its stated digest: whoever brought these bytes. */
  const findStated = async (file: RegistryFile, digest: Digest): Promise<Fetched | undefined> => {
    const sizeBytes = await artifacts.sizeOf(digest)
    if (sizeBytes !== undefined && sizeBytes !== (file.sizeBytes ?? sizeBytes))
      throw wrongSize(file, sizeBytes)
    return sizeBytes === undefined ? undefined : { digest, sizeBytes }
  }

  /** By the registry's own identity, else from the registry. */
  const fetchUnknown = async (request: Fetching, signal: AbortSignal): Promise<Fetched> => {
    const { file, identity } = request
    const known = await deps.database.read(where.tenant, (tx) => store.findBlob(tx, where.registry, identity))
    if (known === undefined || (file.digest !== undefined && known.digest !== file.digest))
      return fetchNew(request, undefined, signal)
    const sizeBytes = await artifacts.sizeOf(known.digest)
    return sizeBytes === undefined ? fetchNew(request, known, signal) : { digest: known.digest, sizeBytes }
  }

  /** Digest and size; the bytes are in the store then. */
  const fetch = (request: FetchRequest, signal: AbortSignal): Promise<Fetched> => {
    const { file, identity, maxBytes } = request
    const { digest } = file
    return alone(digest ?? identity, async () => {
      if (file.sizeBytes !== undefined && file.sizeBytes > maxBytes) throw tooLarge(file.path, maxBytes)
      if (digest === undefined) return fetchUnknown(request, signal)
      return deps.flights.alone(
        digest,
        signal,
        () => findStated(file, digest),
        (flight) => fetchUnknown({ ...request, flight }, signal),
      )
    })
  }

  return {
    fetch,
    /** Files fetched since this was last asked. */
    takeCount: (): number => {
      const taken = count
      count = 0
      return taken
    },
  }
}

const digestOf = (hash: Hash): Digest => {
  const digest = digestFromHex(hash.digest('hex'))
  if (digest === undefined) throw new Error('SHA-256 gave no digest')
  return digest
}

const wrongSize = (file: RegistryFile, size: number) =>
  registriesErrors.REGISTRIES_SIZE_MISMATCH(
    `${file.path} has ${size} bytes or more; the registry states ${file.sizeBytes}.`,
  )

const cutOff = (file: RegistryFile, size: number) =>
  registriesErrors.REGISTRIES_SIZE_MISMATCH(
    `${file.path} ended after ${size} bytes; ${file.sizeBytes ?? 'more'} were announced.`,
    { retryable: true },
  )

const WRONG: readonly string[] = ['REGISTRIES_TOO_LARGE', 'REGISTRIES_DIGEST_MISMATCH']
const isWrong = (error: unknown): boolean => {
  const { code, retryable } = (error ?? {}) as { readonly code?: string; readonly retryable?: boolean }
  return (
    code !== undefined &&
    (WRONG.includes(code) || (code === 'REGISTRIES_SIZE_MISMATCH' && retryable !== true))
  )
}
