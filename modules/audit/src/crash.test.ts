import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createMetrics, createSeededRandom, cryptoRandom, systemClock } from '@rampart/kit'
import { silentLogger, testDatabase } from '@rampart/kit/testing'
import { openEd25519Signer } from '@rampart/signing'
import { createAudit } from './audit.ts'
import { auditMigrations } from './index.ts'

const WRITER = fileURLToPath(new URL('./crash-writer.fixture.ts', import.meta.url))
const KILLS = 6

/** Kills the writer after some acknowledgements and up to 60 ms more; returns the numbers it acknowledged. */
const writeAndKill = async (
  args: readonly string[],
  acknowledgements: number,
  extraMs: number,
): Promise<number[]> => {
  const child = spawn(process.execPath, [WRITER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (chunk: string) => {
    const before = text.split('\n').length
    text += chunk
    const reached = before <= acknowledgements && text.split('\n').length > acknowledgements
    if (reached) setTimeout(() => child.kill('SIGKILL'), extraMs)
  })
  await once(child, 'close')
  // A last line without its end may be cut off; whatever it says, its number was not acknowledged in full.
  return text.split('\n').slice(0, -1).map(Number)
}

test('killed again and again while recording and appending: nothing acknowledged is lost, nothing is there twice', async (t) => {
  const db = await testDatabase({ sources: [auditMigrations()] })
  const home = await mkdtemp(join(tmpdir(), 'rampart-crash-'))
  t.after(async () => {
    await db.stop()
    await rm(home, { recursive: true, force: true })
  })
  const keyPath = join(home, 'keys', 'audit.pem')
  const random = createSeededRandom(20261123)
  const acknowledged: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const args = [db.url, home, keyPath, String((kill + 1) * 1_000_000)]
    acknowledged.push(...(await writeAndKill(args, 20 + (random.uint32() % 60), random.float() * 60)))
  }
  const audit = createAudit({
    database: db.database,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    metrics: createMetrics(),
    signer: await openEd25519Signer(keyPath),
    home,
  })
  await audit.start()
  await audit.flush()
  await audit.stop()
  const verified = await audit.verify()
  assert.deepEqual([verified.ok, verified.firstAltered], [true, undefined])
  const entries = await audit.entries({ tenant: 'default', after: -1, limit: 100_000 })
  const counts = new Map<unknown, number>()
  for (const { details } of entries) counts.set(details.n, (counts.get(details.n) ?? 0) + 1)
  assert.ok(acknowledged.length >= KILLS * 20)
  assert.deepEqual(
    acknowledged.filter((n) => counts.get(n) !== 1),
    [],
  )
  assert.ok([...counts.values()].every((count) => count === 1))
})
