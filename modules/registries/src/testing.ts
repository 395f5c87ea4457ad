/** For tests of registries: one in memory that can be told to misbehave, and the room around it on a real database. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Digest, ModelVersion, Registry, RegistryFile, RegistryVersion } from '@rampart/domain'
import { createLocalArtifactStore, versionDigest } from '@rampart/inventory'
import { createEventLog, createSeededRandom, cryptoRandom, openDatabase, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import type { RegisterRequest } from './ports.ts'
import { createRegistries } from './registries.ts'
import type { SyncLimits } from './sync-limits.ts'

type MemoryVersion = { files: Record<string, Buffer>; source: string; author?: string }

/** Every method may be replaced, to misbehave. */
export type MemoryRegistry = { -readonly [K in keyof Registry]: Registry[K] } & {
  readonly contents: Map<string, Map<string, MemoryVersion>>
  readonly pointers: Map<string, Map<string, string>>
  /** Bytes handed out, by digest. */
  readonly sent: Map<string, number>
  readonly opened: { path: string; offset: number }[]
  put(model: string, version: string, files: Record<string, string>): void
}

const sha256 = (bytes: Buffer): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const createMemoryRegistry = (pageSize = 10): MemoryRegistry => {
  const contents: MemoryRegistry['contents'] = new Map()
  const pointers: MemoryRegistry['pointers'] = new Map()
  const sent: MemoryRegistry['sent'] = new Map()
  const opened: MemoryRegistry['opened'] = []
  let requests = 0

  const view = (model: string, version: string): RegistryVersion | undefined => {
    const found = contents.get(model)?.get(version)
    if (found === undefined) return undefined
    const aliases = [...(pointers.get(model) ?? [])]
      .filter(([, to]) => to === version)
      .map(([alias]) => alias)
    const hash = createHash('sha256').update(JSON.stringify([found.source, aliases]))
    for (const [path, bytes] of Object.entries(found.files)) hash.update(`${path}\0${sha256(bytes)}\0`)
    return {
      model,
      version,
      source: found.source,
      revision: hash.digest('hex'),
      aliases,
      tags: {},
      ...(found.author === undefined ? {} : { createdBy: found.author }),
    }
  }

  return {
    type: 'mlflow',
    contents,
    pointers,
    sent,
    opened,
    put: (model, version, files) => {
      const versions = contents.get(model) ?? new Map<string, MemoryVersion>()
      contents.set(model, versions)
      const bytes = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
      versions.set(version, { files: bytes, source: `memory:${model}/${version}` })
    },
    list: async (cursor) => {
      requests += 1
      const all = [...contents].flatMap(([model, versions]) =>
        [...versions.keys()].map((one) => [model, one] as const),
      )
      const from = Number(cursor ?? 0)
      const versions = all
        .slice(from, from + pageSize)
        .flatMap(([model, version]) => view(model, version) ?? [])
      return { versions, ...(from + pageSize < all.length ? { next: String(from + pageSize) } : {}) }
    },
    version: async (model, version) => {
      requests += 1
      return view(model, version)
    },
    aliases: async (model) => {
      requests += 1
      return Object.fromEntries(pointers.get(model) ?? [])
    },
    files: async ({ model, version }) => {
      requests += 1
      const files = contents.get(model)?.get(version)?.files ?? {}
      return Object.entries(files).map(
        ([path, bytes]): RegistryFile => ({
          path,
          sizeBytes: bytes.length,
          digest: sha256(bytes),
          location: JSON.stringify([model, version, path]),
        }),
      )
    },
    open: async ({ location, path }, offset) => {
      requests += 1
      const [model = '', version = '', name = ''] = JSON.parse(location) as string[]
      const bytes = contents.get(model)?.get(version)?.files[name] ?? Buffer.alloc(0)
      opened.push({ path, offset })
      sent.set(sha256(bytes), (sent.get(sha256(bytes)) ?? 0) + 1)
      return {
        offset,
        sizeBytes: bytes.length,
        stream: (async function* () {
          yield bytes.subarray(offset)
        })(),
      }
    },
    requests: () => requests,
    close: async () => undefined,
  }
}

