/** Use cases of the inventory: register, list, and move model versions through their lifecycle under policy. */
import type { Readable } from 'node:stream'
import {
  type ApprovalStanding,
  type ArtifactRef,
  type Decision,
  type Digest,
  formatModelVersionRef,
  type ModelSpec,
  type ModelVersion,
  type ModelVersionRef,
  type Principal,
  parseModelVersionRef,
  principalName,
  type Stage,
} from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database, type EventLog, type Tx } from '@rampart/kit'
import type { ArtifactStore } from './artifact-store.ts'
import { inventoryErrors } from './errors.ts'
import { isLegalStep, nextStages } from './lifecycle.ts'
import type { AfterTransition, ApprovalsPort, AuditPort, EvidencePort, PolicyPort } from './ports.ts'
import type { Undoing } from './promotion-input.ts'
import { createReconsideration } from './reconsideration.ts'
import { checkRegistration, type RequestedArtifact, versionDigest } from './registration.ts'
import { createSteps, type Step, type TransitionRequest } from './steps.ts'
import * as store from './store.ts'

export type InventoryDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly artifacts: ArtifactStore
  readonly policy: PolicyPort
  readonly audit: AuditPort
  readonly evidence: EvidencePort
  readonly approvals: ApprovalsPort
  readonly maxArtifactBytes: number
  readonly afterTransition?: AfterTransition
}

const MAX_VERSIONS_OF_DIGEST = 500

export type Inventory = ReturnType<typeof createInventory>

export type Approving = {
  readonly tx: Tx
  readonly principal: Principal
  readonly version: ModelVersion
  readonly reason: string
  readonly approval: ApprovalStanding
}

/** What would stand if this principal's approval were the last one needed. */
const supposed = (principal: Principal): ApprovalStanding => ({
  met: true,
  reasons: [],
  counted: [],
  persons: [principalName(principal)],
})

/** What evidence may be about: the version's own digest, and its files. */
export const digestsOf = ({ digest, artifacts }: ModelVersion): readonly Digest[] => [
  digest,
  ...artifacts.map((artifact) => artifact.digest),
]

const notFound = (ref: ModelVersionRef) =>
  inventoryErrors.INVENTORY_NOT_FOUND(`There is no model version ${formatModelVersionRef(ref)}.`)

