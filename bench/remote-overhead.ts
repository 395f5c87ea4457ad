/** Time that a route to another server adds to asking that server: one call at a time, direct and through, in pairs. [-o json] */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../tools/files.ts'
import { benchRequest } from './load/requests.ts'
import { median, spread } from './load/spread.ts'

const { values: flags } = parseArgs({
  options: {
    output: { type: 'string', short: 'o', default: 'table' },
    rounds: { type: 'string', default: '9' },
  },
})
const ROUNDS = Number(flags.rounds)
const WARM_UP = 1500
const PAIRS = 600
const MODEL = 'card-fraud'

/** Each server is a process of its own; the second only knows the URL of the first. */
const start = async (...words: readonly string[]): Promise<{ url: string; child: ChildProcess }> => {
  const child = fork(new URL('./load/bare-process.ts', import.meta.url), ['router', MODEL, ...words])
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return { url, child }
}
const far = await start()
const near = await start(far.url)

const { path, headers, body } = benchRequest(MODEL, 'json')
const agent = new Agent({ keepAlive: true })
const millis = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const from = performance.now()
    const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } }
    const call = request(`${url}${path}`, options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`))
      response.resume()
      response.on('end', () => resolve(performance.now() - from))
    })
    call.on('error', reject)
    call.end(body)
  })

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(q * values.length)] ?? Number.NaN

for (let i = 0; i < WARM_UP; i++) {
  await millis(far.url)
  await millis(near.url)
}
const rounds: { direct: number; through: number; directP99: number; throughP99: number }[] = []
for (let round = 0; round < ROUNDS; round++) {
  const direct: number[] = []
  const through: number[] = []
  for (let i = 0; i < PAIRS; i++) {
    direct.push(await millis(far.url))
    through.push(await millis(near.url))
  }
  rounds.push({
    direct: median(direct),
    through: median(through),
    directP99: quantile(direct, 0.99),
    throughP99: quantile(through, 0.99),
  })
}
agent.destroy()
near.child.disconnect()
far.child.disconnect()

const result = {
  bench: 'remote-overhead',
  time: new Date().toISOString(),
  machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version },
  pairsPerRound: PAIRS,
  directP50Ms: spread(rounds.map(({ direct }) => direct)),
  throughP50Ms: spread(rounds.map(({ through }) => through)),
  overheadP50Ms: spread(rounds.map(({ direct, through }) => through - direct)),
  directP99Ms: spread(rounds.map(({ directP99 }) => directP99)),
  throughP99Ms: spread(rounds.map(({ throughP99 }) => throughP99)),
}
mkdirSync(join(root, 'bench/results'), { recursive: true })
writeFileSync(join(root, 'bench/results/remote-overhead.json'), `${JSON.stringify(result, null, 2)}\n`)
const { overheadP50Ms, directP50Ms, throughP50Ms } = result
process.stdout.write(
  flags.output === 'json'
    ? `${JSON.stringify(result)}\n`
    : `p50 of ${ROUNDS} rounds of ${PAIRS} pairs: direct ${directP50Ms.median} ms, through ${throughP50Ms.median} ms; overhead ${overheadP50Ms.median} ms (${overheadP50Ms.min} to ${overheadP50Ms.max})\n`,
)
