/** Server CPU per call of two serving processes on one port over one, and how evenly they share the calls. [--quick] [--rounds N] [-o json] */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import {
  freePort,
  type RunningControlPlane,
  startControlPlane,
  terminate,
  untilReady,
} from '../tools/control-plane.ts'
import { root } from '../tools/files.ts'
import { type LoadClient, startLoadClient } from './load/measured.ts'
import { treeCpuMicros } from './load/process-tree.ts'
import { benchRequest } from './load/requests.ts'
import { median, type Spread, spread } from './load/spread.ts'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'table' },
  },
})
const ROUNDS = Number(flags.rounds ?? (flags.quick ? 3 : 9))
const CONCURRENCIES = [16, 64]
const CALLS = 30_000
const WARM_UP = 40_000
/** Two reports of a gateway. */
const SETTLE_MS = 2_200

const say = (line: string): void =>
  void (flags.output === 'json' ? process.stderr : process.stdout).write(`${line}\n`)

type Gateway = {
  readonly child: ChildProcess
  readonly port: number
  readonly id: string
  readonly home: string
}

const startGateway = async (plane: RunningControlPlane, processes: number): Promise<Gateway> => {
  const home = mkdtempSync(join(tmpdir(), 'rampart-gateway-'))
  const port = await freePort()
  const id = `bench-${processes}`
  const child = spawn(process.execPath, [join(root, 'apps/gateway/src/main.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      RAMPART_GRPC_ENABLED: 'false',
      RAMPART_PROCESSES: String(processes),
      RAMPART_GATEWAY_HOME: home,
      RAMPART_ID: id,
      RAMPART_LOG_LEVEL: 'warn',
      RAMPART_CONTROL_URL: plane.url,
      RAMPART_CONTROL_TOKEN_FILE: join(plane.home, 'keys', 'process-token'),
    },
  })
  await untilReady(`http://127.0.0.1:${port}`, child)
  return { child, port, id, home }
}

type View = { readonly id: string; readonly requests: number }

/** Calls that each process of the gateway has answered. */
const answeredBy = async (plane: RunningControlPlane, id: string): Promise<Map<string, number>> => {
  await wait(SETTLE_MS)
  const token = readFileSync(join(plane.home, 'token'), 'utf8').trim()
  const answer = await fetch(`${plane.url}/api/v1/gateways`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const { items } = (await answer.json()) as { items: readonly View[] }
  return new Map(items.filter((one) => one.id.startsWith(id)).map((one) => [one.id, one.requests]))
}

type Row = {
  readonly concurrency: number
  readonly one: Spread
  readonly two: Spread
  /** Median of the ratios of paired rounds. */
  readonly ratio: Spread
  /** Least share of the calls that one of the two processes had, over the rounds. */
  readonly leastShare: Spread
}

const request = benchRequest('card-fraud', 'json')

const measure = async (
  client: LoadClient,
  { child, port }: Gateway,
  concurrency: number,
): Promise<number> => {
  const before = treeCpuMicros(child.pid ?? 0)
  await client.load(port, request, CALLS, concurrency)
  return (treeCpuMicros(child.pid ?? 0) - before) / CALLS
}

const measureRow = async (
  plane: RunningControlPlane,
  client: LoadClient,
  [one, two]: readonly [Gateway, Gateway],
  concurrency: number,
): Promise<Row> => {
  for (const gateway of [one, two]) await client.load(gateway.port, request, WARM_UP, concurrency)
  const figures = { one: [] as number[], two: [] as number[], share: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) figures.one.push(await measure(client, one, concurrency))
    const before = await answeredBy(plane, two.id)
    figures.two.push(await measure(client, two, concurrency))
    const after = await answeredBy(plane, two.id)
    if (round % 2 === 1) figures.one.push(await measure(client, one, concurrency))
    const shares = [...after].map(([id, count]) => (count - (before.get(id) ?? 0)) / CALLS)
    figures.share.push(Math.min(...shares))
  }
  return {
    concurrency,
    one: spread(figures.one),
    two: spread(figures.two),
    ratio: spread(figures.two.map((value, round) => value / (figures.one[round] ?? Number.NaN))),
    leastShare: spread(figures.share),
  }
}

const show = ({ concurrency, one, two, ratio, leastShare }: Row): void => {
  say(`concurrency ${concurrency}`)
  say(`  one process    ${one.median} µs CPU per call (${one.min} to ${one.max})`)
  say(`  two processes  ${two.median} µs CPU per call (${two.min} to ${two.max})`)
  say(`  ratio          ${ratio.median} (${ratio.min} to ${ratio.max})`)
  say(
    `  smaller share  ${(leastShare.median * 100).toFixed(1)} % (least ${(leastShare.min * 100).toFixed(1)} %)`,
  )
}

const plane = await startControlPlane()
const client = startLoadClient()
const gateways: Gateway[] = []
try {
  for (const processes of [1, 2]) gateways.push(await startGateway(plane, processes))
  const rows: Row[] = []
  for (const concurrency of CONCURRENCIES) {
    const row = await measureRow(plane, client, gateways as [Gateway, Gateway], concurrency)
    show(row)
    rows.push(row)
  }
  const result = {
    bench: 'processes',
    quick: flags.quick,
    time: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version },
    worstRatio: Math.max(...rows.map(({ ratio }) => ratio.median)),
    leastShare: median(rows.map(({ leastShare }) => leastShare.min)),
    rows,
  }
  if (!flags.quick) {
    mkdirSync(join(root, 'bench/results'), { recursive: true })
    writeFileSync(join(root, 'bench/results/processes.json'), `${JSON.stringify(result, null, 2)}\n`)
  }
  if (flags.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  client.stop()
  for (const { child, home } of gateways) {
    await terminate(child)
    rmSync(home, { recursive: true, force: true })
  }
  await plane.stop()
}
