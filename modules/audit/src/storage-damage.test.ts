import assert from 'node:assert/strict'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { entity } from '@rampart/domain'
import {
  ALL_TENANTS,
  createMetrics,
  cryptoRandom,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  systemClock,
} from '@rampart/kit'
import { silentLogger } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import { createAudit } from './audit.ts'
import { openAuditSource } from './database-source.ts'
import { auditMigrations } from './index.ts'
import { readAuditTrust } from './mirror.ts'
import { verifyAuditLog } from './verification.ts'

const deps = { clock: systemClock, random: cryptoRandom, logger: silentLogger }

const startAt = async (home: string) => {
  const server = await startEmbeddedPostgres({ home, logger: silentLogger })
  await migrate({ url: server.url, sources: [auditMigrations()], logger: silentLogger })
  const database = openDatabase({ ...deps, url: server.url })
  const stop = async () => {
    await database.close()
    await server.stop()
  }
  return { server, database, stop }
}

/** Writes 200 entries and stops; answers the file that PostgreSQL keeps them in. */
const writeLog = async (home: string): Promise<string> => {
  const { server, database, stop } = await startAt(home)
  const signer = createEd25519Signer(generateEd25519Pem())
  const audit = createAudit({ ...deps, database, metrics: createMetrics(), signer, home })
  await audit.start()
  await database.tx('default', async (tx) => {
    for (let n = 0; n < 200; n++) {
      const record = { tenant: 'default', principal: 'user:ana', action: 'a:b', outcome: 'success' as const }
      await audit.record(tx, { ...record, entity: entity('model', `m${n}`), details: { mark: `<${n}>` } })
    }
  })
  await audit.flush()
  await audit.stop()
  const [row] = await database.read(ALL_TENANTS, (tx) =>
    tx.query<{ path: string }>("SELECT pg_relation_filepath('audit_entry') AS path"),
  )
  await stop()
  return join(server.dataDir, row?.path ?? '')
}

test('a byte changed in the database’s own file while it is down is found, behind its page checksum too', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'rampart-damage-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const path = await writeLog(home)
  const at = (await readFile(path)).indexOf('<137>')
  assert.ok(at > 0)
  const file = await open(path, 'r+')
  await file.write('8', at + 1)
  await file.sync()
  await file.close()
  const { database, stop } = await startAt(home)
  const { ok, size, firstAltered } = await verifyAuditLog(
    openAuditSource(database),
    await readAuditTrust(home),
  )
  await stop()
  assert.deepEqual([ok, size, firstAltered?.where, firstAltered?.index], [false, 137, 'entry', 137])
})
