/** `POST …/infer`: headers, then the body, then the way that all calls share. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { BINARY_HEADER, decodeBinaryBody, parseJson } from '@rampart/codecs'
import type { Principal } from '@rampart/domain'
import type { LaneHandler } from '@rampart/listener'
import { discardBody, readBody, refuseByHeaders } from './body-reader.ts'
import { createHttpChannel } from './infer-call.ts'
import type { BodyDecoder, InferHandler } from './infer-handler.ts'
import type { ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import type { RouteTable } from './route-table.ts'
import type { ServedRoute } from './served-route.ts'

const decoderFor = (headers: IncomingHttpHeaders): BodyDecoder => {
  const header = headers[BINARY_HEADER]
  return header === undefined ? decodeJson : (bytes) => decodeBinaryBody(bytes, String(header))
}

const decodeJson = (bytes: Uint8Array): unknown => parseJson((bytes as Buffer).toString('utf8'))

export const createHttpInfer =
  (calls: InferHandler, options: Pick<ServingOptions, 'maxBodyBytes'>) =>
  (request: IncomingMessage, response: ServerResponse, served: ServedRoute, caller: Principal): void => {
    const call = calls.open(
      createHttpChannel(request.headers, response, () => discardBody(request)),
      served,
      caller,
    )
    if (call === undefined) return
    const refusal = refuseByHeaders(request, options.maxBodyBytes)
    if (refusal !== undefined) return calls.fail(call, refusal)
    readBody(request, options.maxBodyBytes, (error, bytes) => {
      if (error === undefined) calls.receive(call, caller, bytes, decoderFor(request.headers))
      else calls.fail(call, error)
    })
  }

const nothing = (): void => undefined

/**
 * The same for calls that come whole by the listener's short way (ADR 7). What is not simply a call of a served version
 * is left to `handle`, which knows every answer.
 */
export const createLaneInfer =
  (
    calls: InferHandler,
    deps: Pick<ServingPorts, 'authenticate'> & {
      readonly options: Pick<ServingOptions, 'maxBodyBytes'>
      readonly table: () => RouteTable
    },
  ): LaneHandler =>
  (head, response, body) => {
    const { headers, url } = head
    const run = (caller: Principal): boolean => {
      const served = deps.table().infer(caller.tenant, url)
      if (served === undefined || refuseByHeaders(head, deps.options.maxBodyBytes) !== undefined) return false
      const call = calls.open(createHttpChannel(headers, response, nothing), served, caller)
      if (call !== undefined) calls.receive(call, caller, body, decoderFor(headers))
      return true
    }
    try {
      const caller = deps.authenticate(head)
      return caller instanceof Promise ? caller.then(run, () => false) : run(caller)
    } catch {
      return false
    }
  }
