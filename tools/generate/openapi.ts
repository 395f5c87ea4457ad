/** contracts/openapi.json as the routes emit it, without starting anything: schemas need no database. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { createApiServer } from '../../apps/control-plane/src/api-server.ts'
import { registerEventRoutes } from '../../apps/control-plane/src/event-routes.ts'
import { registerAuditRoutes } from '../../modules/audit/src/index.ts'
import { registerIdentityRoutes, registerSessionRoutes } from '../../modules/identity/src/index.ts'
import { registerInventoryRoutes } from '../../modules/inventory/src/index.ts'
import { registerPolicyRoutes } from '../../modules/policy/src/index.ts'
import { registerTelemetryRoutes } from '../../modules/telemetry/src/index.ts'
import { registerThreatsRoutes } from '../../modules/threats/src/index.ts'
import { createLogger, cryptoRandom, systemClock } from '../../packages/kit/src/index.ts'
import { root } from '../files.ts'

/** Stands for every dependency: routes are described, never called. */
const unused: never = new Proxy(() => undefined, { get: () => unused, apply: () => unused }) as never

const register = (api: FastifyInstance): void => {
  registerSessionRoutes(api, unused)
  registerInventoryRoutes(api, unused)
  registerPolicyRoutes(api, unused)
  registerTelemetryRoutes(api, unused)
  registerThreatsRoutes(api, unused)
  registerAuditRoutes(api, unused)
  registerEventRoutes(api, unused)
  registerIdentityRoutes(api, unused)
}

export const renderOpenApi = async (): Promise<string> => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const app = await createApiServer({
    logger: createLogger({ level: 'silent', name: 'openapi' }),
    clock: systemClock,
    random: cryptoRandom,
    version,
    serverFactory: (handler) => createServer(handler),
  })
  try {
    await app.register(async (api) => register(api), { prefix: '/api/v1' })
    await app.ready()
    return `${JSON.stringify(app.swagger(), null, 2)}\n`
  } finally {
    await app.close()
  }
}
