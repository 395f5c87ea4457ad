/** Sends calls to a remote backend as they come, many at a time: deadline, retries within a budget, nothing queued here. */
import { type InferRequestHead, readTensors, type Tensor } from '@rampart/codecs'
import { isAppError } from '@rampart/kit'
import type { BatchEvents, Batcher } from './batcher.ts'
import { servingErrors } from './errors.ts'
import type { Endpoint, RemoteEndpoints } from './remote-endpoints.ts'
import { createRetryBudget } from './retry-budget.ts'

export type RemoteRunnerOptions<J> = {
  readonly endpoints: Pick<RemoteEndpoints, 'choose'>
  readonly events: BatchEvents<J>
  readonly timeoutMs: number
  readonly retries: number
  readonly maxQueuedRows: number
  readonly isBatchable: boolean
}

type Flight<J> = { readonly job: J; readonly rows: number; abort: AbortController; abandoned: boolean }

/** What says nothing about the endpoint's health. */
const OWN_FAULT: readonly string[] = ['INFERENCE_REFUSED', 'INFERENCE_ANSWER_INVALID']
const AGAIN: readonly string[] = ['INFERENCE_UNREACHABLE', 'INFERENCE_OVERLOADED', 'INFERENCE_FAILED']

const codeOf = (error: unknown): string => (isAppError(error) ? error.code : '')

export const createRemoteRunner = <J>(options: RemoteRunnerOptions<J>): Batcher<J> => {
  const { events } = options
  const flights = new Set<Flight<J>>()
  const budget = createRetryBudget()
  let idleWaiters: (() => void)[] = []
  let rowsInFlight = 0

  const attempt = async (
    flight: Flight<J>,
    endpoint: Endpoint,
    inputs: readonly Tensor[],
  ): Promise<Tensor[]> => {
    flight.abort = new AbortController()
    const { abort } = flight
    const timer = setTimeout(() => abort.abort(), options.timeoutMs)
    const span = events.attempt?.(flight.job, endpoint.url)
    endpoint.begin()
    try {
      const outputs = await endpoint.client.infer({
        inputs,
        signal: abort.signal,
        traceparent: span?.traceparent,
      })
      endpoint.end(true)
      span?.end()
      return outputs
    } catch (error) {
      span?.end({ failure: codeOf(error) || '_OTHER' })
      endpoint.end(flight.abandoned || OWN_FAULT.includes(codeOf(error)) ? undefined : false)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  const send = async (flight: Flight<J>, inputs: readonly Tensor[]): Promise<Tensor[]> => {
    const tried: Endpoint[] = []
    for (;;) {
      const endpoint =
        options.endpoints.choose(tried) ?? (tried.length > 0 ? options.endpoints.choose([]) : undefined)
      if (endpoint === undefined)
        throw servingErrors.SERVING_BACKEND_DOWN('no endpoint of the backend may be called now')
      try {
        return await attempt(flight, endpoint, inputs)
      } catch (error) {
        tried.push(endpoint)
        const again = AGAIN.includes(codeOf(error)) && tried.length <= options.retries && !flight.abandoned
        if (!again || !budget.take()) throw error
      }
    }
  }

  const land = (flight: Flight<J>): void => {
    flights.delete(flight)
    rowsInFlight -= flight.rows
    if (flights.size > 0) return
    for (const wake of idleWaiters) wake()
    idleWaiters = []
  }

  const fly = async (flight: Flight<J>, inputs: readonly Tensor[]): Promise<void> => {
    const { job } = flight
    try {
      const outputs = await send(flight, inputs)
      const rows = options.isBatchable ? flight.rows : 1
      if (options.isBatchable && outputs.some(({ shape }) => shape[0] !== rows))
        throw servingErrors.SERVING_MODEL_FAILED('the backend answered another number of rows')
      events.ran(inputs, outputs, rows)
      events.answer(job, outputs, 0, rows)
    } catch (error) {
      // The one that left has been settled; failing it again changes nothing.
      events.fail(job, error)
    } finally {
      land(flight)
    }
  }

  return {
    add: (head: InferRequestHead, job) => {
      const rows = options.isBatchable ? (head.inputs[0]?.shape[0] ?? 1) : 1
      if (options.isBatchable && head.inputs.some((input) => input.shape[0] !== rows))
        throw servingErrors.SERVING_ROWS_DIFFER('all inputs of a request must have the same number of rows')
      if (rowsInFlight + rows > options.maxQueuedRows && rowsInFlight > 0)
        throw servingErrors.SERVING_QUEUE_FULL(`${rowsInFlight} rows are at this backend`)
      const inputs = readTensors(head)
      const flight: Flight<J> = { job, rows, abort: new AbortController(), abandoned: false }
      flights.add(flight)
      rowsInFlight += rows
      budget.earn()
      void fly(flight, inputs)
    },
    queuedRows: () => rowsInFlight,
    sweep: () => {
      for (const flight of flights) {
        if (!events.isGone(flight.job)) continue
        flight.abandoned = true
        flight.abort.abort()
      }
    },
    idle: () =>
      new Promise((resolve) => {
        if (flights.size === 0) resolve()
        else idleWaiters.push(resolve)
      }),
  }
}