/** Builds the inventory over a database, an artifact store and the rooms it asks. */
export const createInventory = (deps: InventoryDeps) => {
  const { database, eventLog, clock, artifacts, audit, evidence, approvals } = deps
  const steps = createSteps(deps)

  const get = async (tenant: string, ref: ModelVersionRef): Promise<store.StoredVersion> => {
    const found = await database.read(tenant, (tx) => store.findVersion(tx, ref))
    if (found === undefined) throw notFound(ref)
    return found
  }

  const resolveArtifacts = async (requested: readonly RequestedArtifact[]): Promise<ArtifactRef[]> =>
    Promise.all(
      requested.map(async ({ path, role, digest }) => {
        const sizeBytes = await artifacts.sizeOf(digest)
        if (sizeBytes === undefined)
          throw inventoryErrors.INVENTORY_ARTIFACT_MISSING(`Artifact ${path} (${digest}) was never uploaded.`)
        return { path, role, digest, sizeBytes }
      }),
    )

  const register = async (
    principal: Principal,
    request: ModelVersionRef & {
      readonly artifacts: readonly RequestedArtifact[]
      readonly spec: ModelSpec
      /** Written as the creator where a part of ours registers for somebody else: `registry:NAME`. */
      readonly createdBy?: string
    },
  ): Promise<{ version: store.StoredVersion; created: boolean }> => {
    checkRegistration(request, request.artifacts, request.spec)
    const resolved = await resolveArtifacts(request.artifacts)
    const digest = versionDigest(resolved)
    const ref = { name: request.name, version: request.version }
    return database.tx(principal.tenant, async (tx) => {
      const createdAt = clock.iso()
      const created = await store.insertVersion(tx, {
        ...ref,
        digest,
        spec: request.spec,
        artifacts: resolved,
        createdBy: request.createdBy ?? principalName(principal),
        createdAt,
      })
      const version = await store.findVersion(tx, ref)
      if (version === undefined) throw notFound(ref)
      if (!created) {
        requireSameContent(version, resolved, request.spec)
        return { version, created }
      }
      await recordRegistration(tx, principal, version)
      return { version, created }
    })
  }

  const recordRegistration = async (
    tx: Tx,
    principal: Principal,
    version: store.StoredVersion,
  ): Promise<void> => {
    const { name, digest, stage } = version
    const subject = formatModelVersionRef(version)
    await audit.record(tx, {
      tenant: principal.tenant,
      principal: version.createdBy,
      action: 'model-version.register',
      entity: { kind: 'model-version', id: subject },
      outcome: 'success',
      details: { digest, artifacts: version.artifacts.map(({ path, digest }) => ({ path, digest })) },
    })
    await eventLog.publish(tx, principal.tenant, {
      type: 'rampart.model-version.registered.v1',
      subject,
      principal: version.createdBy,
      data: { name, version: version.version, digest, stage },
    })
  }

  const stepOf = async (
    tx: Tx,
    principal: Principal,
    version: store.StoredVersion,
    request: Step['request'],
  ): Promise<Step> => {
    const facts = await evidence.evidenceIn(tx, digestsOf(version))
    return { principal, version, request, facts, approval: await approvals.standing(tx, version, facts) }
  }

  /** Serialises every writer of the version; throws when there is none, or when it is not at `revision`. */
  const lock = async (tx: Tx, ref: ModelVersionRef, revision?: number): Promise<store.StoredVersion> => {
    const version = await store.lockVersion(tx, ref)
    if (version === undefined) throw notFound(ref)
    if (revision !== undefined && revision !== version.revision)
      throw inventoryErrors.INVENTORY_REVISION_CHANGED(`Revision is ${version.revision}, not ${revision}.`)
    return version
  }

  /** The stage from which the version came into the one it is in, when a run wants to give it back. */
  const undoingOf = async (
    tx: Tx,
    version: store.StoredVersion,
    { undoes: run }: TransitionRequest,
  ): Promise<Undoing | undefined> => {
    if (run === undefined) return undefined
    const steps = await store.listTransitions(tx, version)
    const stage = steps.findLast(({ to }) => to === version.stage)?.from ?? undefined
    return stage === undefined ? undefined : { run, stage }
  }

  const settle = async (tenant: string, ref: ModelVersionRef, from: Stage): Promise<store.StoredVersion> => {
    const version = await get(tenant, ref)
    await deps.afterTransition?.({ version, from, to: version.stage })
    return version
  }

  const transition = async (
    principal: Principal,
    ref: ModelVersionRef,
    request: TransitionRequest,
  ): Promise<store.StoredVersion> => {
    if (request.to === 'approved' && request.undoes === undefined) {
      await approvals.approve(principal, ref, request)
      return get(principal.tenant, ref)
    }
    const outcome = await database.tx(principal.tenant, async (tx) => {
      const version = await lock(tx, ref, request.revision)
      const undoes = await undoingOf(tx, version, request)
      if (!isLegalStep(version.stage, request.to, undoes?.stage)) throw illegalStep(version, request.to)
      const { undoes: _, ...asked } = request
      const step = { ...asked, ...(undoes === undefined ? {} : { undoes }) }
      return { version, decision: await steps.take(tx, await stepOf(tx, principal, version, step)) }
    })
    // The denial is thrown only after its audit entry is committed.
    if (!outcome.decision.allow) throw denied(outcome.version, request.to, outcome.decision)
    return settle(principal.tenant, ref, outcome.version.stage)
  }

  /** Policy's answer for every step that exists from here, before anyone clicks. */
  const preview = async (principal: Principal, ref: ModelVersionRef) => {
    const version = await get(principal.tenant, ref)
    const { known, approving } = await database.read(principal.tenant, async (tx) => {
      const known = await stepOf(tx, principal, version, { to: 'approved', reason: 'preview' })
      return { known, approving: await approvals.preview(tx, principal, version, known.facts) }
    })
    return Promise.all(
      nextStages(version.stage).map(async (to) => {
        const approval = to === 'approved' ? supposed(principal) : known.approval
        const step = { ...known, approval, request: { to, reason: 'preview' } }
        const { allow, reasons } = await steps.decide(step, { dryRun: true })
        if (to !== 'approved' || !allow) return { to, allow, reasons }
        return { to, ...approving }
      }),
    )
  }

  const reconsider = createReconsideration({
    get,
    transition,
    decide: async (principal, version, request) =>
      steps.decide(
        await database.read(principal.tenant, (tx) => stepOf(tx, principal, version, request)),
        {},
      ),
  })

  const approvingStep = async (tx: Tx, about: Omit<Approving, 'tx'>): Promise<Step> => {
    const { principal, version, reason, approval } = about
    const facts = await evidence.evidenceIn(tx, digestsOf(version))
    return { principal, version, facts, approval, request: { to: 'approved', reason } }
  }

  return {
    register,
    transition,
    preview,
    reconsider,
    get,
    lock,
    find: store.findVersion,
    settle,
    /** The step to `approved`, once approvals have been counted: asked, or asked and taken. */
    mayApprove: async ({ tx, principal, version, reason, approval }: Approving) =>
      steps.may(tx, await approvingStep(tx, { principal, version, reason, approval })),
    approve: async ({ tx, principal, version, reason, approval }: Approving) =>
      steps.take(tx, await approvingStep(tx, { principal, version, reason, approval })),
    denied: (version: ModelVersion, decision: Decision) => denied(version, 'approved', decision),
    illegal: (version: Pick<ModelVersion, 'name' | 'version' | 'stage'>) => illegalStep(version, 'approved'),
    list: (tenant: string, filter: store.VersionFilter) =>
      database.read(tenant, (tx) => store.listVersions(tx, filter)),
    /** Every version of these bytes, read in the caller's transaction. */
    versionsWithDigest: (tx: Tx, digest: Digest): Promise<readonly store.StoredVersion[]> =>
      store.listVersions(tx, { digest, limit: MAX_VERSIONS_OF_DIGEST }),
    versionDigestsOf: store.versionDigestsOf,
    versionDigest: async (tx: Tx, ref: string): Promise<Digest | undefined> => {
      const parsed = parseModelVersionRef(ref)
      return parsed === undefined ? undefined : (await store.findVersion(tx, parsed))?.digest
    },
    artifactNames: (tenant: string, digest: Digest): Promise<readonly string[]> =>
      database.read(tenant, (tx) => store.artifactNames(tx, digest)),
    transitions: (tenant: string, ref: ModelVersionRef) =>
      database.read(tenant, (tx) => store.listTransitions(tx, ref)),
    countByStage: (tenant: string) => database.read(tenant, store.countByStage),
    putArtifact: (source: Readable, expected?: Digest) =>
      artifacts.put(source, {
        maxBytes: deps.maxArtifactBytes,
        ...(expected === undefined ? {} : { expected }),
      }),
    adoptArtifact: artifacts.adopt,
    openArtifact: artifacts.open,
    artifactSize: artifacts.sizeOf,
    artifactPath: artifacts.localPath,
    /** Files of versions in use, of every tenant: what the integrity watch looks at. */
    guarded: () => database.read(ALL_TENANTS, store.guardedArtifacts),
  }
}

