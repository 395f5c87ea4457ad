/**
 * Kills and hangs of what a run depends on, at every boundary of every step: the database's server, the receiver of its
 * message, the SIEM sink. The effects are real: a route's version, the packet filter of a network namespace, a ticket.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { deployClassifier, startTestPlane } from '../../../apps/control-plane/src/testing.ts'
import { createNamespace, createOutside, killDatabase } from './outside.ts'

export type Victim = 'database killed' | 'target killed' | 'target hung' | 'sink killed' | 'sink hung'
export type Fault = { readonly victim: Victim; readonly boundary: string }

type Run = {
  readonly id: string
  readonly state: string
  readonly steps: readonly { readonly state: string; readonly detail?: string }[]
}
type Event = { readonly id: string; readonly subject: string; readonly data: { readonly state: string } }

const ADDRESS = '192.0.2.77'
const WIDTH = 4
const WITHIN_MS = 90_000
const DONE = ['contained', 'ambiguous', 'failed', 'incomplete', 'reverted', 'revert-incomplete']

export const createFaults = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-prove-faults-'))
  const namespace = createNamespace()
  const target = await createOutside(join(folder, 'target'))
  const sink = await createOutside(join(folder, 'sink'))
  let armed: { readonly boundary: string; readonly fire: () => Promise<void> } | undefined
  let fired = false
  const plane = await startTestPlane({
    level: 'error',
    flags: namespace === undefined ? {} : { 'response-nft': namespace.nft },
    hooks: {
      onBoundary: async (name) => {
        if (armed?.boundary !== name || fired) return
        fired = true
        await armed.fire()
      },
    },
  })
  mkdirSync(join(plane.home, 'secrets'), { recursive: true, mode: 0o700 })
  for (const name of ['desk', 'siem'])
    writeFileSync(join(plane.home, 'secrets', name), 'shared', { mode: 0o600 })

  /** While the database starts again calls fail: asked until they are answered. */
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    for (const end = Date.now() + WITHIN_MS; ; await delay(100)) {
      const answer = await plane
        .call(method, path, { ...(body === undefined ? {} : { body }) })
        .catch(() => undefined)
      if (answer !== undefined && answer.status < 300) return answer.json as T
      if (Date.now() > end || (answer !== undefined && answer.status < 500))
        throw new Error(`${method} ${path}: ${answer?.status} ${answer?.text.slice(0, 200)}`)
    }
  }
  const run = (id: string): Promise<Run> => ask('GET', `/api/v1/response/runs/${id}`)
  const until = async (what: string, look: () => Promise<boolean>, withinMs = WITHIN_MS): Promise<void> => {
    for (const end = Date.now() + withinMs; !(await look()); await delay(50))
      if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
  }
  const reaches = async (id: string, states: readonly string[]): Promise<Run> => {
    await until(`${states.join(' or ')}`, async () => states.includes((await run(id)).state))
    return run(id)
  }

  const answering = async (): Promise<string> => {
    const inputs = [
      { name: 'features', datatype: 'FP32', shape: [1, WIDTH], data: Array.from({ length: WIDTH }, () => 1) },
    ]
    const { json } = await plane.call('POST', '/v2/models/tiny/infer', { token: null, body: { inputs } })
    return String(json?.['model_version'])
  }
  const isCut = (): boolean => {
    if (namespace === undefined) return false
    const [program = '', ...words] = `${namespace.nft} list ruleset`.split(' ')
    return spawnSync(program, words, { encoding: 'utf8' }).stdout.includes(ADDRESS)
  }
  const messagesOf = (id: string): number => target.got().filter((message) => message['run'] === id).length

  const steps = [
    { action: 'route.to', parameters: { route: 'tiny', model: 'tiny', version: '1.0.0' } },
    ...(namespace === undefined ? [] : [{ action: 'network.segment', parameters: { address: ADDRESS } }]),
    { action: 'ticket.open', parameters: { url: target.url, secretRef: 'desk', title: 'proof' } },
  ]

  await deployClassifier(plane, 'tiny', '1.0.0', WIDTH)
  await deployClassifier(plane, 'tiny', '2.0.0', WIDTH)
  await until('the route answers', async () => (await answering()) === '2.0.0')
  await ask('PUT', '/api/v1/sinks/proof', {
    type: 'webhook',
    url: sink.url,
    secretRef: 'siem',
    timeoutMs: 1_000,
    filter: { types: ['containment'] },
  })

  /** Every change of a run, in order. */
  const changes = async (): Promise<readonly Event[]> => {
    const all: Event[] = []
    for (let after = ''; ; ) {
      const query = `types=rampart.response.run-changed.v1&limit=500${after === '' ? '' : `&after=${after}`}`
      const page = await ask<{ items: Event[]; cursor: string }>('GET', `/api/v1/events?${query}`)
      all.push(...page.items)
      if (page.items.length === 0) return all
      after = encodeURIComponent(page.cursor)
    }
  }

  const start = (key: string, ttlSeconds?: number): Promise<Run> =>
    ask('POST', '/api/v1/response/runs', {
      name: 'proof',
      reason: 'proof',
      subject: { kind: 'route', id: 'tiny' },
      idempotencyKey: key,
      steps,
      ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    })

  const arm = ({ victim, boundary }: Fault): void => {
    const fires: Readonly<Record<Victim, () => Promise<void>>> = {
      'database killed': () => killDatabase(plane.home),
      'target killed': target.kill,
      'target hung': async () => target.hang(),
      'sink killed': sink.kill,
      'sink hung': async () => sink.hang(),
    }
    armed = { boundary, fire: fires[victim] }
    fired = false
  }
  const mend = async (): Promise<void> => {
    armed = undefined
    await target.mend()
    await sink.mend()
  }

  /** What nobody could tell is answered by what the receiver wrote down. */
  const settled = async (id: string): Promise<Run> => {
    for (;;) {
      const found = await reaches(id, DONE)
      await mend()
      if (found.state !== 'ambiguous') return found
      // What still lies in a connection of a receiver that hung arrives now.
      await delay(300)
      await ask('POST', `/api/v1/response/runs/${id}/resolution`, {
        tookEffect: messagesOf(id) > 0,
        note: 'looked at the receiver',
      })
    }
  }

  const forward = async (fault: Fault, key: string): Promise<string[]> => {
    arm(fault)
    const { id } = await start(key)
    const over = await settled(id)
    const wrong = [
      ...(fired ? [] : ['the boundary was never reached']),
      ...(over.state === 'contained'
        ? []
        : [`it is ${over.state}: ${over.steps.map(({ detail }) => detail).join(' | ')}`]),
      ...(messagesOf(id) === 1 ? [] : [`${messagesOf(id)} messages`]),
      ...((await answering()) === '1.0.0' ? [] : ['the route does not answer by the other version']),
      ...(namespace === undefined || isCut() ? [] : ['the address is not cut off']),
    ]
    return [...wrong, ...(await undone(id, 'revert'))]
  }

  const undone = async (id: string, how: 'revert' | 'expiry'): Promise<string[]> => {
    if (how === 'revert') await ask('POST', `/api/v1/response/runs/${id}/revert`, { reason: 'over' })
    const over = await reaches(id, ['reverted', 'revert-incomplete', 'failed'])
    const left = await ask<{ items: unknown[] }>('GET', '/api/v1/containments')
    return [
      ...(over.state === 'reverted' ? [] : [`it is ${over.state}`]),
      ...(messagesOf(id) <= 1 ? [] : [`${messagesOf(id)} messages`]),
      ...((await answering()) === '2.0.0' ? [] : ['the route is not as it was']),
      ...(isCut() ? ['the address is still cut off'] : []),
      ...(left.items.length === 0 ? [] : [`${left.items.length} containments are left`]),
    ]
  }

  const backward = async (fault: Fault, key: string): Promise<string[]> => {
    const { id } = await start(key)
    await settled(id)
    arm(fault)
    await ask('POST', `/api/v1/response/runs/${id}/revert`, { reason: 'over' })
    await reaches(id, ['reverted', 'revert-incomplete'])
    const wrong = fired ? [] : ['the boundary was never reached']
    await mend()
    return [...wrong, ...(await undone(id, 'expiry'))]
  }

  /** Nobody asks for the undoing, and nobody answers what is ambiguous. */
  const expiring = async (fault: Fault, key: string): Promise<string[]> => {
    arm(fault)
    const { id } = await start(key, 2)
    await reaches(id, ['reverted', 'revert-incomplete', 'failed'])
    await mend()
    return undone(id, 'expiry')
  }

  let number = 0
  return {
    steps: steps.length,
    hasPacketFilter: namespace !== undefined,
    /** Empty when all is well. */
    play: async (fault: Fault, kind: 'forward' | 'backward' | 'expiring'): Promise<string[]> => {
      number += 1
      const plays = { forward, backward, expiring }
      try {
        return await plays[kind](fault, `fault-${number}`)
      } catch (error) {
        await mend()
        return [error instanceof Error ? error.message : String(error)]
      }
    },
    /** Every change of a run reached the sink, first arrivals in order, repeats under the same id. */
    exported: async (): Promise<{
      readonly events: number
      readonly repeats: number
      readonly wrong: string[]
    }> => {
      await mend()
      const events = await changes()
      const arrived = (): string[] =>
        sink.got().flatMap((batch) => (batch['events'] as { event_id: string }[]).map((one) => one.event_id))
      const missing = (): string[] => {
        const there = new Set(arrived())
        return events.map(({ id }) => id).filter((id) => !there.has(id))
      }
      await until('everything arrived', async () => missing().length === 0, 60_000).catch(() => undefined)
      const first = [...new Set(arrived())]
      const place = new Map(first.map((id, at) => [id, at]))
      const late = events.filter(({ id, subject }, at) => {
        const before = events.slice(0, at).findLast((one) => one.subject === subject)
        return before !== undefined && (place.get(before.id) ?? 0) > (place.get(id) ?? 0)
      })
      return {
        events: events.length,
        repeats: arrived().length - first.length,
        wrong: [
          ...missing().map((id) => `${id} is missing`),
          ...late.map(({ id }) => `${id} came too early`),
        ],
      }
    },
    stop: async (): Promise<void> => {
      await mend()
      await plane.stop()
      await target.kill()
      await sink.kill()
      namespace?.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
