/** A call from inside the server, by a principal who was authenticated elsewhere: the same way as every other call. */
import { encodeInferError } from '@rampart/codecs'
import type { Principal } from '@rampart/domain'
import { toAppError, toProblem } from '@rampart/kit'
import { outputSlice } from './infer-call.ts'
import type { InferHandler } from './infer-handler.ts'
import { findServed } from './metadata-handler.ts'
import type { RouteTable } from './route-table.ts'
import { type InferCall, type InferChannel, shapeOf } from './served-route.ts'

export type LocalCall = {
  /** Name of a route, or of a model without one. */
  readonly route: string
  readonly version?: string
  /** The request in the protocol's JSON form. */
  readonly body: unknown
}

/** What a client would have got: `body` is JSON of the protocol, an answer or an error. */
export type LocalAnswer = {
  readonly status: number
  readonly body: string
  readonly model?: string
  readonly version?: string
  readonly digest?: string
}

export const createLocalCalls =
  (calls: Pick<InferHandler, 'open' | 'receive'>, table: () => RouteTable) =>
  (caller: Principal, { route, version, body }: LocalCall): Promise<LocalAnswer> =>
    new Promise((resolve) => {
      const refused = (error: unknown): number => {
        const known = toAppError(error)
        const { status, body: problem } = toProblem(known)
        const text = encodeInferError(problem.detail ?? problem.title, { code: known.code })
        resolve({ status, body: text })
        return status
      }
      const channel: InferChannel = {
        header: () => undefined,
        gone: () => false,
        answer: (call, answer) => {
          const { model, version: number, digest } = call.served.route
          resolve({ status: 200, body: encodeAnswer(call, answer), model, version: number, digest })
        },
        refuse: (_call, error) => refused(error),
      }
      try {
        const served = findServed(table(), caller.tenant, { name: route, version, verb: 'infer' })
        const call = calls.open(channel, served, caller)
        if (call !== undefined) calls.receive(call, caller, Buffer.from(JSON.stringify(body)), () => body)
      } catch (error) {
        refused(error)
      }
    })

const encodeAnswer = (call: InferCall, answer: Parameters<InferChannel['answer']>[1]): string => {
  const { writer } = shapeOf(call)
  const outputs = call.outputs.flatMap((index) => {
    const tensor = answer.tensors[index]
    if (tensor === undefined) return []
    const slice = outputSlice(tensor, answer)
    return [writer.output(index, slice.shape, slice)]
  })
  return `${writer.head(call.requestId)}${outputs.join(',')}]}`
}
