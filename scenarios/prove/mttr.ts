/**
 * Plays five attacks on a control plane under load and measures detect → decide → contain → verified, with policy acting and
 * only recommending: a drifting route, a hijacked alias, a tampered file, a miner in a notebook, an intruder at the host of a
 * drifting model. Everything is undone afterwards. `--rounds N`, `--out FOLDER`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { root } from '../../tools/files.ts'
import { startAttacker } from './mttr/attacker.ts'
import { createCallers, readBodies } from './mttr/callers.ts'
import { createFollow, type Followed } from './mttr/follow.ts'
import { enter, isInside, raise } from './mttr/network.ts'
import { installJupyter, startJupyter, startStandIn } from './mttr/notebook.ts'
import { createPlays, type Play } from './mttr/plays.ts'
import { asText, quantile, type Report, type Round, writeReport } from './mttr/report.ts'
import { type Mode, startWorld } from './mttr/world.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    out: { type: 'string' },
  },
})
const { quick } = values
const ROUNDS = Number(values.rounds ?? (quick ? 1 : 10))
const ROUNDS_WITHOUT = quick ? 1 : Math.min(3, ROUNDS)
const WINDOW_MS = quick ? 5_000 : 8_000
const WITHIN_MS = 60_000
/** Signal to verified, of the issue. */
const P50_MS = 3_000
const P95_MS = 10_000

let passed = 0
let failed = 0
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const check = (what: string, wrong: readonly string[]): void => {
  if (wrong.length === 0) passed += 1
  else failed += 1
  print(
    `${wrong.length === 0 ? 'ok    ' : 'FAILED'}  ${what}${wrong.length === 0 ? '' : `: ${wrong.join('; ')}`}`,
  )
}

