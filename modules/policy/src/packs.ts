/** The active packs of this process: loaded from the database, kept in step with it, swapped whole. */
import { DEFAULT_TENANT } from '@rampart/domain'
import { type Database, isAppError, type Logger } from '@rampart/kit'
import type { RegoRuntime } from '@rampart/rego'
import { type CompiledPack, compilePack } from './compiled-pack.ts'
import { policyErrors } from './errors.ts'
import { isPackName, PACKS, type PackName } from './pack-files.ts'
import type { PackChange } from './ports.ts'
import * as store from './store.ts'

// How far back a start looks for a version that still compiles.
const VERSIONS_TRIED = 50

export type PacksDeps = {
  readonly database: Pick<Database, 'read'>
  readonly logger: Logger
  readonly runtime: RegoRuntime
  readonly onFault: (pack: PackName, error: unknown) => void
}

export interface Packs {
  /** Throws POLICY_PACK_UNKNOWN or POLICY_NOT_STARTED. */
  get(name: string): CompiledPack
  /** Loads the newest usable version of a pack, if it is not the one in use. */
  reload(pack: PackName): Promise<void>
  reloadAll(): Promise<void>
  onChange(listener: (change: PackChange) => void): () => void
}

export function createPacks({ database, logger, runtime, onFault }: PacksDeps): Packs {
  const active = new Map<PackName, CompiledPack>()
  const listeners = new Set<(change: PackChange) => void>()
  let epoch = 0

  const tryCompile = (candidate: store.PackVersion): CompiledPack | undefined => {
    const { pack, version, files } = candidate
    try {
      return compilePack(runtime, {
        pack,
        files,
        version,
        epoch: epoch + 1,
        onFault: (error) => onFault(pack, error),
      })
    } catch (error) {
      if (!isAppError(error) || !error.code.startsWith('REGO_')) throw error
      logger.error({ err: error, pack, version }, 'policy.version-unusable')
      return undefined
    }
  }
  const newestUsable = async (pack: PackName): Promise<CompiledPack> => {
    const versions = await database.read(DEFAULT_TENANT, (tx) =>
      store.selectVersions(tx, pack, VERSIONS_TRIED),
    )
    const inUse = active.get(pack)
    for (const candidate of versions) {
      if (inUse?.version === candidate.version && inUse.digest === candidate.digest) return inUse
      const compiled = tryCompile(candidate)
      if (compiled) return compiled
    }
    throw policyErrors.POLICY_UNUSABLE(`No stored version of the pack ${pack} can be compiled.`)
  }
  const swap = (next: CompiledPack) => {
    const { pack, version, digest } = next
    // The same version read twice changes nothing; an older reading that arrives late must not undo a newer one.
    if ((active.get(pack)?.version ?? 0) >= version) return
    epoch = Math.max(epoch, next.epoch)
    active.set(pack, next)
    logger.info({ pack, version, digest, epoch: next.epoch }, 'policy.activated')
    for (const listener of listeners) listener({ pack, version, digest, epoch: next.epoch })
  }
  const reload = async (pack: PackName) => swap(await newestUsable(pack))
  return {
    get: (name) => {
      if (!isPackName(name))
        throw policyErrors.POLICY_PACK_UNKNOWN(`There is no policy pack ${JSON.stringify(name)}.`)
      const found = active.get(name)
      if (!found) throw policyErrors.POLICY_NOT_STARTED(`The policy pack ${name} is not loaded yet.`)
      return found
    },
    reload,
    reloadAll: async () => {
      for (const pack of PACKS) await reload(pack)
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
