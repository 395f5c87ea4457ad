/** HTTP ↔ incidents. Changes say in If-Match which revision they are about. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { cursorOf, readCursor } from '@rampart/kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { entityOfKey } from '../correlation/evidence.ts'
import { threatsErrors } from '../errors.ts'
import type { Incidents } from './incidents.ts'
import * as schemas from './schemas.ts'
import type { Incident } from './store.ts'

const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof withTypes>

const aboutIncident = (request: FastifyRequest) => ({
  kind: 'incident',
  id: (request.params as { id: string }).id,
})
const read = { action: 'incident:read', entity: aboutIncident }
const write = { action: 'incident:write', entity: aboutIncident }
const tags = ['incidents']

const revisionOf = ({ headers }: FastifyRequest): number => {
  const revision = /^(?:W\/)?"(\d{1,9})"$/.exec(headers['if-match'] ?? '')?.[1]
  if (revision === undefined)
    throw threatsErrors.THREATS_REVISION_MISSING('Send If-Match: "REVISION" with the revision that you read.')
  return Number(revision)
}

/** Only what people see has one of these statuses: forming and merged ones are never answered. */
const shown = (incident: Incident) =>
  incident as Incident & { status: 'open'; entities: { kind: string; id: string }[]; breached: string[] }

const answer = (reply: FastifyReply, incident: Incident) => {
  reply.header('etag', `"${incident.revision}"`)
  return shown(incident)
}

export const registerIncidentRoutes = (
  instance: FastifyInstance,
  deps: { readonly incidents: Incidents },
): void => {
  const app = withTypes(instance)
  registerReads(app, deps.incidents)
  registerHandling(app, deps.incidents)
  registerRegrouping(app, deps.incidents)
}

const registerReads = (app: App, incidents: Incidents): void => {
  app.get(
    '/incidents',
    {
      config: { action: 'incident:read' },
      schema: {
        tags,
        operationId: 'listIncidents',
        summary: 'Incidents, newest first',
        querystring: schemas.IncidentQuery,
        response: {
          200: Type.Object({
            items: Type.Array(schemas.IncidentSchema),
            nextCursor: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor, entity, ...filter } = request.query
      const before = cursor === undefined ? undefined : readCursor<{ seq: string }>(cursor, ['seq']).seq
      const found = await incidents.list(request.principal.tenant, {
        ...filter,
        limit: limit + 1,
        ...(entity === undefined ? {} : { entity: entityOfKey(entity) }),
        ...(before !== undefined && /^\d{1,18}$/.test(before) ? { before } : {}),
      })
      const items = found.slice(0, limit).map(shown)
      const last = items.at(-1)
      return { items, ...(found.length > limit && last ? { nextCursor: cursorOf({ seq: last.seq }) } : {}) }
    },
  )
  app.get(
    '/incidents/:id',
    {
      config: read,
      schema: {
        tags,
        operationId: 'getIncident',
        summary: 'One incident with its ledger, timeline, decisions and neighbourhood; ETag for If-Match',
        params: schemas.IncidentParams,
        response: { 200: schemas.IncidentDetailSchema },
      },
    },
    async (request, reply) => {
      const detail = await incidents.detail(request.principal.tenant, request.params.id)
      reply.header('etag', `"${detail.revision}"`)
      return detail as never
    },
  )
  app.get(
    '/detection-rules',
    {
      config: { action: 'incident:read' },
      schema: {
        tags,
        operationId: 'listDetectionRules',
        summary: 'How often each detector was right, as incidents were judged',
        response: { 200: Type.Object({ items: Type.Array(schemas.RuleSchema) }) },
      },
    },
    async (request) => ({ items: await incidents.rules(request.principal.tenant) }),
  )
}

const registerHandling = (app: App, incidents: Incidents): void => {
  const response = { 200: schemas.IncidentSchema }
  const params = schemas.IncidentParams
  app.post(
    '/incidents/:id/transitions',
    {
      config: write,
      schema: {
        ...{ tags, params, response, body: schemas.TransitionBody },
        operationId: 'transitionIncident',
        summary: 'Acknowledge, contain, resolve, close (with a disposition) or open again',
      },
    },
    async (request, reply) => {
      const { to, reason = '', disposition } = request.body
      const about = { revision: revisionOf(request), reason, disposition }
      return answer(reply, await incidents.transition(request.principal, request.params.id, to, about))
    },
  )
  app.put(
    '/incidents/:id/owner',
    {
      config: write,
      schema: {
        ...{ tags, params, response, body: schemas.OwnerBody },
        operationId: 'assignIncident',
        summary: 'Give an incident to somebody, or to nobody',
      },
    },
    async (request, reply) => {
      const { params: about, body, principal } = request
      return answer(reply, await incidents.assign(principal, about.id, body.owner, revisionOf(request)))
    },
  )
  app.put(
    '/incidents/:id/disposition',
    {
      config: write,
      schema: {
        ...{ tags, params, response, body: schemas.DispositionBody },
        operationId: 'judgeIncident',
        summary: 'Say what it was: the detectors of its signals are believed more or less from now on',
      },
    },
    async (request, reply) => {
      const { params: about, body, principal } = request
      return answer(
        reply,
        await incidents.dispose(principal, about.id, body.disposition, revisionOf(request)),
      )
    },
  )
  app.post(
    '/incidents/:id/comments',
    {
      config: write,
      schema: {
        ...{ tags, params, response, body: schemas.CommentBody },
        operationId: 'commentIncident',
        summary: 'Add a comment to the timeline',
      },
    },
    async (request, reply) =>
      answer(reply, await incidents.comment(request.principal, request.params.id, request.body.text)),
  )
}

const registerRegrouping = (app: App, incidents: Incidents): void => {
  const response = { 200: schemas.IncidentSchema }
  const params = schemas.IncidentParams
  app.post(
    '/incidents/:id/merge',
    {
      config: write,
      schema: {
        ...{ tags, params, response, body: schemas.MergeBody },
        operationId: 'mergeIncidents',
        summary: 'Take other incidents into this one; correlation keeps to it',
      },
    },
    async (request, reply) => {
      const { params: about, body, principal } = request
      return answer(reply, await incidents.merge(principal, about.id, body.incidents, revisionOf(request)))
    },
  )
  app.post(
    '/incidents/:id/split',
    {
      config: write,
      schema: {
        ...{ tags, params, response, body: schemas.SplitBody },
        operationId: 'splitIncident',
        summary: 'Let signals leave for an incident of their own; correlation keeps to it',
      },
    },
    async (request, reply) => {
      const { params: about, body, principal } = request
      return answer(reply, await incidents.split(principal, about.id, body.signals, revisionOf(request)))
    },
  )
}
