/** Assessment as a durable job: asked for by an event, measured once, attested, then a step of the lifecycle. */
import {
  type AssessmentPredicate,
  componentPrincipal,
  type Digest,
  formatModelVersionRef,
  type ModelSpec,
  PREDICATE,
} from '@rampart/domain'
import {
  ALL_TENANTS,
  AppError,
  type Clock,
  type Database,
  type EventLog,
  type Logger,
  newId,
  type Random,
  type SpanAttributes,
  type Tracer,
  type Tx,
  traced,
} from '@rampart/kit'
import type { Assessment, AssessmentRequest } from './assess.ts'
import type { AttestPort, InventoryPort, ReferenceMeasured, ScanGate } from './ports.ts'
import * as store from './store.ts'

export type AssuranceDeps = {
  readonly database: Pick<Database, 'tx' | 'read' | 'listen'>
  readonly eventLog: Pick<EventLog, 'consumer'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Absent when tracing is off. */
  readonly tracer?: Tracer
  readonly inventory: InventoryPort
  readonly trust: AttestPort
  readonly scanGate: ScanGate
  readonly assess: (request: AssessmentRequest) => Promise<Assessment>
  readonly onReference: ReferenceMeasured
  /** True when no other process shares the database: leases found at start are of a dead process. */
  readonly exclusive: boolean
}

const LEASE_MS = 30_000
const MAX_ATTEMPTS = 5
const IDLE_POLL_MS = 5_000
const PRINCIPAL = 'assurance'

export type Assurance = ReturnType<typeof createAssurance>

export const createAssurance = (deps: AssuranceDeps) => {
  const { database, clock, logger } = deps
  const later = (ms: number) => new Date(clock.now() + ms).toISOString()
  let wake = Promise.withResolvers<void>()
  let stopping = false
  let running: Promise<void> = Promise.resolve()
  let unlisten = async (): Promise<void> => undefined

  const consumer = deps.eventLog.consumer({
    name: 'assurance',
    types: [
      'rampart.model-version.registered.v1',
      'rampart.model-version.transitioned.v1',
      'rampart.evidence.recorded.v1',
    ],
    handle: async (event, tx) => {
      if (event.type === 'rampart.evidence.recorded.v1') return afterWaiver(event.data, tx)
      const { name, version, digest, to } = event.data as {
        name: string
        version: string
        digest: string
        to?: string
      }
      // A version released from quarantine is registered again and must be assessed anew.
      if (to !== undefined && to !== 'registered') return
      await store.enqueue(tx, { id: newId(clock, deps.random), name, version, digest, time: clock.iso() })
    },
  })

  /** What waited for a waiver is taken up again. */
  const afterWaiver = async (data: Readonly<Record<string, unknown>>, tx: Tx): Promise<void> => {
    const { predicate_type: type, model, version, subject_digest: digest } = data as Record<string, string>
    if (type !== PREDICATE.waiver || model === undefined || version === undefined || digest === undefined)
      return
    await store.enqueue(tx, {
      id: newId(clock, deps.random),
      name: model,
      version,
      digest,
      time: clock.iso(),
    })
  }

  const finishAttested = async (job: store.Job, result: store.JobResult): Promise<void> => {
    const { tenant } = job
    const note = await promote(job, result)
    const state = note === undefined ? 'passed' : 'abandoned'
    await database.tx(tenant, (tx) =>
      store.finish(tx, job.id, { state, time: clock.iso(), ...(note === undefined ? {} : { note }) }),
    )
  }

  /** Takes the step to `assessed`; a sentence when the lifecycle or policy no longer allows it. */
  const promote = async (job: store.Job, result: store.JobResult): Promise<string | undefined> => {
    try {
      await deps.inventory.transition(componentPrincipal(PRINCIPAL, ['operator'], job.tenant), job, {
        to: 'assessed',
        reason: describe(result),
        ...(result.signature === undefined ? {} : { signature: result.signature }),
      })
      return undefined
    } catch (error) {
      if (
        error instanceof AppError &&
        (error.kind === 'Conflict' || error.kind === 'Forbidden') &&
        !error.retryable
      )
        return error.message
      throw error
    }
  }

  const measure = async (job: store.Job): Promise<void> => {
    const { tenant } = job
    const version = await deps.inventory.get(tenant, job)
    if (version.stage !== 'registered') return abandon(job, `the version is ${version.stage} already`)
    const gate = await deps.scanGate(version)
    if (!gate.may) {
      const reasons =
        gate.why === 'blocked' ? gate.reasons : gate.reasons.map((why) => `waits for a waiver: ${why}`)
      return attest(job, { predicate: notLoaded(job, reasons, clock.iso()) })
    }
    const request = await assessmentRequest(deps.inventory, job, version)
    const assessment = await deps.assess(request)
    const { predicate, signature } = assessment
    if (predicate.result === 'passed') await tellReference(job, version.spec, assessment)
    await attest(job, { predicate, ...(signature === undefined ? {} : { signature }) })
  }

  const abandon = (job: store.Job, note: string): Promise<void> =>
    database.tx(job.tenant, (tx) => store.finish(tx, job.id, { state: 'abandoned', time: clock.iso(), note }))

  const attest = async (job: store.Job, result: store.JobResult): Promise<void> => {
    const { tenant, digest } = job
    const { predicate } = result
    await database.tx(tenant, async (tx) => {
      const subject = { name: formatModelVersionRef(job), digest }
      await deps.trust.attestAssessment(
        tx,
        componentPrincipal(PRINCIPAL, ['operator'], tenant),
        subject,
        predicate,
      )
      const state = predicate.result === 'passed' ? 'attested' : 'failed'
      const note = predicate.result === 'passed' ? {} : { note: predicate.reasons.join('; ') }
      await store.finish(tx, job.id, { state, time: clock.iso(), result, ...note })
    })
    logger.info({ modelRef: formatModelVersionRef(job), result: predicate.result }, 'model-version.assessed')
    if (predicate.result === 'passed') await finishAttested(job, result)
  }

  const tellReference = async (job: store.Job, spec: ModelSpec, assessment: Assessment): Promise<void> => {
    if (assessment.signature === undefined || assessment.rows.length === 0) return
    await deps.onReference({
      tenant: job.tenant,
      ref: { name: job.name, version: job.version },
      signature: assessment.signature,
      features: spec.features ?? [],
      classes: spec.classes ?? [],
      prediction: spec.reference?.prediction ?? '',
      rows: assessment.rows,
      outputs: assessment.outputs,
    })
  }

  const process = async (job: store.Job): Promise<void> => {
    const renewal = setInterval(() => {
      database.tx(job.tenant, (tx) => store.renew(tx, job.id, later(LEASE_MS))).catch(() => undefined)
    }, LEASE_MS / 3)
    try {
      await traced(deps.tracer, 'assurance.assess', { attributes: aboutJob(job) }, () =>
        job.state === 'attested' && job.result !== null ? finishAttested(job, job.result) : measure(job),
      )
    } catch (error) {
      await giveUpOrRetry(job, error)
    } finally {
      clearInterval(renewal)
    }
  }

  const giveUpOrRetry = async (job: store.Job, error: unknown): Promise<void> => {
    logger.warn(
      { err: error, modelRef: formatModelVersionRef(job), attempt: job.attempts },
      'assessment.failed',
    )
    await database
      .tx(job.tenant, (tx) =>
        job.attempts >= MAX_ATTEMPTS
          ? store.finish(tx, job.id, { state: 'abandoned', time: clock.iso(), note: messageOf(error) })
          : store.renew(tx, job.id, later(1000 * 2 ** job.attempts)),
      )
      .catch(() => undefined)
  }

  const claim = () =>
    database
      .tx(ALL_TENANTS, (tx) => store.claim(tx, clock.iso(), later(LEASE_MS)))
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'assessment.claim-failed')
        return undefined
      })

  const loop = async (): Promise<void> => {
    while (!stopping) {
      const job = await claim()
      if (job !== undefined) {
        await process(job)
        continue
      }
      const timer = setTimeout(() => wake.resolve(), IDLE_POLL_MS)
      await wake.promise
      clearTimeout(timer)
      wake = Promise.withResolvers<void>()
    }
  }

  return {
    start: async (): Promise<void> => {
      if (deps.exclusive) await database.tx(ALL_TENANTS, store.freeLeases)
      unlisten = await database.listen(store.JOB_CHANNEL, () => wake.resolve())
      await consumer.start()
      running = loop()
    },
    stop: async (): Promise<void> => {
      stopping = true
      await consumer.stop()
      await unlisten()
      wake.resolve()
      await running
    },
    latest: (tenant: string, name: string, version: string) =>
      database.read(tenant, (tx) => store.latestFor(tx, name, version)),
  }
}

