/** Load on one URL: as fast as answers come, or at a rate whatever the answers do. Counts statuses; failures are status 0. */
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

export type Load = { readonly url: string; readonly body: string; readonly agent: Agent }

export type Counts = {
  readonly statuses: Map<number, number>
  /** Milliseconds of the answers with status 200. */
  readonly latencies: number[]
  /** Milliseconds of the slowest answer of any status. */
  slowestMs: number
  /** Answers 429 and 503 that do not say when to come back. */
  withoutRetryAfter: number
}

const TICK_MS = 5
const MAX_PENDING = 4096

export const newLoad = (url: string, body: unknown, sockets: number): Load => ({
  url,
  body: JSON.stringify(body),
  agent: new Agent({ keepAlive: true, maxSockets: sockets }),
})

export const newCounts = (): Counts => ({
  statuses: new Map(),
  latencies: [],
  slowestMs: 0,
  withoutRetryAfter: 0,
})

/** Never rejects. */
export const send = ({ url, body, agent }: Load, counts: Counts): Promise<number> =>
  new Promise((resolve) => {
    const from = performance.now()
    const done = (status: number): void => {
      counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1)
      const took = performance.now() - from
      counts.slowestMs = Math.max(counts.slowestMs, took)
      if (status === 200) counts.latencies.push(took)
      resolve(status)
    }
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      const isShed = response.statusCode === 429 || response.statusCode === 503
      if (isShed && response.headers['retry-after'] === undefined) counts.withoutRetryAfter += 1
      response.on('end', () => done(response.statusCode ?? 0))
      response.on('error', () => done(0))
    })
    call.on('error', () => done(0))
    call.end(body)
  })

/** Answers per second when every answer brings the next request. */
export const capacityOf = async (load: Load, concurrency: number, ms: number): Promise<number> => {
  const counts = newCounts()
  const end = performance.now() + ms
  const worker = async (): Promise<void> => {
    while (performance.now() < end) await send(load, counts)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return ((counts.statuses.get(200) ?? 0) * 1000) / ms
}

/**
 * `perSecond` requests for `ms`, sent on time; resolves when all are answered. `onTick` is awaited now and then. While
 * MAX_PENDING wait for their answer none is sent: then the machine is busy with something else, and that is no proof.
 */
export const atRate = async (
  load: Load,
  perSecond: number,
  ms: number,
  counts: Counts,
  onTick: (elapsedMs: number) => Promise<void> = async () => undefined,
): Promise<void> => {
  const pending = new Set<Promise<unknown>>()
  const from = performance.now()
  let due = 0
  let sent = 0
  for (let elapsed = 0, last = 0; elapsed < ms; last = elapsed, elapsed = performance.now() - from) {
    due = pending.size < MAX_PENDING ? due + ((elapsed - last) * perSecond) / 1000 : sent
    for (; sent < due; sent++) {
      const one = send(load, counts)
      pending.add(one)
      void one.then(() => pending.delete(one))
    }
    await onTick(elapsed)
    await wait(TICK_MS)
  }
  await Promise.all(pending)
}

export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)] ?? 0
