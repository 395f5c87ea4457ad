/**
 * Points a registry's alias at bytes nobody approved, again and again, under load on the control plane and two gateways: a
 * signal within 2 s by webhook and within the poll interval without, and no call is ever answered by those bytes. Webhooks
 * that are forged, replayed or an hour old change nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { tinyClassifier } from '../../packages/onnx/src/testing.ts'
import { startRegistry } from './alias-hijack/registry.ts'
import { createEdge } from './gateway/edge.ts'
import { createPlane } from './kill/plane.ts'
import { createCallers } from './retract/callers.ts'

const quick = process.argv.includes('--quick')
const REQUESTS = quick ? 2_000 : 10_000
const ROUNDS = quick ? 2 : 10
const MODEL = 'card-fraud'
const SECRET = 'the secret of this proof'
const WEBHOOK_MS = 2_000
const POLL_MS = 4_000
/** A walk and a look at its result. */
const SLACK_MS = 3_000
const ALIAS_KEY = `registry-watch:alias:proof/${MODEL}/champion`

process.env['RAMPART_EXAMPLES_ENABLED'] = 'false'
const plane = await createPlane()
const edge = await createEdge(plane)
const registry = await startRegistry(MODEL, SECRET)
let passed = 0
let failed = 0

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const check = (what: string, isRight: boolean, detail = ''): void => {
  if (isRight) passed += 1
  else failed += 1
  print(`${isRight ? 'ok    ' : 'FAILED'}  ${what}${detail === '' ? '' : `: ${detail}`}`)
}

const must = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await plane.ask(method, path, body)
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
  return answer.body as T
}

/** Milliseconds until `look` was content. */
const until = async (what: string, look: () => Promise<boolean>, withinMs = 60_000): Promise<number> => {
  const from = performance.now()
  while (!(await look())) {
    if (performance.now() - from > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await delay(20)
  }
  return performance.now() - from
}

const openKeys = async (): Promise<readonly string[]> =>
  (await must<{ items: { key: string }[] }>('GET', '/api/v1/signals?open=true&limit=500')).items.map(
    ({ key }) => key,
  )
const isTold = async (): Promise<boolean> => (await openKeys()).includes(ALIAS_KEY)

const putRegistry = (poll: string) =>
  must('PUT', '/api/v1/registries/proof', {
    type: 'mlflow',
    url: registry.url,
    poll,
    webhookSecretRef: 'proof-hook',
  })

const send = async ({ body, headers }: ReturnType<typeof registry.notice>): Promise<number> => {
  const answer = await fetch(`${plane.url}/api/v1/registries/proof/notices`, {
    method: 'POST',
    headers,
    body,
  })
  await answer.arrayBuffer()
  return answer.status
}

const release = async (): Promise<void> => {
  registry.put('1', tinyClassifier(26))
  registry.setAlias('champion', '1')
  mkdirSync(join(plane.home, 'secrets'), { recursive: true, mode: 0o700 })
  writeFileSync(join(plane.home, 'secrets', 'proof-hook'), SECRET, { mode: 0o600 })
  await putRegistry('1h')
  const path = `/api/v1/models/${MODEL}/versions/1`
  const stageIs = async (stage: string) => {
    const { body } = await plane.ask('GET', path)
    return (body as { stage?: string }).stage === stage
  }
  await until('version 1 is assessed', () => stageIs('assessed'))
  for (const to of ['approved', 'deployed'])
    await must('POST', `${path}/transitions`, { to, reason: 'proof' })
}

/** Another weight in the same place: same shape, other bytes, answers that would look right. */
const hijackedBytes = (): Uint8Array => {
  const bytes = Buffer.from(tinyClassifier(26))
  const weight = Buffer.alloc(4)
  weight.writeFloatLE(0.2)
  bytes.writeFloatLE(0.9, bytes.indexOf(weight))
  return bytes
}

const byWebhook = async (): Promise<void> => {
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    registry.setAlias('champion', '2')
    const sent = performance.now()
    await send(registry.notice('champion'))
    await until('the hijack is told', isTold)
    took.push(performance.now() - sent)
    registry.setAlias('champion', '1')
    await send(registry.notice('champion'))
    await until('the repair is told', async () => !(await isTold()))
  }
  const worst = Math.max(...took)
  check(
    `signal within ${WEBHOOK_MS} ms by webhook`,
    worst < WEBHOOK_MS,
    `${took.map(Math.round).join(', ')} ms`,
  )
}

