import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { auditMigrations, createAudit } from '@rampart/audit'
import {
  createMetrics,
  cryptoRandom,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  systemClock,
} from '@rampart/kit'
import { silentLogger } from '@rampart/kit/testing'
import { openEd25519Signer } from '@rampart/signing'
import { cli } from './testing.ts'

const deps = { logger: silentLogger, clock: systemClock, random: cryptoRandom }

/** A state folder as a server leaves it: embedded database, log of `count` entries, keys and checkpoint beside it. */
const withServer = async (home: string, count: number, whileUp: () => Promise<void>): Promise<string> => {
  const server = await startEmbeddedPostgres({ home, logger: silentLogger, fsync: false })
  await migrate({ url: server.url, sources: [auditMigrations()], logger: silentLogger })
  const database = openDatabase({ ...deps, url: server.url })
  const signer = await openEd25519Signer(join(home, 'keys', 'audit.pem'))
  const audit = createAudit({ ...deps, database, metrics: createMetrics(), signer, home })
  try {
    await audit.start()
    for (let number = 0; number < count; number += 1) {
      await database.tx('default', (tx) =>
        audit.record(tx, {
          tenant: 'default',
          principal: 'user:ann',
          action: 'model:transition',
          entity: { kind: 'model-version', id: `m:${number}` },
          outcome: 'success',
          details: { number },
        }),
      )
    }
    await audit.flush()
    await whileUp()
    return server.dataDir
  } finally {
    await audit.stop()
    await database.close()
    await server.stop()
  }
}

/** Changes one digit in the stored body of entry `number`, on disk, behind the database's back. */
const alterOnDisk = (dataDir: string, number: number): void => {
  const needle = Buffer.from(`"number":${number}`)
  const files = readdirSync(join(dataDir, 'base'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  let altered = 0
  for (const file of files) {
    const path = join(file.parentPath, file.name)
    const bytes = readFileSync(path)
    // The record that waited, already deleted, has the same text on another page.
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) {
      bytes[at + needle.length - 1] = 0x30 + ((number + 1) % 10)
      writeFileSync(path, bytes)
      altered += 1
    }
  }
  assert.ok(altered > 0, `found no file with ${needle}`)
}

test('audit verify works with the server up and down, and names the first altered entry', async () => {
  const home = mkdtempSync(join(tmpdir(), 'cli-audit-'))
  chmodSync(home, 0o755)
  const verify = (...more: string[]) =>
    cli(['audit', 'verify', ...more], { env: { HOME: home, RAMPART_HOME: home } })
  try {
    const dataDir = await withServer(home, 12, async () => {
      const up = await verify()
      assert.deepEqual([up.code, up.err], [0, ''])
      assert.match(up.out, /^verified: 12 entries/)
    })
    const down = await verify('-o', 'json')
    assert.equal(down.code, 0)
    assert.equal((JSON.parse(down.out) as { size: number }).size, 12)
    alterOnDisk(dataDir, 7)
    const altered = await verify()
    assert.equal(altered.code, 5)
    assert.match(altered.err, /entry 7 \(.*\); the 7 entries before it are good \(CLI_LOG_ALTERED\)/)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})

test('a folder without a database is exit code 3', async () => {
  const { code, err } = await cli(['audit', 'verify'], { env: { RAMPART_HOME: '/nonexistent' } })
  assert.equal(code, 3)
  assert.match(err, /holds no database/)
})
