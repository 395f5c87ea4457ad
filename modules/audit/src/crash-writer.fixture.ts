/** A process to be killed: records and appends without pause, and prints each number once its commit is acknowledged. */
import { entity } from '@rampart/domain'
import { createLogger, createMetrics, cryptoRandom, openDatabase, systemClock } from '@rampart/kit'
import { openEd25519Signer } from '@rampart/signing'
import { createAudit } from './audit.ts'

const [url = '', home = '', keyPath = '', first = '0'] = process.argv.slice(2)
const deps = {
  clock: systemClock,
  random: cryptoRandom,
  logger: createLogger({ level: 'silent', name: 'writer' }),
}
const database = openDatabase({ ...deps, url, poolSize: 4 })
const audit = createAudit({
  ...deps,
  database,
  metrics: createMetrics(),
  signer: await openEd25519Signer(keyPath),
  home,
})
await audit.start()
for (let n = Number(first); ; n++) {
  await database.tx('default', (tx) =>
    audit.record(tx, {
      tenant: 'default',
      principal: 'component:test',
      action: 'test:write',
      entity: entity('system', 'crash'),
      outcome: 'success',
      details: { n },
    }),
  )
  process.stdout.write(`${n}\n`)
}
