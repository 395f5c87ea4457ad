/** Use cases of the inventory: register, list, and move model versions through their lifecycle under policy. */
import type { Readable } from 'node:stream'
import {
  type ArtifactRef,
  type Decision,
  type Digest,
  formatModelVersionRef,
  type ModelSignature,
  type ModelSpec,
  type ModelVersionRef,
  type Principal,
  parseModelVersionRef,
  principalName,
  type Stage,
} from '@rampart/domain'
import type { Clock, Database, EventLog, Tx } from '@rampart/kit'
import type { ArtifactStore } from './artifact-store.ts'
import { inventoryErrors } from './errors.ts'
import { isLegalStep, nextStages } from './lifecycle.ts'
import type { AfterTransition, AuditPort, EvidenceFact, EvidencePort, PolicyPort } from './ports.ts'
import { promotionInput, type Undoing } from './promotion-input.ts'
import { createReconsideration } from './reconsideration.ts'
import { checkRegistration, type RequestedArtifact, versionDigest } from './registration.ts'
import * as store from './store.ts'

export type InventoryDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly artifacts: ArtifactStore
  readonly policy: PolicyPort
  readonly audit: AuditPort
  readonly evidence: EvidencePort
  readonly maxArtifactBytes: number
  readonly afterTransition?: AfterTransition
}

export type TransitionRequest = {
  readonly to: Stage
  readonly reason: string
  /** Refuses when the version has changed since the caller read it. */
  readonly revision?: number
  /** Inputs and outputs found by assessment. */
  readonly signature?: ModelSignature
  /** The response run whose withdrawal this undoes; never set by the API. */
  readonly undoes?: string
}

const MAX_VERSIONS_OF_DIGEST = 500

export type Inventory = ReturnType<typeof createInventory>

/** What evidence may be about: the version's own digest, and its files. */
export const digestsOf = ({ digest, artifacts }: store.StoredVersion): readonly Digest[] => [
  digest,
  ...artifacts.map((artifact) => artifact.digest),
]

const notFound = (ref: ModelVersionRef) =>
  inventoryErrors.INVENTORY_NOT_FOUND(`There is no model version ${formatModelVersionRef(ref)}.`)

