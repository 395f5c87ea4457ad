/** The event stream: server-sent events that resume where the client left, or a page of JSON. */
import type { IncomingHttpHeaders } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { AppError, type EventLog } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { serverErrors } from './errors.ts'
import { type EventStreamDeps, streamEvents } from './event-stream.ts'

const HEARTBEAT_MS = 10_000
const STALLED_MS = 30_000
/** Each stream holds a connection and a part of a page; more callers than this are told to come back. */
const MAX_STREAMS = 500

export type EventRoutesDeps = Pick<EventStreamDeps, 'logger'> & {
  readonly eventLog: EventLog
  readonly authenticate: (headers: IncomingHttpHeaders) => Promise<unknown>
  /** Defaults are for production; tests are in more of a hurry. */
  readonly heartbeatMs?: number
}

/** Only a clear no ends a stream: while the database is away nobody can be asked. */
const stillAllowed = async (check: () => Promise<unknown>): Promise<boolean> => {
  try {
    await check()
    return true
  } catch (error) {
    return !(error instanceof AppError && error.kind === 'Unauthenticated')
  }
}

/** CloudEvents 1.0; `data` is described per type in contracts/events. */
const EventSchema = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String(),
  source: Type.String(),
  type: Type.String(),
  subject: Type.String(),
  time: Type.String(),
  datacontenttype: Type.Literal('application/json'),
  data: Type.Record(Type.String(), Type.Unknown()),
  tenant: Type.String(),
  principal: Type.String(),
  cursor: Type.String(),
})

/** `stop` ends the open streams, so that draining does not wait for them. */
export const registerEventRoutes = (
  instance: FastifyInstance,
  deps: EventRoutesDeps,
): { readonly stop: () => void } => {
  const ending = new AbortController()
  let open = 0
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/events',
    {
      config: { action: 'event:read' },
      schema: {
        tags: ['events'],
        operationId: 'listEvents',
        summary: 'Events in order: text/event-stream with resume by Last-Event-ID, or a JSON page',
        querystring: Type.Object(
          {
            after: Type.Optional(
              Type.String({ maxLength: 128, description: 'cursor of the last event seen' }),
            ),
            types: Type.Optional(Type.String({ maxLength: 1024, description: 'comma separated' })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            items: Type.Array(EventSchema),
            cursor: Type.String(),
          }),
        },
      },
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const { limit = 100, types: named } = request.query
      const types = named?.split(',').filter((type) => type !== '')
      const chosen = types === undefined || types.length === 0 ? {} : { types }
      const lastEventId = request.headers['last-event-id']
      const after = request.query.after ?? (typeof lastEventId === 'string' ? lastEventId : undefined)
      if (request.headers.accept?.includes('text/event-stream') === true) {
        if (open >= MAX_STREAMS)
          throw serverErrors.SERVER_RATE_LIMITED(`${MAX_STREAMS} event streams are open already.`)
        const from = { tenant, after: after ?? (await deps.eventLog.head(tenant)), ...chosen }
        // An unreadable cursor is refused while there still is an answer to give.
        await deps.eventLog.read({ ...from, limit: 1 })
        const allowed = () => stillAllowed(() => deps.authenticate(request.headers))
        const times = { heartbeatMs: deps.heartbeatMs ?? HEARTBEAT_MS, stalledMs: STALLED_MS }
        reply.hijack()
        open += 1
        await streamEvents({ ...deps, ...times, stillAllowed: allowed }, reply.raw, from, ending.signal)
        open -= 1
        return reply
      }
      const page = await deps.eventLog.read({
        tenant,
        limit,
        ...(after === undefined ? {} : { after }),
        ...chosen,
      })
      return { items: page.events.map((event) => ({ ...event })), cursor: page.cursor }
    },
  )
  return {
    stop: () => ending.abort(),
  }
}
