/** From what policy decided about an incident to runs: one per action, named by the decision, so that it starts once. */
import type { Digest, EntityKind, ResponseAction, Severity } from '@rampart/domain'
import { type Principal, parseModelVersionRef } from '@rampart/domain'
import {
  type AppError,
  type EventLog,
  isAppError,
  type Logger,
  type StoredEvent,
  type Tx,
} from '@rampart/kit'
import type { Json } from './action.ts'
import type { DecideAgainPort, ServedView, VersionsPort } from './ports.ts'
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
  /** Told of what the limit of runs a minute left no room for. */
  readonly decideAgain: DecideAgainPort
}

type Decided = {
  readonly incident: { readonly id: string; readonly title: string; readonly severity: Severity }
  readonly decision: {
    readonly id: string
    readonly actions: readonly ResponseAction[]
    readonly reasons: readonly string[]
  }
}

type Steps = RunRequest['steps']
type Late = { readonly actions: readonly ResponseAction[]; readonly refusal: AppError | undefined }

/** Response refuses it for a reason of its own, which is audited; a database that went away in mid-commit is none. */
const isRefusal = ({ code, retryable }: AppError): boolean =>
  code.startsWith('RESPONSE_') || (!retryable && code !== 'KIT_COMMIT_UNKNOWN')

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

/** A while later it is another matter: a run that is being undone leaves nothing in force. */
const isForNow = ({ code, details }: AppError): boolean =>
  code === 'RESPONSE_TOO_MANY' ||
  (code === 'RESPONSE_BUSY' && (details as { readonly state?: unknown } | undefined)?.state === 'reverting')

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
      isUrgent: incident.severity === 'critical',
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

  /** Gives what there was no room for. */
  const act = async (tenant: string, principal: Principal, decided: Decided): Promise<Late> => {
    const late: ResponseAction[] = []
    let refusal: AppError | undefined
    for (const [index, wanted] of decided.decision.actions.entries()) {
      if (wanted.mode === 'observe') continue
      try {
        await response.start(principal, await requestOf(tenant, decided, index, wanted))
      } catch (error) {
        if (!isAppError(error) || !isRefusal(error)) throw error
        logger.warn({ err: error, action: wanted.action }, 'response.decision-not-started')
        if (!isForNow(error)) continue
        late.push(wanted)
        refusal = error
      }
    }
    return { actions: late, refusal }
  }

  const handle = async ({ tenant, data }: StoredEvent, tx: Tx): Promise<void> => {
    const decided = data as unknown as Decided
    const { actions, refusal } = await act(tenant, response.component(tenant), decided)
    if (refusal === undefined) return
    const { freeAt } = (refusal.details ?? {}) as { readonly freeAt?: string }
    await deps.decideAgain(tx, {
      tenant,
      incident: decided.incident.id,
      decision: decided.decision.id,
      actions,
      why: refusal.message,
      ...(freeAt === undefined ? {} : { freeAt }),
    })
  }

  return eventLog.consumer({
    name: 'response-decided',
    types: ['rampart.response.decided.v1'],
    handle,
  })
}
