/** One call to a contender and its answer as numbers: nobody is measured before the answers are equal. */
import { setTimeout as wait } from 'node:timers/promises'
import { BINARY_HEADER, decodeBinaryBody, decodeInferAnswer, rawToJson } from '@rampart/codecs'
import { openGrpc } from '../load/grpc-client.ts'
import type { BenchRequest } from '../load/requests.ts'

/** Output name to its numbers, flat. */
export type Answer = Readonly<Record<string, readonly number[]>>

const ANSWERS_WITHIN_MS = 60_000
/** Relative. */
const TOLERANCE = 1e-5

type Output = {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly data: unknown
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const numbers = (value: unknown): number[] =>
  Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY).map(Number) : [Number(value)]

const plain = ({ datatype, shape, data }: Output): number[] => {
  if (!(data instanceof Uint8Array)) return numbers(Array.isArray(data) ? data : Array.from(data as number[]))
  const count = shape.map(Number).reduce((product, size) => product * size, 1)
  return numbers(rawToJson(data, { name: '', datatype: datatype as 'FP32', shape: shape.map(Number), count }))
}

const ofOutputs = (outputs: readonly Output[]): Answer =>
  Object.fromEntries(outputs.map((output) => [output.name, plain(output)]))

/** V2's `outputs`, MLflow's `predictions`, or the outputs by name as the others give them. */
const ofJson = (body: unknown): Answer => {
  if (!isRecord(body)) throw new Error('the answer is not an object')
  if (Array.isArray(body['outputs'])) return ofOutputs(body['outputs'] as Output[])
  const columns = isRecord(body['predictions']) ? body['predictions'] : body
  return Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, numbers(value)]))
}

/** `jsonLength` is the header of a binary answer. */
export const readRestAnswer = (bytes: Buffer, jsonLength: string | undefined): Answer =>
  ofJson(
    jsonLength === undefined
      ? JSON.parse(bytes.toString('utf8'))
      : decodeBinaryBody(bytes, jsonLength, 'outputs'),
  )

export const readGrpcAnswer = (message: Buffer): Answer =>
  ofOutputs(decodeInferAnswer(message, { maxElements: 1e6 }) as readonly Output[])

export const askOnce = async (port: number, request: BenchRequest): Promise<Answer> => {
  const { path, headers, body } = request
  if (request.protocol === 'grpc') {
    const caller = openGrpc(port)
    return readGrpcAnswer(await caller.call(path, body).finally(caller.close))
  }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { ...headers },
    body: Uint8Array.from(body),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  if (response.status !== 200) throw new Error(`${response.status} ${bytes.toString('utf8', 0, 400)}`)
  return readRestAnswer(bytes, response.headers.get(BINARY_HEADER) ?? undefined)
}

/** Asks until there is an answer; models load after the port is open. */
export const askUntilAnswered = async (port: number, request: BenchRequest): Promise<Answer> => {
  for (const deadline = performance.now() + ANSWERS_WITHIN_MS; ; await wait(250)) {
    const answer = await askOnce(port, request).catch((error: unknown) => {
      if (performance.now() > deadline) throw error
    })
    if (answer !== undefined) return answer
  }
}

/** What differs, or undefined: whole numbers must be equal, others within 1e-5 of the expected one. */
export const difference = (expected: Answer, found: Answer): string | undefined => {
  for (const [name, values] of Object.entries(expected)) {
    const others = found[name] ?? []
    const isEqual =
      values.length === others.length &&
      values.every((value, index) => {
        const other = others[index] ?? Number.NaN
        return Number.isInteger(value)
          ? value === other
          : Math.abs(value - other) <= TOLERANCE * Math.abs(value)
      })
    if (!isEqual) return `${name}: [${values}] and [${others}]`
  }
  return undefined
}
