/**
 * SIGKILLs the process that turns inference records into Parquet, at random moments of converting, compacting and erasing:
 * every record is there once, byte for byte, the erased ones are nowhere, and what remains can be proved.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  auditOf,
  openTestLog,
  testTrust,
  type WrittenSegment,
  writeSegment,
} from '../../modules/inference-log/src/testing.ts'
import { createSeededRandom } from '../../packages/kit/src/index.ts'
import { verifyRecordProof } from '../../packages/signing/src/index.ts'

const quick = process.argv.includes('--quick')
const KILLS = quick ? 5 : 60
const SEED = Number(process.argv.find((word) => word.startsWith('--seed='))?.slice(7) ?? 20261123)
const SEGMENTS_PER_RUN = 6
const PROOFS = quick ? 10 : 200
const FOLDERS = ['', 'gateway-1']
const TENANTS = ['default', 'default', 'red'] as const

const random = createSeededRandom(SEED)
const home = mkdtempSync(join(tmpdir(), 'rampart-prove-log-'))
const segments: WrittenSegment[] = []
const erased = new Set<string>()
let failed = 0
let acknowledgedErasures = 0

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const check = (title: string, wrong: readonly string[]): void => {
  if (wrong.length > 0) failed += 1
  print(`${wrong.length === 0 ? 'ok' : 'FAILED'}: ${title}`)
  for (const line of wrong.slice(0, 10)) print(`  ${line}`)
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

const start = (): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = fork(new URL('./inference-log/log-process.ts', import.meta.url), [home], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the log ended with ${code}`)))
    child.once('message', () => resolve(child))
  })

/** A caller of its own per run, who may be erased; what was asked for counts as erased even if the answer was cut off. */
const write = async (run: number): Promise<void> => {
  const folder = join(home, 'inference', FOLDERS[Math.floor(random.float() * FOLDERS.length)] ?? '')
  const records = Array.from({ length: 20 + Math.floor(random.float() * 200) }, (_, at) => ({
    tenant: TENANTS[at % 3],
    caller: at % 7 === 0 ? `user:forget-${run}` : 'user:keep',
    time: new Date(Date.parse('2026-11-20T23:00:00Z') + at * 40_000).toISOString(),
    request: `r${run}-${at}`,
    input: [{ name: 'x', data: Array.from({ length: 8 }, () => random.float()) }],
  }))
  segments.push(await writeSegment(folder, records))
}

const killOnce = async (run: number): Promise<void> => {
  const child = await start()
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const acknowledged = new Promise<void>((resolve) => {
    child.on('message', (said) => {
      if (!String(said).startsWith('erased')) return
      acknowledgedErasures += 1
      resolve()
    })
  })
  for (let count = 0; count < SEGMENTS_PER_RUN; count++) {
    await write(run)
    await delay(random.float() * 60)
  }
  if (random.float() < 0.6) {
    erased.add(`user:forget-${run}`)
    child.send({ erase: `user:forget-${run}` })
    if (random.float() < 0.5) await Promise.race([acknowledged, delay(5_000)])
  }
  await delay(random.float() * 1_500)
  child.kill('SIGKILL')
  await gone
}

const expected = (tenant: string): Map<string, string> => {
  const lines = new Map<string, string>()
  for (const { ids, lines: all } of segments)
    for (const [at, line] of all.entries()) {
      const record = JSON.parse(line) as { tenant: string; caller: string }
      const isGone = record.tenant === 'default' && erased.has(record.caller)
      if (record.tenant === tenant && !isGone) lines.set(ids[at] ?? '', line)
    }
  return lines
}

const compare = async (
  log: Awaited<ReturnType<typeof openTestLog>>['log'],
  tenant: string,
): Promise<string[]> => {
  const wrong: string[] = []
  const lines = expected(tenant)
  const seen = new Set<string>()
  for (let page = await log.find(tenant, {}, 500); ; page = await log.find(tenant, {}, 500, page.next)) {
    for (const { id, record } of page.items) {
      if (seen.has(id)) wrong.push(`twice: ${id}`)
      if (lines.get(id) !== record) wrong.push(`${lines.has(id) ? 'changed' : 'should be gone'}: ${id}`)
      seen.add(id)
    }
    if (page.next === undefined) break
  }
  for (const id of lines.keys()) if (!seen.has(id)) wrong.push(`lost: ${id}`)
  print(`  ${tenant}: ${seen.size} records`)
  return wrong
}

const prove = async (log: Awaited<ReturnType<typeof openTestLog>>['log']): Promise<string[]> => {
  const wrong: string[] = []
  const ids = [...expected('default').keys()]
  for (let count = 0; count < PROOFS; count++) {
    const id = ids[Math.floor(random.float() * ids.length)] ?? ''
    const { verdict, steps } = verifyRecordProof(await log.prove('default', id), testTrust)
    if (verdict !== 'valid') wrong.push(`${id}: ${steps.find(({ ok }) => !ok)?.detail ?? ''}`)
  }
  return wrong
}

try {
  for (let run = 1; run <= KILLS; run += 1) await killOnce(run)
  print(
    `${KILLS} kills, ${segments.length} segments, ${erased.size} erasures asked for, ${acknowledgedErasures} acknowledged`,
  )
  const { log, folder } = await openTestLog(home, { convertAfterMs: 0 }, { auditLink: auditOf(segments) })
  // An erasure that was killed before it was written down was never acknowledged: asking again is the caller's part.
  for (const caller of erased) await log.erase('default', caller, 'user:prover')
  await log.convert()
  await log.cleanUp()
  check('every record of each tenant is there once, byte for byte', [
    ...(await compare(log, 'default')),
    ...(await compare(log, 'red')),
  ])
  check(`${PROOFS} records chosen at random can be proved`, await prove(log))
  await log.stop()
  const left = filesBelow(join(home, 'inference')).filter((path) => path.endsWith('.ndjson'))
  check('no segment is left', left)
  const catalog = readFileSync(join(folder, 'catalog.ndjson'), 'utf8')
  check(
    'nothing lies beside what the catalog names',
    filesBelow(join(folder, 'parquet')).filter((path) => !catalog.includes(path.slice(folder.length + 1))),
  )
  check('no draft is left', filesBelow(join(folder, 'drafts')))
  const naming = filesBelow(home).filter(
    (path) =>
      !path.includes('/red/') && [...erased].some((caller) => readFileSync(path).includes(`"${caller}"`)),
  )
  check('no file outside the other tenant names an erased caller', naming)
} catch (error) {
  failed += 1
  print(`FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
} finally {
  rmSync(home, { recursive: true, force: true })
}
print(`seed ${SEED}\n${6 - Math.min(failed, 6)} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
