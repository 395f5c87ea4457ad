/** Writing versions of packs: seeding what is shipped, activating what people edit, going back. */
import { componentPrincipal, DEFAULT_TENANT, type Principal, principalName } from '@rampart/domain'
import type { Clock, Database, EventLog, Logger, Tx } from '@rampart/kit'
import type { RegoRuntime } from '@rampart/rego'
import { requireActivatable } from './activation.ts'
import { compilePack } from './compiled-pack.ts'
import { policyErrors } from './errors.ts'
import { PACKS, type PackFiles, type PackName, packDigest, readShippedPack } from './pack-files.ts'
import type { PolicyAudit } from './ports.ts'
import * as store from './store.ts'
import { invalidNow } from './validity.ts'

const RESTORED = 'Back to the shipped pack, as policy.restore told the start to'

export type HistoryDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly audit: PolicyAudit
  readonly clock: Clock
  readonly logger: Logger
  readonly runtime: RegoRuntime
  readonly shipped?: (pack: PackName) => Promise<PackFiles>
  readonly requiredActions: () => Iterable<string>
  /** Packs whose shipped version replaces what people edited; the edited versions stay in the history. */
  readonly restore?: readonly PackName[]
}

export type Change = {
  readonly files: PackFiles
  readonly message: string
  /** The version that the author saw; another active one refuses the change. */
  readonly expectedVersion: number
}

type Draft = Pick<store.PackVersion, 'origin' | 'files' | 'testsPassed' | 'message'>

const isHumanEdit = ({ origin }: store.PackVersionInfo): boolean => origin !== 'shipped'

export function createHistory(deps: HistoryDeps) {
  const { database, eventLog, audit, clock, logger, runtime } = deps
  const shipped = deps.shipped ?? readShippedPack
  const check = (pack: PackName, files: PackFiles) =>
    requireActivatable(runtime, pack, files, deps.requiredActions())

  const append = async (tx: Tx, pack: PackName, principal: Principal, version: number, draft: Draft) => {
    const digest = packDigest(draft.files)
    const author = principalName(principal)
    const next = { ...draft, pack, version, digest, author, createdAt: clock.iso() }
    await store.insertVersion(tx, next)
    await audit.record(tx, {
      tenant: DEFAULT_TENANT,
      principal: author,
      action: 'policy.activate',
      entity: { kind: 'policy', id: pack },
      outcome: 'success',
      details: {
        version,
        digest,
        origin: draft.origin,
        message: draft.message,
        testsPassed: draft.testsPassed,
      },
    })
    await eventLog.publish(tx, DEFAULT_TENANT, {
      type: 'rampart.policy.activated.v1',
      subject: pack,
      principal: author,
      data: { pack, version, digest },
    })
    return next
  }
  const newest = async (tx: Tx, pack: PackName) => (await store.selectVersions(tx, pack, 1))[0]

  const seedOne = async (pack: PackName): Promise<void> => {
    const files = await shipped(pack)
    const digest = packDigest(files)
    await database.tx(DEFAULT_TENANT, async (tx) => {
      await store.lockPack(tx, pack)
      const current = await newest(tx, pack)
      if (current?.digest === digest) return
      const isEdited = current !== undefined && isHumanEdit(current)
      if (isEdited && !deps.restore?.includes(pack)) {
        logger.info({ pack, version: current.version, shipped: digest }, 'policy.edited-pack-kept')
        return
      }
      const { testsPassed } = check(pack, files)
      if (isEdited) logger.warn({ pack, replaced: current.version }, 'policy.restored')
      const message = isEdited ? RESTORED : current ? 'The pack of a new release' : 'The pack as shipped'
      const draft: Draft = { origin: 'shipped', files, testsPassed, message }
      await append(tx, pack, componentPrincipal('policy', []), (current?.version ?? 0) + 1, draft)
    })
  }

  const expiryOf = (pack: PackName, files: PackFiles): string | undefined => {
    const { until } = compilePack(runtime, { pack, files, version: 0, epoch: 0 }).validity
    return until === undefined ? undefined : invalidNow({ until }, clock.now())
  }

  const refuse = async (
    pack: PackName,
    principal: Principal,
    files: PackFiles,
    why: string,
  ): Promise<never> => {
    await database.tx(DEFAULT_TENANT, (tx) =>
      audit.record(tx, {
        tenant: DEFAULT_TENANT,
        principal: principalName(principal),
        action: 'policy.activate',
        entity: { kind: 'policy', id: pack },
        outcome: 'denied',
        details: { digest: packDigest(files), why },
      }),
    )
    throw policyErrors.POLICY_EXPIRED(`${pack} was not activated: ${why}.`)
  }

  /** Checks outside the transaction: compiling and testing takes tens of milliseconds. */
  const change = async (
    pack: PackName,
    principal: Principal,
    origin: 'edited' | 'rollback',
    { files, message, expectedVersion }: Change,
  ): Promise<store.PackVersion> => {
    const { testsPassed } = check(pack, files)
    const why = expiryOf(pack, files)
    if (why !== undefined) return refuse(pack, principal, files, why)
    return database.tx(DEFAULT_TENANT, async (tx) => {
      await store.lockPack(tx, pack)
      const current = await newest(tx, pack)
      if (current?.version !== expectedVersion) {
        throw policyErrors.POLICY_REVISION_CHANGED(
          `Version ${current?.version ?? 0} of ${pack} is active, not ${expectedVersion}.`,
          { details: { version: current?.version } },
        )
      }
      if (packDigest(files) === current.digest) return current
      return append(tx, pack, principal, expectedVersion + 1, { origin, files, testsPassed, message })
    })
  }
  const version = async (pack: PackName, number: number): Promise<store.PackVersion> => {
    const found = await database.read(DEFAULT_TENANT, (tx) => store.findVersion(tx, pack, number))
    if (!found) throw policyErrors.POLICY_PACK_UNKNOWN(`The pack ${pack} has no version ${number}.`)
    return found
  }
  return {
    /** Version 1 on first start; the release's pack when nobody edited the old one. */
    seed: async () => {
      for (const pack of PACKS) await seedOne(pack)
    },
    shippedDigest: async (pack: PackName) => packDigest(await shipped(pack)),
    version,
    list: (pack: PackName, page: { before?: number; limit: number }) =>
      database.read(DEFAULT_TENANT, (tx) => store.selectHistory(tx, pack, page)),
    edit: (pack: PackName, principal: Principal, edit: Change) => change(pack, principal, 'edited', edit),
    /** An old version's files become a new version. */
    rollback: async (
      pack: PackName,
      principal: Principal,
      to: { readonly version: number; readonly expectedVersion: number },
    ) => {
      const { files } = await version(pack, to.version)
      const message = `Back to version ${to.version}`
      return change(pack, principal, 'rollback', { files, message, expectedVersion: to.expectedVersion })
    },
  }
}
