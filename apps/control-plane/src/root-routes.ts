/** What lives outside the API: health, metrics, the API document, and the console's files. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { assetPath, type Metrics } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { CONTENT_SECURITY_POLICY } from './api-server.ts'

export type Readiness = { readonly ready: boolean; readonly waitingFor: readonly string[] }

export type RootDeps = {
  readonly readiness: () => Promise<Readiness>
  readonly metrics: Metrics
  readonly mode: 'development' | 'production'
}

export const registerRootRoutes = (app: FastifyInstance, deps: RootDeps): void => {
  const open = { config: { public: true }, schema: { hide: true } } as const
  app.get('/healthz', open, async () => ({ status: 'ok' }))
  app.get('/readyz', open, async (_request, reply) => {
    const readiness = await deps.readiness()
    return reply.code(readiness.ready ? 200 : 503).send(readiness)
  })
  app.get('/openapi.json', open, async () => app.swagger())
  app.get(
    '/metrics',
    {
      config: deps.mode === 'development' ? { public: true } : { action: 'metrics:read' },
      schema: { hide: true },
    },
    async (_request, reply) =>
      reply.type(deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics()),
  )
}

const NOT_PAGES = /^\/(api|v2|docs|assets|login|healthz|readyz|metrics|openapi\.json)(\/|$|\?)/

/** The console is one page: every path that is not something else answers it, dots in names included. */
export const registerConsole = async (app: FastifyInstance): Promise<void> => {
  const folder = assetPath('apps/console')
  const dist = join(folder, 'dist')
  if (!existsSync(join(dist, 'index.html'))) return
  await app.register(fastifyStatic, { root: dist, wildcard: false, index: false, serve: false })
  const page = { config: { public: true }, schema: { hide: true } } as const
  app.get('/assets/*', page, async (request, reply) =>
    reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .sendFile(`assets/${(request.params as { '*': string })['*']}`),
  )
  // What lies beside index.html (icon, theme script); listed once, so that no other path reaches the folder.
  for (const { name } of readdirSync(dist, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    if (name === 'index.html') continue
    app.get(`/${name}`, page, async (_request, reply) =>
      reply.header('cache-control', 'no-cache').sendFile(name),
    )
  }
  app.get('/*', page, async (request, reply) => {
    if (NOT_PAGES.test(request.url)) return reply.callNotFound()
    return reply
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('cache-control', 'no-cache')
      .sendFile('index.html')
  })
}
