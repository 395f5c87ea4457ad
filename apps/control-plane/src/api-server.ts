/** The control API: one Fastify instance with our conventions. Knows no business rule. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import {
  AppError,
  type Clock,
  type Logger,
  newId,
  type Random,
  requestTraceId,
  sendProblem,
  type Tracer,
} from '@rampart/kit'
import { listenerErrors } from '@rampart/listener'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerFactory } from 'fastify'
import { serverErrors } from './errors.ts'

const JSON_BODY_LIMIT = 1024 * 1024

const ajvOptions = { allErrors: false, useDefaults: true, strict: false } as const
const strictAjv = new Ajv2020({ ...ajvOptions, coerceTypes: false })
const textAjv = new Ajv2020({ ...ajvOptions, coerceTypes: true })
addFormats.default(strictAjv)
addFormats.default(textAjv)

type Fault = {
  readonly instancePath: string
  readonly message?: string
  readonly params?: Record<string, unknown>
}

const explain = (faults: readonly Fault[], where: string): string => {
  const fault = faults[0]
  if (fault === undefined) return `The ${where} is not valid.`
  const extra = fault.params?.['additionalProperty']
  return `${where}${fault.instancePath} ${fault.message ?? 'is not valid'}${typeof extra === 'string' ? ` (${extra})` : ''}`
}

/** Fastify's own errors, said in our words; anything unknown stays an internal error without details. */
const asAppError = (error: unknown): unknown => {
  if (error instanceof AppError || typeof error !== 'object' || error === null) return error
  const fault = error as {
    statusCode?: number
    code?: string
    message?: string
    validation?: Fault[]
    validationContext?: string
  }
  if (fault.validation !== undefined) {
    const details = fault.validation.map((v) => ({ pointer: v.instancePath, message: v.message }))
    return serverErrors.SERVER_BAD_REQUEST(explain(fault.validation, fault.validationContext ?? 'request'), {
      details,
    })
  }
  if (fault.statusCode === 413)
    return new AppError({
      kind: 'PayloadTooLarge',
      code: 'SERVER_BODY_TOO_LARGE',
      message: 'The body is too large.',
    })
  if (fault.statusCode === 415)
    return listenerErrors.SERVER_CONTENT_TYPE('The content type is not accepted here.')
  if (fault.statusCode !== undefined && fault.statusCode >= 400 && fault.statusCode < 500)
    return serverErrors.SERVER_BAD_REQUEST(fault.message ?? 'The request cannot be read.')
  return error
}

const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** Console pages run only our own scripts; the API browser needs inline styles. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

const addErrorHandling = (app: FastifyInstance, logger: Logger): void => {
  app.setErrorHandler((thrown, request, reply) => {
    // Whatever broke then, broke because the rest of the body never came.
    const isCutOff = request.raw.destroyed && !request.raw.complete
    const error = isCutOff ? serverErrors.SERVER_CLIENT_GONE('The client hung up.') : asAppError(thrown)
    if (!(error instanceof AppError) || error.kind === 'Internal')
      logger.error({ err: error, requestId: request.id, traceId: requestTraceId(request) }, 'request.failed')
    return sendProblem(request, reply, error)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      request,
      reply,
      serverErrors.SERVER_NOT_FOUND(`There is nothing at ${request.url.split('?', 1)[0]}.`),
    ),
  )
}

/** Asked every second or so by whoever waits for us: their 503 is an answer, not a fault. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz'])

const startSpan = (request: FastifyRequest, tracer: Tracer): void => {
  const { url = '(none)' } = request.routeOptions
  if (PROBES.has(url)) return
  const parent = request.headers['traceparent']
  request.span = tracer.start(`${request.method} ${url}`, {
    kind: 'server',
    parent: typeof parent === 'string' ? parent : undefined,
    attributes: { 'http.request.method': request.method, 'http.route': url, 'rampart.request': request.id },
  })
}

const endSpan = ({ span }: FastifyRequest, status: number): void =>
  span?.end({
    attributes: { 'http.response.status_code': status },
    failure: status >= 500 ? String(status) : undefined,
  })

const addRequestLog = (app: FastifyInstance, logger: Logger, tracer: Tracer | undefined): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders)
    if (tracer !== undefined) startSpan(request, tracer)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, id, routeOptions } = request
    const fields = {
      requestId: id,
      method,
      // The pattern, not the path: paths carry names that callers choose.
      route: routeOptions.url ?? '(none)',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      traceId: requestTraceId(request),
    }
    endSpan(request, reply.statusCode)
    if (reply.statusCode >= 500 && !PROBES.has(fields.route)) logger.warn(fields, 'request')
    else logger.debug(fields, 'request')
  })
}

/** An instance with schema validation, problem answers, request log and OpenAPI; routes are added by the caller. */
export const createApiServer = async (deps: {
  readonly logger: Logger
  readonly clock: Clock
  readonly random: Random
  readonly version: string
  /** Absent when tracing is off. */
  readonly tracer?: Tracer | undefined
  readonly serverFactory: FastifyServerFactory
}): Promise<FastifyInstance> => {
  const app = Fastify({
    logger: false,
    bodyLimit: JSON_BODY_LIMIT,
    genReqId: () => newId(deps.clock, deps.random),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: false },
    serverFactory: deps.serverFactory,
    forceCloseConnections: 'idle',
    // Faults of the address itself (bad percent-encoding, over-long parts) come before any hook or handler.
    frameworkErrors: (error, request, reply) => {
      reply.headers(securityHeaders)
      return sendProblem(request, reply as never, asAppError(error))
    },
  }) as unknown as FastifyInstance
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? strictAjv : textAjv).compile(schema as object),
  )
  app.decorateRequest('principal')
  app.decorateRequest('span')
  addErrorHandling(app, deps.logger)
  addRequestLog(app, deps.logger, deps.tracer)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Rampart control API',
        version: deps.version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  return app
}
