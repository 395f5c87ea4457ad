/**
 * CPU time of one uncached decision of the inference pack, input and answer as JSON included.
 * Usage: node bench/micro/policy.ts
 */
import { createShippedPolicy } from '@rampart/policy/testing'

const policy = await createShippedPolicy()
const pack = policy.hot('inference')
const question = (i: number) => ({
  caller: { kind: 'service', id: `shop-${i}`, roles: ['viewer'], tenant: 'default' },
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

const ROUNDS = 5
const PER_ROUND = 10_000
for (let i = 0; i < PER_ROUND; i++) pack.evaluate(question(i))

const micros: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  const start = process.cpuUsage()
  for (let i = 0; i < PER_ROUND; i++) {
    if (!pack.evaluate(question(i)).allow) throw new Error('the question of this bench must be allowed')
  }
  const { user, system } = process.cpuUsage(start)
  micros.push((user + system) / PER_ROUND)
}
micros.sort((a, b) => a - b)
const show = (value: number | undefined) => value?.toFixed(1)
console.log(
  `inference decision, uncached: median ${show(micros[ROUNDS >> 1])} µs CPU (${micros.map(show).join(' ')})`,
)
