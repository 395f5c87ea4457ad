import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { digestFromHex, type Envelope } from '@rampart/domain'
import { createFakeClock, silentLogger, until } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import { createArtifactCache } from './artifact-cache.ts'
import { gatewaysErrors } from './errors.ts'
import { type SnapshotContent, signSnapshot } from './snapshot-document.ts'
import { createFollower } from './snapshot-follower.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-follower-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let made = 0

const signer = createEd25519Signer(generateEd25519Pem())
const stranger = createEd25519Signer(generateEd25519Pem())
const START = 1_800_000_000_000
const HOUR = 3_600_000

const content: SnapshotContent = {
  mode: 'production',
  routes: [],
  plans: [],
  deployed: [],
  policy: { pack: 'inference', version: 1, digest: `sha256:${'d'.repeat(64)}`, files: {} },
  callers: { keys: [] },
  layouts: [],
}
const envelope = (epoch: number, by = signer, tenant = 'acme', issued = START): Envelope =>
  signSnapshot(
    content,
    {
      tenant,
      epoch,
      issuedAt: new Date(issued).toISOString(),
      expiresAt: new Date(issued + HOUR).toISOString(),
    },
    by,
  )

/** A control plane that answers what it is told to; undefined means that it is away. */
const followerOn = (
  home: string,
  changes: { readonly key?: string; readonly failing?: () => boolean } = {},
) => {
  const clock = createFakeClock(START)
  const control: { answer: Envelope | undefined; asked: number } = { answer: undefined, asked: 0 }
  const applied: number[] = []
  const away = () => gatewaysErrors.GATEWAY_CONTROL_AWAY('away')
  const follower = createFollower({
    home,
    clock,
    logger: silentLogger,
    ...(changes.key === undefined ? {} : { key: changes.key }),
    link: {
      key: async () => {
        if (control.answer === undefined) throw away()
        return { keyid: signer.publicKey.keyid, pem: signer.publicKey.pem }
      },
      snapshot: async (_after, _wait, signal) => {
        control.asked += 1
        if (control.answer === undefined) throw away()
        await new Promise<void>((resolve) => {
          setTimeout(resolve, 5)
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
        return control.answer
      },
    },
    apply: async ({ epoch }) => {
      if (changes.failing?.() === true) throw new Error('the policy does not compile')
      applied.push(epoch)
    },
  })
  return { clock, control, applied, follower }
}
const freshHome = (): string => mkdtempSync(join(folder, `${made++}-`))

test('pins the first key, follows newer epochs, and refuses forged, older and foreign ones', async () => {
  const { control, applied, follower } = followerOn(freshHome())
  control.answer = envelope(1)
  await follower.start()
  await until(() => follower.current()?.epoch === 1)
  for (const bad of [envelope(9, stranger), envelope(9, signer, 'other'), envelope(0)]) {
    control.answer = bad
    await until(() => follower.problem() !== undefined)
    control.answer = envelope(1)
    await until(() => follower.problem() === undefined)
  }
  control.answer = envelope(2)
  await until(() => follower.current()?.epoch === 2)
  assert.deepEqual(applied, [1, 2])
  await follower.stop()
})

test('starts from its disk while the control plane is away, until the snapshot is no longer good', async () => {
  const home = freshHome()
  const first = followerOn(home)
  first.control.answer = envelope(3)
  await first.follower.start()
  await until(() => existsSync(join(home, 'snapshot.json')))
  await first.follower.stop()
  const second = followerOn(home)
  assert.equal(second.follower.refusal()?.message, 'there is no snapshot yet')
  await second.follower.start()
  assert.deepEqual(second.applied, [3])
  assert.equal(second.follower.refusal(), undefined)
  assert.equal(second.follower.connected(), false)
  second.clock.advance(HOUR)
  assert.match(String(second.follower.refusal()), /was good until/)
  second.control.answer = envelope(3, signer, 'acme', START + HOUR)
  await until(() => second.follower.refusal() === undefined)
  assert.deepEqual(second.applied, [3], 'the same epoch is only prolonged')
  await second.follower.stop()
})

test('a snapshot on the disk that was altered is not used', async () => {
  const home = freshHome()
  const path = join(home, 'snapshot.json')
  writeFileSync(path, JSON.stringify(envelope(4, stranger)))
  const { applied, follower } = followerOn(home, { key: signer.publicKey.pem })
  await follower.start()
  assert.deepEqual(applied, [])
  assert.equal(follower.current(), undefined)
  await follower.stop()
})

test('what cannot be put in force leaves the one before, and is tried again', async () => {
  let failing = false
  const { control, applied, follower } = followerOn(freshHome(), { failing: () => failing })
  control.answer = envelope(1)
  await follower.start()
  await until(() => follower.current()?.epoch === 1)
  failing = true
  control.answer = envelope(2)
  await until(() => follower.problem() === 'the policy does not compile')
  assert.equal(follower.current()?.epoch, 1)
  failing = false
  await until(() => follower.current()?.epoch === 2)
  assert.deepEqual(applied, [1, 2])
  await follower.stop()
})

test('a file that breaks off or differs is not kept; what is no longer needed is removed', async () => {
  const cacheFolder = freshHome()
  const [good, bad] = ['a', 'b'].map((digit) => digestFromHex(digit.repeat(64)))
  assert.ok(good !== undefined && bad !== undefined)
  const cache = createArtifactCache(cacheFolder, {
    artifact: async (digest, write) => {
      await write(Buffer.from('bytes'))
      if (digest === bad) throw gatewaysErrors.GATEWAY_ARTIFACT_DIFFERS('others came')
    },
  })
  await cache.fetch(good)
  await assert.rejects(cache.fetch(bad), { code: 'GATEWAY_ARTIFACT_DIFFERS' })
  assert.deepEqual([cache.has(good), cache.has(bad)], [true, false])
  assert.equal(readFileSync(cache.path(good), 'utf8'), 'bytes')
  await cache.keep(new Set())
  assert.equal(cache.has(good), false)
})
