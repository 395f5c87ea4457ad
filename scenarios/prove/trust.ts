/**
 * SIGKILLs the control plane in the middle of a scan, a signature, a verdict and a revocation, and `rampart sign` too:
 * after the next start nothing is half done, nothing acknowledged is lost, and every verdict says what the evidence says.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createSeededRandom } from '../../packages/kit/src/index.ts'
import { createPlane, type Plane } from './kill/plane.ts'
import { inconsistencies, leftovers } from './trust/consistency.ts'
import { killSigning } from './trust/sign-kills.ts'
import {
  createSubject,
  register,
  revoke,
  type Subject,
  signature,
  step,
  submit,
  trustSigner,
  untilStage,
  upload,
} from './trust/steps.ts'

const quick = process.argv.includes('--quick')
const SEED = Number(process.argv.find((word) => word.startsWith('--seed='))?.slice(7) ?? 20261123)
const ROUNDS = quick ? 1 : 8
const SIGN_KILLS = quick ? 4 : 40
/** Takes a good part of a second to scan. */
const DENSE_BYTES = quick ? 6_000_000 : 40_000_000

process.env['RAMPART_EXAMPLES_ENABLED'] = 'false'
const random = createSeededRandom(SEED)
const plane = await createPlane()
const print = (line: string): void => void process.stdout.write(`${line}\n`)
let passed = 0
let failed = 0
let number = 0

const check = (title: string, wrong: readonly string[]): void => {
  if (wrong.length === 0) passed += 1
  else failed += 1
  print(`${wrong.length === 0 ? 'ok' : 'FAILED'}: ${title}`)
  for (const line of wrong.slice(0, 10)) print(`  ${line}`)
}

const scanStates = async (at: Plane, { files }: Subject): Promise<string[]> => {
  const states: string[] = []
  for (const { digest } of files) {
    const { body } = await at.ask('GET', `/api/v1/artifacts/${digest}/scan`)
    states.push(...(body as { items: { state: string }[] }).items.map(({ state }) => state))
  }
  return states
}

const untilScan = async (
  at: Plane,
  subject: Subject,
  wanted: (states: readonly string[]) => boolean,
): Promise<void> => {
  for (const end = Date.now() + 20_000; Date.now() < end; await delay(2))
    if (wanted(await scanStates(at, subject))) return
  throw new Error(`${subject.name} was not scanned`)
}

/** Sends, and kills while the answer is on its way; what was not answered may or may not have happened. */
const killDuring = async (work: Promise<void>, withinMs: number): Promise<void> => {
  const settled = work.catch((error: Error) => {
    if (/was refused/.test(error.message)) throw error
  })
  await delay(random.float() * withinMs)
  await plane.killProcess()
  await settled
}

const signed = async (subject: Subject): Promise<string> => {
  const { document, key } = await signature(subject)
  await trustSigner(plane, subject, key)
  return document
}

const deployed = async (subject: Subject): Promise<void> => {
  await register(plane, subject)
  await untilStage(plane, subject, 'assessed')
  await submit(plane, subject, await signed(subject))
  await step(plane, subject, 'approved')
  await step(plane, subject, 'deployed')
}

/** Each ends with the process killed. */
const POINTS: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  'a registration': (subject) => killDuring(register(plane, subject), 40),
  'a scan': async (subject) => {
    await register(plane, subject)
    await untilScan(plane, subject, (states) => states.includes('running'))
    await plane.killProcess()
  },
  'the verdict after a scan': async (subject) => {
    await register(plane, subject)
    await untilScan(plane, subject, (states) => states.includes('done'))
    await plane.killProcess()
  },
  'a signature': async (subject) => {
    await register(plane, subject)
    await untilStage(plane, subject, 'assessed')
    await killDuring(submit(plane, subject, await signed(subject)), 25)
  },
  'an approval and its verdict': async (subject) => {
    await register(plane, subject)
    await untilStage(plane, subject, 'assessed')
    await killDuring(step(plane, subject, 'approved'), 40)
  },
  'a revocation and what follows from it': async (subject) => {
    await deployed(subject)
    await killDuring(revoke(plane, subject), 80)
  },
}

const subjects: Subject[] = []

const killAt = async (point: string, work: (subject: Subject) => Promise<void>): Promise<void> => {
  number += 1
  const subject = createSubject(number, DENSE_BYTES)
  subjects.push(subject)
  await upload(plane, subject)
  await work(subject)
  const from = performance.now()
  plane.launch()
  await plane.ready()
  const wrong = [...leftovers(plane.home), ...(await inconsistencies(plane, subject))]
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  check(
    `killed in ${point}: acknowledged ${subject.acknowledged.join(', ') || 'nothing'}; consistent after ${seconds} s`,
    wrong,
  )
}

try {
  plane.launch()
  await plane.ready()
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [point, work] of Object.entries(POINTS)) await killAt(point, work)
  const wrong: string[] = []
  for (const subject of subjects) wrong.push(...(await inconsistencies(plane, subject)))
  check(`all ${subjects.length} versions are consistent at the end`, wrong)
  const audit = await plane.ask('POST', '/api/v1/audit/verify')
  check('the audit log verifies', (audit.body as { ok: boolean }).ok ? [] : [JSON.stringify(audit.body)])
  const kills = await killSigning(SIGN_KILLS, random.float)
  check(
    `rampart sign killed ${SIGN_KILLS}×: ${kills.absent} without a file, ${kills.whole} with a whole one`,
    kills.wrong,
  )
} catch (error) {
  failed += 1
  print(`FAILED: ${error instanceof Error ? error.stack : String(error)}`)
} finally {
  await plane.terminate()
  if (failed > 0) print(`--- end of the server's log\n${plane.logTail()}`)
  plane.remove()
}
print(`seed ${SEED}\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
