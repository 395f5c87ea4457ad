/** Thread that lets two bundles live through a history: it asks for the next page, and ends with an answer or a failure. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { toAppError } from '@rampart/kit/core'
import { createDraftOpener, invalidNow, observed } from '@rampart/policy'
import { type SimulationQuestion, type StoredDecision, simulate } from '@rampart/threats'
import type { ToSimulation } from './simulation-ports.ts'

const port = parentPort
if (port === null) throw new Error('this is a worker')
const send = (message: ToSimulation): void => port.postMessage(message)

async function* pages(): AsyncGenerator<StoredDecision> {
  for (;;) {
    const next = once(port as NonNullable<typeof port>, 'message')
    send({ kind: 'next' })
    const [page] = (await next) as [readonly StoredDecision[]]
    if (page.length === 0) return
    yield* page
  }
}

const run = async ({ active, candidate, since, budgetMs }: SimulationQuestion): Promise<ToSimulation> => {
  const open = await createDraftOpener()
  const [now, then] = [open('response', active), open('response', candidate)]
  const over = then.validity.until
  if (over !== undefined && over <= Date.now())
    return { kind: 'expired', until: new Date(over).toISOString() }
  const end = performance.now() + budgetMs
  const simulation = await simulate(
    pages(),
    {
      active: {
        digest: now.digest,
        // It did nothing outside of its time, and does nothing now.
        evaluate: (input, at) => {
          const why = invalidNow(now.validity, at)
          return why === undefined ? now.evaluate(input) : observed(now.evaluate(input), why)
        },
      },
      // One that begins tomorrow is asked as if it had begun.
      candidate: { digest: then.digest, evaluate: (input) => then.evaluate(input) },
    },
    { since, mayGoOn: () => performance.now() < end },
  )
  return { kind: 'answer', answer: { ...simulation, candidateDigest: then.digest } }
}

const failureOf = (thrown: unknown): ToSimulation => {
  const { kind, code, message, details } = toAppError(thrown)
  return { kind: 'failure', failure: { kind, code, message, details } }
}
send(await run(workerData as SimulationQuestion).catch(failureOf))
port.close()
