/** CPU of one inference decision: uncached here and in an OPA server over HTTP, cached, and amortised over 10,000 callers. [--quick] [-o json] */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Principal } from '@rampart/domain'
import { createSeededRandom, systemClock } from '@rampart/kit'
import { createShippedPolicy } from '@rampart/policy/testing'
import { createDecisionCache } from '@rampart/serving/testing'
import { freePort, terminate } from '../tools/control-plane.ts'
import { root } from '../tools/files.ts'
import { peer } from '../tools/peers/group.ts'
import { startLoadClient } from './load/measured.ts'
import { treeCpuMicros } from './load/process-tree.ts'
import { spread } from './load/spread.ts'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    output: { type: 'string', short: 'o', default: 'table' },
  },
})
const ROUNDS = flags.quick ? 5 : 9
const CALLS = flags.quick ? 4_000 : 10_000
const CALLERS = 10_000
const LOOKUPS = 1_000_000
const SEED = 20261123

const say = (line: string): void =>
  void (flags.output === 'json' ? process.stderr : process.stdout).write(`${line}\n`)

const question = (caller: string) => ({
  caller: { kind: 'service', id: caller, roles: ['viewer'], tenant: 'default' },
  route: {
    name: 'card-fraud',
    model: 'card-fraud',
    version: '1.0.0',
    digest: `sha256:${'a'.repeat(64)}`,
    stage: 'deployed',
    labels: { team: 'payments' },
    tenant: 'default',
  },
  mode: 'production',
})

const cpuMicrosPer = (count: number, work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

const pack = (await createShippedPolicy()).hot('inference')

const uncachedHere = (): number =>
  cpuMicrosPer(CALLS, () => {
    for (let i = 0; i < CALLS; i++)
      if (!pack.evaluate(question(`shop-${i}`)).allow) throw new Error('the question must be allowed')
  })

const startOpa = async () => {
  const opa = await peer('opa', 'install')
  const port = await freePort()
  const args = [
    'run',
    '--server',
    '--addr',
    `127.0.0.1:${port}`,
    '--log-level',
    'error',
    '--disable-telemetry',
  ]
  const server = spawn(opa, [...args, join(root, 'policies/inference')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  for (const deadline = performance.now() + 30_000; ; await wait(50)) {
    if (server.exitCode !== null || performance.now() > deadline) throw new Error('opa did not start')
    if ((await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.ok === true) break
  }
  const url = `http://127.0.0.1:${port}/v1/data/rampart/inference/decision`
  const body = JSON.stringify({ input: question('shop-1') })
  const answer = (await (await fetch(url, { method: 'POST', body })).json()) as {
    result?: { allow?: boolean }
  }
  if (answer.result?.allow !== true) throw new Error('opa decides otherwise')
  return { server, port, body: Buffer.from(body) }
}

type Cached = { readonly cachedMicros: number; readonly amortisedMicros: number; readonly hitRate: number }

/** The router's own cache in front of the policy: one caller again and again, then 10,000 in random order. */
const throughCache = async (): Promise<Cached> => {
  const random = createSeededRandom(SEED)
  const { policy, misses } = { policy: { ...pack }, misses: { count: 0 } }
  const cache = createDecisionCache({
    clock: systemClock,
    random,
    mode: 'production',
    policyHot: () => policy,
    logDecision: () => {
      misses.count += 1
    },
  })
  const { route: asked } = question('')
  const route = { ...asked, digest: asked.digest as `sha256:${string}`, stage: 'deployed' as const }
  const served = {
    ...route,
    isDefault: true,
    modelPath: '',
    signature: { inputs: [], outputs: [] },
    epoch: 1,
  }
  const callers: Principal[] = Array.from({ length: CALLERS }, (_, i) => ({
    kind: 'service',
    id: `shop-${i}`,
    tenant: 'default',
    roles: ['viewer'],
    via: 'api-key',
  }))
  const order = Uint32Array.from({ length: LOOKUPS }, () => random.uint32() % CALLERS)
  const ask = (index: number): void => {
    if (!cache.decide(callers[index] as Principal, served, 1).allow) throw new Error('must be allowed')
  }
  const amortisedMicros = cpuMicrosPer(LOOKUPS, () => {
    for (const index of order) ask(index)
  })
  const hitRate = 1 - misses.count / LOOKUPS
  const cachedMicros = cpuMicrosPer(LOOKUPS, () => {
    for (let i = 0; i < LOOKUPS; i++) ask(7)
  })
  return { cachedMicros, amortisedMicros, hitRate }
}

const opa = await startOpa()
const client = startLoadClient()
try {
  const overHttp = async (): Promise<number> => {
    const request = {
      path: '/v1/data/rampart/inference/decision',
      headers: { 'content-type': 'application/json' },
      body: opa.body,
    }
    const before = treeCpuMicros(opa.server.pid ?? 0)
    await client.load(opa.port, request, CALLS, 16)
    return (treeCpuMicros(opa.server.pid ?? 0) - before) / CALLS
  }
  uncachedHere()
  await overHttp()
  const rounds: { here: number; opa: number }[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push({ here: uncachedHere(), opa: await overHttp() })
  const caches: Cached[] = []
  for (let round = 0; round < ROUNDS; round++) caches.push(await throughCache())
  const result = {
    bench: 'policy',
    seed: SEED,
    rounds: ROUNDS,
    uncachedCpuMicros: spread(rounds.map(({ here }) => here)),
    opaOverHttpCpuMicros: spread(rounds.map(({ opa }) => opa)),
    opaOverRampart: spread(rounds.map(({ here, opa }) => opa / here)),
    cachedCpuMicros: spread(caches.map(({ cachedMicros }) => cachedMicros)),
    amortisedCpuMicros: spread(caches.map(({ amortisedMicros }) => amortisedMicros)),
    hitRate: spread(caches.map(({ hitRate }) => hitRate)),
    callers: CALLERS,
  }
  const line = (name: string, { median, min, max }: { median: number; min: number; max: number }): void =>
    say(`${name.padEnd(48)} ${median}  (${min} to ${max})`)
  line('uncached decision here, µs CPU', result.uncachedCpuMicros)
  line('OPA server over HTTP, µs CPU of the server', result.opaOverHttpCpuMicros)
  line('OPA over HTTP / here', result.opaOverRampart)
  line('cached decision, µs CPU', result.cachedCpuMicros)
  line(`amortised over ${CALLERS} callers at random, µs CPU`, result.amortisedCpuMicros)
  line('  hit rate', result.hitRate)
  if (!flags.quick) {
    mkdirSync(join(root, 'bench/results'), { recursive: true })
    writeFileSync(join(root, 'bench/results/policy.json'), `${JSON.stringify(result, null, 2)}\n`)
  }
  if (flags.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  client.stop()
  await terminate(opa.server)
}