/** The alias is hijacked and nobody honest says so. */
const byBadWebhooks = async (): Promise<void> => {
  registry.setAlias('champion', '1')
  const first = registry.notice('champion')
  check('a signed webhook is accepted', (await send(first)) === 202)
  await delay(500)
  registry.setAlias('champion', '2')
  const before = registry.asked()
  const codes = [
    await send(first),
    await send(registry.notice('champion', { secret: 'a guess' })),
    await send(registry.notice('champion', { ageMs: 3_600_000 })),
    await send({ ...registry.notice('champion'), body: first.body.replace('"1"', '"3"') }),
  ]
  await delay(1_000)
  check(
    'replayed: 202 and nothing; forged, late, changed: 401',
    codes.join(' ') === '202 401 401 401',
    codes.join(' '),
  )
  check('none of them made the registry be asked', registry.asked() === before)
  check('none of them changed what is told', !(await isTold()))
}

/** The same hijack, found by reconciliation alone. */
const byPoll = async (): Promise<void> => {
  registry.setAlias('champion', '1')
  await putRegistry(`${POLL_MS / 1000}s`)
  await until('nothing is open', async () => !(await isTold()))
  const took: number[] = []
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    registry.setAlias('champion', '2')
    took.push(await until('the hijack is told', isTold))
    registry.setAlias('champion', '1')
    await until('the repair is told', async () => !(await isTold()))
  }
  check(
    `without webhooks within the poll interval of ${POLL_MS} ms and its walk`,
    Math.max(...took) < POLL_MS + SLACK_MS,
    `${took.map(Math.round).join(', ')} ms`,
  )
}

try {
  plane.launch()
  await plane.ready()
  await release()
  await edge.launch()
  const callers = createCallers({ control: Number(new URL(plane.url).port), gateways: edge.port }, 1)
  const answered = (router: string): number =>
    callers.answers.filter((one) => one.router === router && one.status === 200).length
  await until('both routers answer', async () => answered('control') > 0 && answered('gateways') > 0)
  const from = callers.answers.length
  registry.put('2', hijackedBytes())
  await byWebhook()
  await byBadWebhooks()
  await byPoll()
  // Enough of them while the alias stays on the wrong bytes.
  registry.setAlias('champion', '2')
  await until('the last hijack is told', isTold)
  await until('enough was asked', async () => callers.answers.length - from >= REQUESTS, 300_000)
  await callers.stop()
  const answers = callers.answers.slice(from)
  const wrong = answers.filter(({ status, version }) => status === 200 && version !== '1').length
  const refused = answers.filter(({ status }) => status !== 200).length
  check(
    `${answers.length} requests through both routers, ${wrong} answered by other bytes`,
    wrong === 0 && refused === 0,
    `${answered('control')} by the control plane, ${answered('gateways')} by gateways, ${refused} refused`,
  )
  check('the gateways ended with 0', (await edge.stop()) === 0)
  check('the control plane ended with 0', (await plane.terminate()) === 0)
} catch (error) {
  failed += 1
  print(`FAILED  ${error instanceof Error ? error.message : String(error)}`)
  print(plane.logTail())
  await plane.killProcess()
} finally {
  await registry.stop()
  await edge.remove()
  plane.remove()
}
print(`the registry was asked ${registry.asked()} times`)
print(`${passed} passed, ${failed} failed`)
// Callers of a proof that broke off would go on for ever.
process.exit(failed === 0 ? 0 : 1)
