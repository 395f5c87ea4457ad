/**
 * One noisy detector in a process of its own: so many signals a second, each about another caller, over kept connections.
 * Arguments: URL, signals a second, seconds, signals per request (1: the single form), detector. Sends its parent its figures.
 */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const [url = '', rate = '', seconds = '', size = '', detector = ''] = process.argv.slice(2)

export type Flooded = {
  readonly sent: number
  readonly seconds: number
  /** Answers per HTTP status; 0: none came. */
  readonly statuses: Readonly<Record<string, number>>
  readonly p50: number
  readonly p99: number
}

const [perSecond, forSeconds, perRequest] = [Number(rate), Number(seconds), Number(size)]
const TOTAL = perSecond * forSeconds
/** Requests under way at once; what has no room waits, and is sent late. */
const MOST_OPEN = perRequest === 1 ? 32 : 8

const { hostname, port } = new URL(url)
const agent = new Agent({ keepAlive: true, maxSockets: MOST_OPEN })
const statuses: Record<number, number> = {}
const took: number[] = []
let sent = 0
let open = 0

const signalOf = (n: number): Record<string, unknown> => ({
  time: new Date().toISOString(),
  key: `${detector}:${n}`,
  detector,
  title: 'Everything looks odd',
  severity: 'high',
  entity: { kind: 'caller', id: `service:${detector}-${n}` },
  evidence: { n },
})

const post = (from: number, count: number): Promise<void> =>
  new Promise((resolve) => {
    const at = performance.now()
    const signals = Array.from({ length: count }, (_, i) => signalOf(from + i))
    const [path, content] =
      perRequest === 1 ? ['/api/v1/signals', signals[0]] : ['/api/v1/signals/batch', { signals }]
    const body = JSON.stringify(content)
    const done = (status: number): void => {
      statuses[status] = (statuses[status] ?? 0) + 1
      took.push(performance.now() - at)
      open -= 1
      resolve()
    }
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${process.env['RAMPART_TOKEN']}`,
    }
    const call = request({ agent, hostname, port, path, method: 'POST', headers }, (response) => {
      response.resume()
      response.once('error', () => done(0))
      response.once('end', () => done(response.statusCode ?? 0))
    })
    call.once('error', () => done(0))
    call.end(body)
  })

const waiting = new Set<Promise<void>>()
const from = performance.now()
while (sent < TOTAL) {
  const due = Math.min(TOTAL, Math.floor(((performance.now() - from) / 1000) * perSecond))
  while (sent < due && open < MOST_OPEN) {
    const count = Math.min(perRequest, TOTAL - sent)
    open += 1
    const call = post(sent, count)
    waiting.add(call)
    void call.then(() => waiting.delete(call))
    sent += count
  }
  await delay(5)
}
await Promise.all(waiting)
agent.destroy()
took.sort((a, b) => a - b)
const at = (share: number): number => took[Math.floor(share * (took.length - 1))] ?? 0
const flooded: Flooded = {
  ...{ sent, seconds: (performance.now() - from) / 1000, statuses },
  ...{ p50: at(0.5), p99: at(0.99) },
}
process.send?.(flooded)
