/** The inference log in a process that may be killed: it converts, compacts and erases without rest. */
import { join } from 'node:path'
import { createInferenceLog } from '../../../modules/inference-log/src/index.ts'
import { createLogger, createMetrics, cryptoRandom, systemClock } from '../../../packages/kit/src/index.ts'

const [home = ''] = process.argv.slice(2)
const log = createInferenceLog({
  clock: systemClock,
  random: cryptoRandom,
  logger: createLogger({ level: 'error', name: 'inference-log' }),
  metrics: createMetrics(),
  rotate: async () => undefined,
  anchor: async () => undefined,
  auditLink: async () => undefined,
  routeRetention: async () => new Map(),
  options: {
    segmentsFolder: join(home, 'inference'),
    folder: join(home, 'inference-log'),
    retentionDays: 36_500,
    tickMs: 20,
    convertAfterMs: 0,
    batchBytes: 40_000,
    compactFiles: 3,
    cleanupMs: 300,
  },
})
await log.start()
process.send?.('ready')
process.on('message', async ({ erase }: { erase: string }) => {
  await log.erase('default', erase, 'user:prover')
  process.send?.(`erased ${erase}`)
})