const prove = async (): Promise<void> => {
  await raise()
  const folder = mkdtempSync(join(tmpdir(), 'rampart-mttr-'))
  const jupyter = process.env['RAMPART_MTTR_JUPYTER']
  const world = await startWorld()
  const rounds: Round[] = []
  const stops: (() => Promise<unknown>)[] = []
  let cleaning: Promise<readonly (number | null)[]> | undefined
  const clean = (): Promise<readonly (number | null)[]> => {
    cleaning ??= (async () => {
      for (const stop of stops.reverse()) await stop()
      const codes = await world.stop()
      if (failed > 0) print(`--- end of the server's log\n${world.plane.logTail()}`)
      world.plane.remove()
      rmSync(folder, { recursive: true, force: true })
      return codes
    })()
    return cleaning
  }
  // Ended from outside, it leaves no server, rule or miner behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void clean().finally(() => process.exit(130)))
  try {
    const { partsDigest, gatewayPort } = await world.start()
    print(`        ready after ${Math.round(performance.now() / 1000)} s`)
    const attacker = await startAttacker(gatewayPort)
    stops.push(attacker.stop)
    const bodies = readBodies()
    const ports = [gatewayPort, Number(new URL(world.plane.url).port)]
    const pauseMs = quick ? 40 : 10
    const calls = { cards: { pauseMs }, loans: { pauseMs: 100 }, parts: { pauseMs }, churn: { pauseMs } }
    const callers = createCallers(ports, bodies, calls)
    stops.push(callers.stop)
    const follow = createFollow(world)
    let number = 0
    const startNotebook = async () => {
      number += 1
      const home = join(folder, `notebook-${number}`)
      const notebook =
        jupyter === undefined
          ? await startStandIn(home, world.notebookToken)
          : await startJupyter(jupyter, home, world.notebookToken)
      stops.push(notebook.stop)
      return notebook
    }
    const plays = createPlays({
      ...{ world, callers, attacker, follow, bodies, partsDigest, startNotebook },
    })

    const play = async (one: Play, mode: Mode): Promise<void> => {
      await one.prepare()
      const before = await one.reached()
      const since = Date.now()
      await one.attack()
      const counted = delay(WINDOW_MS).then(async () => (await one.reached()) - before)
      const sensor = one.meanwhile?.(since)
      const actions = mode === 'act' ? one.actions : (one.recommended ?? one.actions)
      const wanted = { signal: one.signal, actions, mode, since, withinMs: WITHIN_MS }
      const seen = await follow.until(wanted)
      await sensor
      const wrong = mode === 'act' ? [await one.contained()].filter((fault) => fault !== undefined) : []
      rounds.push(roundOf(one, mode, since, seen, await counted))
      await one.end()
      const missing = one.rules.filter((rule) => !seen.rules.some((name) => rule.test(name)))
      check(`${one.name}, ${mode}: ${actions.join(' and ')} in one incident`, [
        ...wrong,
        ...missing.map((rule) => `no signal of ${rule} in it, but ${seen.rules.join(', ')}`),
      ])
    }

    /** Everything that the policy began is undone, and nothing is open any more. */
    const calm = async (some: readonly Play[], since: number): Promise<void> => {
      await follow.revert(await follow.runsSince(since))
      await Promise.all(some.map((one) => one.calm()))
      await follow.revert(await follow.runsSince(since))
      await follow.closeAll()
    }

    const phase = async (some: readonly Play[], mode: Mode, times: number): Promise<void> => {
      for (let round = 1; round <= times; round += 1) {
        const since = Date.now()
        await Promise.all(some.map((one) => play(one, mode)))
        // The quick form does not come back to an attack that nothing was done about.
        await calm(quick && mode === 'recommend' ? [] : some, since)
      }
    }

    // Several at once but for the last: an alert on the host is about everything that it serves, and would join the others.
    const groups = quick ? [plays.slice(0, -1), plays.slice(-1)] : plays.map((one) => [one])
    for (const mode of ['act', 'recommend'] as const) {
      await world.setMode(mode)
      for (const some of groups) await phase(some, mode, mode === 'act' ? ROUNDS : ROUNDS_WITHOUT)
    }

    const report: Report = {
      plays: plays.map(({ name, title, harm }) => ({ name, title, harm })),
      rounds,
      windowMs: WINDOW_MS,
      about: {
        'calls under way': `${callers.totals().total} in all, each of 20 rows`,
        'notebook server': jupyter === undefined ? 'a stand-in of its REST API' : 'Jupyter Server',
        processors: availableParallelism(),
        'load average': loadavg()
          .map((one) => one.toFixed(1))
          .join(', '),
        date: new Date().toISOString().slice(0, 10),
      },
    }
    print(`\n${asText(report)}\n`)
    const out = values.out ?? join(root, 'dist/prove/mttr')
    writeReport(out, report)
    print(`the report is in ${out}`)
    judge(rounds)
    const { items } = await world.must<{ items: unknown[] }>('GET', '/api/v1/containments')
    check('no containment is left', items.length === 0 ? [] : [`${items.length} are`])
    const { ok } = await world.must<{ ok: boolean }>('POST', '/api/v1/audit/verify')
    check('the audit log verifies', ok ? [] : ['it does not'])
  } catch (error) {
    check('the proof came to its end', [
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    ])
  } finally {
    const codes = await clean()
    check(
      'control plane and gateway ended with 0',
      codes.every((code) => code === 0) ? [] : [codes.map((code) => code ?? 'killed').join(', ')],
    )
  }
}

const roundOf = (
  { name }: Play,
  mode: Mode,
  since: number,
  { signalAt, decidedAt, containedAt, verifiedAt }: Followed,
  reached: number,
): Round => ({
  play: name,
  mode,
  detectMs: signalAt - since,
  decideMs: decidedAt - signalAt,
  ...(containedAt === undefined ? {} : { containMs: containedAt - signalAt }),
  ...(verifiedAt === undefined ? {} : { verifyMs: verifiedAt - signalAt }),
  reached,
})

/** The quick form runs beside other work: it is held to the upper limit alone, which grows with the load per processor. */
const judge = (rounds: readonly Round[]): void => {
  const verified = rounds.flatMap(({ verifyMs }) => (verifyMs === undefined ? [] : [verifyMs]))
  const [p50, p95] = [quantile(verified, 0.5), quantile(verified, 0.95)]
  const limit = quick
    ? Math.round(P95_MS * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()))
    : P95_MS
  check(`signal → verified: p95 below ${limit} ms`, p95 < limit ? [] : [`${p95} ms`])
  if (!quick) check(`signal → verified: p50 below ${P50_MS} ms`, p50 < P50_MS ? [] : [`${p50} ms`])
}

if (isInside()) {
  await prove()
  print(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
} else {
  if (!quick) process.env['RAMPART_MTTR_JUPYTER'] = installJupyter()
  process.exitCode = await enter()
}