/** An inventory that keeps versions in memory and, like the real one, never replaces any. */
const createMemoryInventory = () => {
  const versions = new Map<string, ModelVersion>()
  let registrations = 0
  return {
    versions,
    registrations: () => registrations,
    register: async (tenant: string, request: RegisterRequest) => {
      const key = `${request.name}:${request.version}`
      if (versions.has(key)) throw new Error(`${key} is registered twice`)
      registrations += 1
      const artifacts = request.artifacts.map((one) => ({ ...one, sizeBytes: 1 }))
      const version: ModelVersion = {
        name: request.name,
        version: request.version,
        tenant,
        digest: versionDigest(artifacts),
        stage: 'registered',
        artifacts,
        spec: request.spec,
        createdBy: request.createdBy,
        createdAt: systemClock.iso(),
        updatedAt: systemClock.iso(),
        revision: 1,
      }
      versions.set(key, version)
      return { version }
    },
    find: async (_tenant: string, { name, version }: { name: string; version: string }) =>
      versions.get(`${name}:${version}`),
    creatorOf: async (_tenant: string, name: string) =>
      [...versions.values()].find((one) => one.name === name)?.createdBy,
    digestOf: versionDigest,
  }
}

const ownDatabase = (): Promise<TestDatabase> => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  return testDatabase({ sources: [{ module: 'registries', dir }] })
}

/** Of another process: it is opened and closed, nothing else. */
const openOther = async (url: string): Promise<TestDatabase> => {
  const deps = { logger: silentLogger, clock: systemClock, random: cryptoRandom }
  const database = openDatabase({ ...deps, url, poolSize: 8 })
  const eventLog = createEventLog({ ...deps, database })
  const stop = async (): Promise<void> => {
    await eventLog.stop()
    await database.close()
  }
  return { database, url, eventLog, stop }
}

export type RegistriesRig = Awaited<ReturnType<typeof startRegistries>>

/** The room with registries by name; `restart` begins again on the same database and folders, as after a kill. */
export const startRegistries = async (
  adapters: ReadonlyMap<string, Registry>,
  limits: Partial<SyncLimits> = {},
  /** With others on one database: the first one's places. */
  shared?: { readonly exclusive: false; readonly url?: string; readonly folder?: string },
) => {
  const store = await (shared?.url === undefined ? ownDatabase() : openOther(shared.url))
  const folder = shared?.folder ?? (await mkdtemp(join(tmpdir(), 'rampart-registries-')))
  const random = shared === undefined ? createSeededRandom(7) : cryptoRandom
  const artifacts = await createLocalArtifactStore({ folder, random })
  const inventory = createMemoryInventory()
  const attached: string[] = []
  const create = () =>
    createRegistries({
      database: store.database,
      eventLog: store.eventLog,
      clock: systemClock,
      random,
      logger: silentLogger,
      audit: { record: async () => undefined },
      inventory,
      artifacts,
      attachments: {
        accept: async (_tenant, { name, version }, kind, bytes) => {
          attached.push(`${name}:${version} ${kind} ${Buffer.from(bytes).toString('utf8')}`)
        },
      },
      partialFolder: join(folder, 'partial'),
      exclusive: shared === undefined,
      checkRegistry: () => undefined,
      openRegistry: async (_tenant, { name }) => {
        const found = adapters.get(name)
        if (found === undefined) throw new Error(`no adapter ${name}`)
        return found
      },
      limits: { backoffBaseMs: 20, backoffMaxMs: 200, requestsPerSecond: 10_000, ...limits },
    })
  let room = create()
  await room.start()
  return {
    room: () => room,
    store,
    inventory,
    /** Documents handed on: version, kind, text. */
    attached,
    folder,
    partialFolder: join(folder, 'partial'),
    restart: async (): Promise<void> => {
      await room.stop()
      room = create()
      await room.start()
    },
    events: async () =>
      (
        await store.eventLog.read({ tenant: 'default', limit: 1000, types: ['rampart.registry.observed.v1'] })
      ).events.map(({ data }) => data as Record<string, unknown>),
    stop: async (): Promise<void> => {
      await room.stop()
      await store.stop()
      if (shared?.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
