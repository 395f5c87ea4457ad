/** From what policy decided about an incident to runs: one per action, named by the decision, so that it starts once. */
import type { Digest, EntityKind, ResponseAction } from '@rampart/domain'
import { type Principal, parseModelVersionRef } from '@rampart/domain'
import { type EventLog, isAppError, type Logger } from '@rampart/kit'
import type { Json } from './action.ts'
import type { ServedView, VersionsPort } from './ports.ts'
import type { Response } from './response.ts'
import { retractionRequest } from './retraction.ts'
import type { RunRequest } from './run.ts'

export type DecidedDeps = {
  readonly eventLog: Pick<EventLog, 'consumer'>
  readonly logger: Logger
  readonly response: Pick<Response, 'start' | 'component' | 'actions'>
  readonly versions: Pick<VersionsPort, 'get'>
  readonly served: (tenant: string) => readonly ServedView[]
  /** The revision that is in force; throws when there is no such playbook. */
  readonly playbookRevision: (tenant: string, name: string) => Promise<number>
}

type Decided = {
  readonly incident: { readonly id: string; readonly title: string }
  readonly decision: {
    readonly id: string
    readonly actions: readonly ResponseAction[]
    readonly reasons: readonly string[]
  }
}

type Steps = RunRequest['steps']

const refOf = ({ entity: { kind, id }, parameters }: ResponseAction) => {
  const { model, version } = parameters
  if (typeof model === 'string' && typeof version === 'string') return { name: model, version }
  return kind === 'model-version' ? parseModelVersionRef(id) : undefined
}

/** Policy speaks of incidents: a version stands for every route that it answers on by default. */
const routesOf = (wanted: ResponseAction, served: readonly ServedView[]): readonly string[] => {
  const { route } = wanted.parameters
  if (typeof route === 'string') return [route]
  if (wanted.entity.kind === 'route') return [wanted.entity.id]
  const ref = refOf(wanted)
  const answering = served.filter(
    ({ model, version, isDefault }) => isDefault && model === ref?.name && version === ref.version,
  )
  return [...new Set(answering.map((one) => one.route))]
}

/** Secrets that messages of policy are signed with: policy names where they go, the state folder holds these. */
const WEBHOOK_SECRET = 'response-webhook'
const TICKET_SECRET = 'response-ticket'

const stepsOf = (
  wanted: ResponseAction,
  incident: Decided['incident'],
  served: readonly ServedView[],
): Steps => {
  const { action, parameters, entity } = wanted
  const one = (made: Json): Steps => [{ action, parameters: made }]
  switch (action) {
    case 'route.previous-version':
      return routesOf(wanted, served).map((route) => ({ action, parameters: { route } }))
    case 'caller.throttle': {
      const { caller = entity.id, requests_per_minute: perMinute = parameters.perMinute ?? 10 } = parameters
      return one({ caller, perMinute })
    }
    case 'caller.deny':
      return one({ caller: parameters.caller ?? entity.id })
    case 'webhook.post': {
      const { webhook: url = parameters.url, secretRef = WEBHOOK_SECRET } = parameters
      return one({ url, secretRef, data: { incident: incident.id, title: incident.title } })
    }
    case 'ticket.mail':
      return one({
        ...parameters,
        subject: parameters.subject ?? incident.title.replace(/\p{Cc}/gu, ' ').slice(0, 256),
      })
    case 'ticket.open': {
      const { ticket: url = parameters.url, secretRef = TICKET_SECRET } = parameters
      return one({ url, secretRef, title: incident.title.slice(0, 256) })
    }
    default:
      return one(parameters)
  }
}

export const createDecidedConsumer = (deps: DecidedDeps) => {
  const { eventLog, logger, response, versions } = deps

  /** Policy names a playbook; the run is about the revision in force now, so that approvals are about what it says. */
  const playbookSteps = async (tenant: string, { playbook, variables }: Json): Promise<Steps> => {
    const revision = await deps.playbookRevision(tenant, String(playbook))
    return [
      {
        action: 'playbook.run',
        parameters: { playbook, revision, ...(variables === undefined ? {} : { variables }) },
      },
    ]
  }

  const requestOf = async (
    tenant: string,
    { incident, decision }: Decided,
    index: number,
    wanted: ResponseAction,
  ): Promise<RunRequest> => {
    const reason = [...wanted.reasons, ...decision.reasons].join('; ').slice(0, 1000) || incident.title
    const ttl = wanted.ttl_s === undefined ? {} : { ttlMs: wanted.ttl_s * 1000 }
    const shared = {
      incident: incident.id,
      idempotencyKey: `decision ${decision.id} ${index}`,
      // `recommend` is a plan that waits for one person at least.
      approvals: wanted.mode === 'recommend' ? Math.max(1, wanted.approvals_needed) : wanted.approvals_needed,
    }
    if (wanted.action === 'version.retract') {
      const { name: model, version } = refOf(wanted) ?? { name: '', version: '' }
      const { digest } = await versions.get(tenant, model, version)
      const hasRegistries = response.actions().some(({ name }) => name === 'registry.remove-aliases')
      return {
        ...retractionRequest({ model, version, digest: digest as Digest, reason, hasRegistries, ...ttl }),
        ...shared,
      }
    }
    const subject = { kind: wanted.entity.kind as EntityKind, id: wanted.entity.id }
    const steps =
      wanted.action === 'playbook.run'
        ? await playbookSteps(tenant, wanted.parameters)
        : stepsOf(wanted, incident, deps.served(tenant))
    return {
      name: wanted.action,
      reason,
      subject,
      steps,
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
