/** From what policy decided about an incident to runs: one per action, named by the decision, so that it starts once. */
import type { Digest, EntityKind, ResponseAction } from '@rampart/domain'
import { type Principal, parseModelVersionRef } from '@rampart/domain'
import { type EventLog, isAppError, type Logger } from '@rampart/kit'
import type { Json } from './action.ts'
import type { VersionsPort } from './ports.ts'
import type { Response } from './response.ts'
import { retractionRequest } from './retraction.ts'
import type { RunRequest } from './run.ts'

export type DecidedDeps = {
  readonly eventLog: Pick<EventLog, 'consumer'>
  readonly logger: Logger
  readonly response: Pick<Response, 'start' | 'component' | 'actions'>
  readonly versions: Pick<VersionsPort, 'get'>
}

type Decided = {
  readonly incident: { readonly id: string; readonly title: string }
  readonly decision: {
    readonly id: string
    readonly actions: readonly ResponseAction[]
    readonly reasons: readonly string[]
  }
}

/** What an action is about, where policy named an entity instead of parameters. */
const implied = ({ action, entity: { kind, id } }: ResponseAction): Json => {
  const ref = kind === 'model-version' ? parseModelVersionRef(id) : undefined
  if (action.startsWith('route.') || action === 'canary.stop') return kind === 'route' ? { route: id } : {}
  if (action.startsWith('version.')) return ref === undefined ? {} : { model: ref.name, version: ref.version }
  if (action === 'digest.deny') return kind === 'artifact' ? { digest: id } : {}
  if (action.startsWith('caller.')) return kind === 'caller' || kind === 'principal' ? { caller: id } : {}
  if (action === 'policy.rollback') return kind === 'policy' ? { pack: id } : {}
  if (action === 'signer.suspend') return kind === 'signer' ? { signer: id } : {}
  return {}
}

export const createDecidedConsumer = ({ eventLog, logger, response, versions }: DecidedDeps) => {
  const requestOf = async (
    tenant: string,
    { incident, decision }: Decided,
    index: number,
    wanted: ResponseAction,
  ): Promise<RunRequest> => {
    const parameters = { ...implied(wanted), ...wanted.parameters }
    const reason = [...wanted.reasons, ...decision.reasons].join('; ').slice(0, 1000) || incident.title
    const ttl = wanted.ttl_s === undefined ? {} : { ttlMs: wanted.ttl_s * 1000 }
    const shared = {
      incident: incident.id,
      idempotencyKey: `decision ${decision.id} ${index}`,
      // `recommend` is a plan that waits for one person at least.
      approvals: wanted.mode === 'recommend' ? Math.max(1, wanted.approvals_needed) : wanted.approvals_needed,
    }
    if (wanted.action === 'version.retract') {
      const { model, version } = parameters as { model: string; version: string }
      const { digest } = await versions.get(tenant, model, version)
      const hasRegistries = response.actions().some(({ name }) => name === 'registry.remove-aliases')
      return {
        ...retractionRequest({ model, version, digest: digest as Digest, reason, hasRegistries, ...ttl }),
        ...shared,
      }
    }
    const subject = { kind: wanted.entity.kind as EntityKind, id: wanted.entity.id }
    return {
      name: wanted.action,
      reason,
      subject,
      steps: [{ action: wanted.action, parameters }],
      concurrencyKey: `${wanted.action} ${subject.kind}:${subject.id}`,
      ...ttl,
      ...shared,
    }
  }

  const act = async (tenant: string, principal: Principal, decided: Decided): Promise<void> => {
    for (const [index, wanted] of decided.decision.actions.entries()) {
      if (wanted.mode === 'observe') continue
      try {
        await response.start(principal, await requestOf(tenant, decided, index, wanted))
      } catch (error) {
        // What response refuses is audited and stays refused: a storm must not come back as a queue.
        const isRefused = isAppError(error) && (error.code.startsWith('RESPONSE_') || !error.retryable)
        if (!isRefused) throw error
        logger.warn({ err: error, action: wanted.action }, 'response.decision-not-started')
      }
    }
  }

  return eventLog.consumer({
    name: 'response-decided',
    types: ['rampart.response.decided.v1'],
    handle: async ({ tenant, data }) => act(tenant, response.component(tenant), data as unknown as Decided),
  })
}