const aboutJob = ({ name, version, digest, attempts }: store.Job): SpanAttributes => ({
  'rampart.model': name,
  'rampart.version': version,
  'rampart.digest': digest,
  'rampart.attempt': attempts,
})

/** What the scan blocks or could not verify is not opened; a waiver has it assessed again. */
const notLoaded = (job: store.Job, reasons: readonly string[], assessedAt: string): AssessmentPredicate => ({
  model: job.name,
  version: job.version,
  tenant: job.tenant,
  result: 'failed',
  reasons,
  metrics: {},
  limits: {},
  rows: 0,
  runtime: 'not loaded',
  durationMs: 0,
  assessedAt,
})

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const describe = ({ predicate }: store.JobResult): string => {
  const { accuracy } = predicate.metrics
  return accuracy === undefined
    ? 'assessment passed: the model loads; it has no reference rows'
    : `assessment passed: accuracy ${(accuracy * 100).toFixed(2)} % on ${predicate.rows} reference rows`
}

const assessmentRequest = async (
  inventory: InventoryPort,
  job: store.Job,
  version: Awaited<ReturnType<InventoryPort['get']>>,
): Promise<AssessmentRequest> => {
  const withPath = async (digest: Digest) => ({ path: await inventory.artifactPath(digest), digest })
  const reference = version.artifacts.find((artifact) => artifact.role === 'reference')
  return {
    tenant: job.tenant,
    ref: { name: job.name, version: job.version },
    spec: version.spec,
    model: await withPath(modelArtifact(version).digest),
    ...(reference === undefined ? {} : { reference: await withPath(reference.digest) }),
  }
}

const modelArtifact = (version: Awaited<ReturnType<InventoryPort['get']>>) => {
  const model = version.artifacts.find((artifact) => artifact.role === 'model')
  if (model === undefined) throw new Error('a registered version has a model artifact')
  return model
}
