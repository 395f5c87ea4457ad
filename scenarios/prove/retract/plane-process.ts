/** The control plane as it is, but for one thing: at the boundary of a response run that the file CRASH_FILE names it kills itself. */
import { readFileSync, rmSync } from 'node:fs'
import { configSchema } from '../../../apps/control-plane/src/app-config.ts'
import { lifecycleFor, startControlPlane } from '../../../apps/control-plane/src/compose.ts'
import { createLogger, loadConfig } from '../../../packages/kit/src/index.ts'

const file = process.env['CRASH_FILE'] ?? ''

const wanted = (): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const config = loadConfig({ schema: configSchema, env: process.env, flags: {}, fileText: undefined })
const logger = createLogger({ level: config.log.level, name: 'control-plane' })
const lifecycle = lifecycleFor(config, logger)
lifecycle.installSignalHandlers()
await startControlPlane(config, logger, lifecycle, {
  onBoundary: (name) => {
    if (wanted() !== name) return
    rmSync(file)
    process.kill(process.pid, 'SIGKILL')
  },
})
