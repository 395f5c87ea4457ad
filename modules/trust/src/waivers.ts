/** Waivers: somebody who may takes upon himself what the scan of a version could not verify, with a reason, exactly that. */
import {
  type Digest,
  formatModelVersionRef,
  type ModelVersion,
  type ModelVersionRef,
  PREDICATE,
  type Principal,
  principalName,
  type WaiverPredicate,
} from '@rampart/domain'
import type { Clock, Database } from '@rampart/kit'
import { trustErrors } from './errors.ts'
import type { Trust } from './trust.ts'
import type { Verdicts } from './verdicts/verdicts.ts'

export type WaiversDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Clock
  readonly trust: Pick<Trust, 'attest'>
  readonly verdicts: Pick<Verdicts, 'refresh' | 'facts'>
  readonly versions: { get(tenant: string, ref: ModelVersionRef): Promise<ModelVersion> }
}

export type WaiverRequest = { readonly reason: string; readonly expiresAt?: string }

export type Waived = {
  readonly evidenceId: string
  readonly covers: readonly {
    readonly digest: Digest
    readonly path: string
    readonly rules: readonly string[]
  }[]
}

export const createWaivers = ({ database, clock, trust, verdicts, versions }: WaiversDeps) => {
  /** Of the version's own files. */
  const openOf = async (version: ModelVersion): Promise<Waived['covers']> => {
    const { scan } = await verdicts.facts(version)
    const refused = scan.files.find(({ result }) => result === 'blocked' || result === 'missing')
    if (refused !== undefined)
      throw trustErrors.TRUST_WAIVER_INVALID(
        refused.result === 'blocked'
          ? `the scan blocks ${refused.path}: what is blocked cannot be waived`
          : `${refused.path} was not scanned yet`,
      )
    return scan.files
      .filter(({ result }) => result === 'unverified')
      .map(({ digest, path, rules }) => ({ digest, path, rules }))
  }

  return {
    /** Covers the rules that found something in the files now, and no other. Throws TRUST_WAIVER_INVALID. */
    waive: async (principal: Principal, ref: ModelVersionRef, request: WaiverRequest): Promise<Waived> => {
      const { tenant } = principal
      const { reason, expiresAt } = request
      if (expiresAt !== undefined && !(Date.parse(expiresAt) > clock.now()))
        throw trustErrors.TRUST_WAIVER_INVALID('the waiver would have ended already')
      const version = await versions.get(tenant, ref)
      const covers = await openOf(version)
      if (covers.length === 0)
        throw trustErrors.TRUST_WAIVER_INVALID('everything is clean: there is nothing to waive')
      const predicate: WaiverPredicate = {
        tenant,
        model: version.name,
        version: version.version,
        covers,
        by: principalName(principal),
        reason,
        waivedAt: clock.iso(),
        ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
      }
      const subjectName = formatModelVersionRef(version)
      const { id } = await database.tx(tenant, (tx) =>
        trust.attest(tx, principal, {
          subjectName,
          digest: version.digest,
          predicateType: PREDICATE.waiver,
          predicate,
        }),
      )
      await verdicts.refresh(tenant, version.digest, `waiver of ${principalName(principal)}`)
      return { evidenceId: id, covers }
    },
  }
}
