/** contracts/openapi.json as the routes emit it, without starting anything: schemas need no database. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { registerApiRoutes } from '../../apps/control-plane/src/api-routes.ts'
import { createApiServer } from '../../apps/control-plane/src/api-server.ts'
import { createLogger, cryptoRandom, systemClock } from '../../packages/kit/src/index.ts'
import { root } from '../files.ts'

/** Stands for every dependency: routes are described, never called. */
const unused: never = new Proxy(() => undefined, { get: () => unused, apply: () => unused }) as never

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
    await app.register(async (api) => void registerApiRoutes(api, unused), { prefix: '/api/v1' })
    await app.ready()
    return `${JSON.stringify(app.swagger(), null, 2)}\n`
  } finally {
    await app.close()
  }
}
