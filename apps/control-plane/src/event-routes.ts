/** The event stream: server-sent events that resume where the client left, or a page of JSON. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { EventLog, Logger, StoredEvent } from '@rampart/kit'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'

const HEARTBEAT_MS = 10_000
const PAGE = 200
/** A client that does not read is cut off rather than buffered for; it resumes from its last id. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

const frame = (event: StoredEvent): string =>
  `id: ${event.cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

type StreamDeps = { readonly eventLog: EventLog; readonly logger: Logger; readonly streams: Set<() => void> }

/** Sends what was missed, then what comes, in one order: a wake-up only means "read on from the cursor". */
const stream = async (
  { eventLog, logger, streams }: StreamDeps,
  reply: FastifyReply,
  from: { readonly tenant: string; readonly after: string; readonly types?: readonly string[] },
): Promise<void> => {
  const { raw } = reply
  reply.hijack()
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
  })
  raw.write(
    `retry: 2000\nid: ${from.after}\nevent: ready\ndata: {"cursor":${JSON.stringify(from.after)}}\n\n`,
  )
  let cursor = from.after
  let wake = Promise.withResolvers<void>()
  let open = true
  const close = () => {
    open = false
    wake.resolve()
  }
  const unsubscribe = eventLog.subscribe(from.tenant, () => wake.resolve())
  const heartbeat = setInterval(
    () => raw.write(`event: heartbeat\ndata: {"time":${Date.now()}}\n\n`),
    HEARTBEAT_MS,
  )
  streams.add(close)
  raw.on('close', close)
  try {
    while (open) {
      const page = await eventLog.read({ ...from, after: cursor, limit: PAGE })
      for (const event of page.events) raw.write(frame(event))
      cursor = page.cursor
      if (raw.writableLength > MAX_BUFFERED_BYTES) break
      if (page.events.length > 0) continue
      await wake.promise
      wake = Promise.withResolvers<void>()
    }
  } catch (error) {
    logger.debug({ err: error }, 'event-stream.ended')
  } finally {
    streams.delete(close)
    clearInterval(heartbeat)
    unsubscribe()
    raw.end()
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
  deps: { readonly eventLog: EventLog; readonly logger: Logger },
): { readonly stop: () => void } => {
  const streams = new Set<() => void>()
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
        await stream({ ...deps, streams }, reply, {
          tenant,
          after: after ?? (await deps.eventLog.head(tenant)),
          ...chosen,
        })
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
    stop: () => {
      for (const close of streams) close()
    },
  }
}