const illegalStep = (version: Pick<ModelVersion, 'name' | 'version' | 'stage'>, to: Stage) => {
  const next = nextStages(version.stage)
  const possible = next.length === 0 ? 'nothing follows it' : `possible: ${next.join(', ')}`
  return inventoryErrors.INVENTORY_TRANSITION_ILLEGAL(
    `${formatModelVersionRef(version)} is ${version.stage}; it cannot become ${to} (${possible}).`,
    version.stage === 'registered'
      ? {
          help: `Its assessment is under way or failed: rampart describe model ${formatModelVersionRef(version)}`,
        }
      : {},
  )
}

const denied = (version: Pick<ModelVersion, 'name' | 'version' | 'stage'>, to: Stage, decision: Decision) =>
  inventoryErrors.INVENTORY_TRANSITION_DENIED(
    `Policy denies ${version.stage} → ${to} for ${formatModelVersionRef(version)}: ${decision.reasons.join('; ')}`,
    { details: { decisionId: decision.id, reasons: decision.reasons } },
  )

const requireSameContent = (
  existing: store.StoredVersion,
  artifacts: readonly ArtifactRef[],
  spec: ModelSpec,
): void => {
  const key = (list: readonly ArtifactRef[]) =>
    list
      .map(({ path, role, digest }) => `${path} ${role} ${digest}`)
      .sort()
      .join('\n')
  if (key(existing.artifacts) === key(artifacts) && canonical(existing.spec) === canonical(spec)) return
  throw inventoryErrors.INVENTORY_VERSION_EXISTS(
    `${formatModelVersionRef(existing)} is already registered with other content (digest ${existing.digest}).`,
  )
}

/** The database keeps the specification as jsonb, which does not keep key order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