/** Builds the inventory over a database, an artifact store and the rooms it asks. */
export const createInventory = (deps: InventoryDeps) => {
  const { database, eventLog, clock, artifacts, policy, audit, evidence } = deps

  const get = async (tenant: string, ref: ModelVersionRef): Promise<store.StoredVersion> => {
    const found = await database.read(tenant, (tx) => store.findVersion(tx, ref))
    if (found === undefined) throw notFound(ref)
    return found
  }

  const factsOf = (tenant: string, version: store.StoredVersion): Promise<readonly EvidenceFact[]> =>
    evidence.evidenceAbout(tenant, digestsOf(version))

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
    request: ModelVersionRef & { readonly artifacts: readonly RequestedArtifact[]; readonly spec: ModelSpec },
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
        createdBy: principalName(principal),
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
      principal: principalName(principal),
      action: 'model-version.register',
      entity: { kind: 'model-version', id: subject },
      outcome: 'success',
      details: { digest, artifacts: version.artifacts.map(({ path, digest }) => ({ path, digest })) },
    })
    await eventLog.publish(tx, principal.tenant, {
      type: 'rampart.model-version.registered.v1',
      subject,
      principal: principalName(principal),
      data: { name, version: version.version, digest, stage },
    })
  }

  const decide = async (
    principal: Principal,
    version: store.StoredVersion,
    request: Pick<TransitionRequest, 'to' | 'reason'> & { readonly undoes?: Undoing },
    options: { readonly facts: readonly EvidenceFact[]; readonly tx?: Tx; readonly dryRun?: boolean },
  ): Promise<Decision> =>
    policy.decide({
      pack: 'promotion',
      principal,
      entity: { kind: 'model-version', id: formatModelVersionRef(version) },
      input: promotionInput({
        principal,
        version,
        request,
        evidence: options.facts,
        now: clock.iso(),
      }),
      ...(options.tx === undefined ? {} : { tx: options.tx }),
      ...(options.dryRun === undefined ? {} : { dryRun: options.dryRun }),
    })

  const applyAllowed = async (
    tx: Tx,
    principal: Principal,
    version: store.StoredVersion,
    request: TransitionRequest,
    decision: Decision,
  ): Promise<void> => {
    const time = clock.iso()
    const subject = formatModelVersionRef(version)
    const name = principalName(principal)
    await store.updateStage(tx, version, {
      stage: request.to,
      time,
      ...(request.signature === undefined ? {} : { signature: request.signature }),
    })
    await store.insertTransition(tx, version, {
      from: version.stage,
      to: request.to,
      reason: request.reason,
      principal: name,
      decisionId: decision.id,
      time,
    })
    if (request.to === 'approved') {
      const { name: model, version: number, tenant, digest } = version
      const predicate = {
        model,
        version: number,
        tenant,
        approver: name,
        reason: request.reason,
        decisionId: decision.id,
        approvedAt: time,
      }
      await evidence.attestApproval(tx, principal, { name: subject, digest }, predicate)
    }
    await eventLog.publish(tx, principal.tenant, {
      type: 'rampart.model-version.transitioned.v1',
      subject,
      principal: name,
      data: {
        name: version.name,
        version: version.version,
        digest: version.digest,
        from: version.stage,
        to: request.to,
        reason: request.reason,
        decision_id: decision.id,
      },
    })
  }

  /** The stage from which the version came into the one it is in. */
  const stageBefore = async (tx: Tx, version: store.StoredVersion): Promise<Stage | undefined> =>
    (await store.listTransitions(tx, version)).findLast(({ to }) => to === version.stage)?.from ?? undefined

  const transition = async (
    principal: Principal,
    ref: ModelVersionRef,
    request: TransitionRequest,
  ): Promise<store.StoredVersion> => {
    // Read before the lock: a second connection taken inside a transaction could starve the pool. A version's digest
    // never changes and evidence is only ever added, so what is read here stays true.
    const facts = await factsOf(principal.tenant, await get(principal.tenant, ref))
    const outcome = await database.tx(principal.tenant, async (tx) => {
      const version = await store.lockVersion(tx, ref)
      if (version === undefined) throw notFound(ref)
      if (request.revision !== undefined && request.revision !== version.revision)
        throw inventoryErrors.INVENTORY_REVISION_CHANGED(
          `Revision is ${version.revision}, not ${request.revision}.`,
        )
      const before = request.undoes === undefined ? undefined : await stageBefore(tx, version)
      if (!isLegalStep(version.stage, request.to, before)) throw illegalStep(version, request.to)
      const { to, reason, undoes: run } = request
      const question =
        run === undefined || before === undefined
          ? { to, reason }
          : { to, reason, undoes: { run, stage: before } }
      const decision = await decide(principal, version, question, { facts, tx })
      if (decision.allow) await applyAllowed(tx, principal, version, request, decision)
      await audit.record(tx, {
        tenant: principal.tenant,
        principal: principalName(principal),
        action: `model-version.transition.${request.to}`,
        entity: { kind: 'model-version', id: formatModelVersionRef(version) },
        outcome: decision.allow ? 'success' : 'denied',
        details: {
          from: version.stage,
          to: request.to,
          reason: request.reason,
          digest: version.digest,
          decision: decision.id,
          reasons: decision.reasons,
          ...(run === undefined ? {} : { undoes: run }),
        },
      })
      return { version, decision }
    })
    // The denial is thrown only after its audit entry is committed.
    if (!outcome.decision.allow) throw denied(outcome.version, request.to, outcome.decision)
    const after = await get(principal.tenant, ref)
    await deps.afterTransition?.({ version: after, from: outcome.version.stage, to: request.to })
    return after
  }

  /** Policy's answer for every step that exists from here, before anyone clicks. */
  const preview = async (principal: Principal, ref: ModelVersionRef) => {
    const version = await get(principal.tenant, ref)
    const facts = await factsOf(principal.tenant, version)
    return Promise.all(
      nextStages(version.stage).map(async (to) => {
        const decision = await decide(principal, version, { to, reason: 'preview' }, { facts, dryRun: true })
        return { to, allow: decision.allow, reasons: decision.reasons }
      }),
    )
  }

  const reconsider = createReconsideration({
    get,
    transition,
    decide: async (principal, version, request) =>
      decide(principal, version, request, {
        facts: await factsOf(principal.tenant, version),
      }),
  })

  return {
    register,
    transition,
    preview,
    reconsider,
    get,
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
    openArtifact: artifacts.open,
    artifactSize: artifacts.sizeOf,
    artifactPath: artifacts.localPath,
  }
}

const illegalStep = (version: store.StoredVersion, to: Stage) => {
  const next = nextStages(version.stage)
  const possible = next.length === 0 ? 'nothing follows it' : `possible: ${next.join(', ')}`
  return inventoryErrors.INVENTORY_TRANSITION_ILLEGAL(
    `${formatModelVersionRef(version)} is ${version.stage}; it cannot become ${to} (${possible}).`,
  )
}

const denied = (version: store.StoredVersion, to: Stage, decision: Decision) =>
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
