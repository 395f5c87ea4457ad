/** Serving processes as they run: real children on one port, fed and supervised by the control plane. */
import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '@rampart/kit/testing'
import { deployClassifier, issueKey, startTestPlane, type TestPlane } from './testing.ts'

let plane: TestPlane
let port: number

before(async () => {
  plane = await startTestPlane({
    flags: { 'serving-processes': '2', 'serving-port': '0', 'serving-grpc-port': '0' },
  })
  port = Number(new URL(plane.processes?.url ?? '').port)
  await deployClassifier(plane, 'tiny', '1.0.0')
})
after(() => plane.stop())

const BODY = JSON.stringify({
  inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
})

type Outcome = { readonly status: number; readonly text: string }

const infer = (agent: Agent, headers: Record<string, string> = {}): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const call = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/v2/models/tiny/infer',
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        )
        response.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end(BODY)
  })

type GatewayView = {
  readonly id: string
  readonly lag: number
  readonly epoch: number
  readonly ready: boolean
  readonly connected: boolean
}

const gateways = async (): Promise<GatewayView[]> =>
  (await plane.call('GET', '/api/v1/gateways')).json?.['items'] as GatewayView[]

/** Asked at a human pace: every question is a call of the API with a decision behind it. */
const caughtUp = async (): Promise<boolean> => {
  await delay(100)
  const all = await gateways()
  return all.length === 2 && all.every(({ lag, ready, connected }) => lag === 0 && ready && connected)
}

const withAgent = async <T>(sockets: number, work: (agent: Agent) => Promise<T>): Promise<T> => {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  try {
    return await work(agent)
  } finally {
    agent.destroy()
  }
}

test('both processes follow, answer on one port, and refuse what the control plane refuses', async () => {
  await until(caughtUp)
  assert.deepEqual((await gateways()).map(({ id }) => id).sort(), ['process-1', 'process-2'])
  await withAgent(8, async (agent) => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => infer(agent)))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], answers[0]?.text)
    assert.equal((await infer(agent, { authorization: 'Bearer rk_0000000000000000_x' })).status, 401)
  })
})

test('a revoked key stops counting within seconds, on every connection', async () => {
  const key = await issueKey(plane, 'caller', ['operator'])
  await withAgent(4, async (agent) => {
    const statuses = async (): Promise<number[]> =>
      (
        await Promise.all(Array.from({ length: 8 }, () => infer(agent, { authorization: `Bearer ${key}` })))
      ).map(({ status }) => status)
    await until(async () => (await statuses()).every((status) => status === 200))
    const id = /^rk_([0-9a-f]+)_/.exec(key)?.[1]
    assert.equal((await plane.call('DELETE', `/api/v1/api-keys/${id}`)).status, 200)
    await until(async () => (await statuses()).every((status) => status === 401))
  })
})

test('a caller under containment is stopped and slowed in every process, and free again afterwards', async () => {
  const key = await issueKey(plane, 'attacker', ['operator'])
  const contain = async (action: string, more: Record<string, unknown> = {}) => {
    const body = {
      name: action,
      reason: 'test',
      subject: { kind: 'caller', id: 'service:attacker' },
      steps: [{ action, parameters: { caller: 'service:attacker', ...more } }],
      waitSeconds: 30,
    }
    const { json, text } = await plane.call('POST', '/api/v1/response/runs', { body })
    assert.equal(json?.['state'], 'contained', text)
    return String(json?.['id'])
  }
  await withAgent(4, async (agent) => {
    const statuses = async (): Promise<number[]> =>
      (
        await Promise.all(Array.from({ length: 12 }, () => infer(agent, { authorization: `Bearer ${key}` })))
      ).map(({ status }) => status)
    const free = () => until(async () => (await statuses()).every((status) => status === 200), 60_000, 50)
    await free()
    const denied = await contain('caller.deny')
    // Proven means that every process follows: no call gets through any more.
    assert.deepEqual(
      (await statuses()).filter((status) => status < 400),
      [],
    )
    const body = { reason: 'over' }
    await plane.call('POST', `/api/v1/response/runs/${denied}/revert`, { body })
    await free()
    const throttled = await contain('caller.throttle', { perMinute: 1 })
    const slowed = await statuses()
    assert.ok(slowed.filter((status) => status === 200).length <= 2, slowed.join(' '))
    assert.ok(slowed.includes(429), slowed.join(' '))
    await plane.call('POST', `/api/v1/response/runs/${throttled}/revert`, { body })
    await free()
  })
})

test('SIGKILL of one process fails only its own calls; it comes back and follows again', async () => {
  const [victim, other] = plane.processes?.farm.children ?? []
  const failed: string[] = []
  let answered = 0
  let killed = false
  const caller = async (): Promise<void> => {
    await withAgent(1, async (agent) => {
      for (let after = 0; after < 30; after += killed ? 1 : 0)
        await infer(agent)
          .then(({ status }) => {
            assert.equal(status, 200)
            answered += 1
          })
          .catch((error: Error) => failed.push(error.message))
    })
  }
  const callers = Array.from({ length: 8 }, caller)
  await until(async () => answered > 100)
  const pid = victim?.pid() as number
  process.kill(pid, 'SIGKILL')
  killed = true
  await Promise.all(callers)
  // Each connection of the victim may lose the one call it had in flight.
  assert.ok(failed.length <= 8, failed.join('\n'))
  assert.equal(other?.restarts(), 0)
  await until(async () => victim?.restarts() === 1 && victim.pid() !== undefined && (await caughtUp()))
})

test('statistics of a route count the calls of all processes', async () => {
  type Version = { readonly requests: number; readonly series: { readonly requests: readonly number[] } }
  await until(async () => {
    await delay(100)
    const { json } = await plane.call('GET', '/api/v1/routes/tiny/stats')
    const [version] = (json?.['versions'] ?? []) as readonly Version[]
    const inSeries = version?.series.requests.reduce((sum, count) => sum + count, 0) ?? 0
    return (version?.requests ?? 0) > 200 && inSeries > 200
  })
})

test('rows that the processes saw are judged as one, and their records are anchored', async () => {
  const audited = async (): Promise<boolean> => {
    const { json } = await plane.call('GET', '/api/v1/audit/entries?limit=500')
    const items = json?.['items'] as { readonly action: string }[]
    return items.some(({ action }) => action === 'inference-log.anchor' || action === 'inference-log.gap')
  }
  await until(audited)
  assert.deepEqual(
    plane.errors().map(({ msg }) => msg),
    [],
  )
})
