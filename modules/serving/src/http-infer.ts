/** `POST …/infer`: headers, then the body, then the way that all calls share. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BINARY_HEADER, decodeBinaryBody, parseJson } from '@rampart/codecs'
import type { Principal } from '@rampart/domain'
import { readBody, refuseByHeaders } from './body-reader.ts'
import { createHttpChannel } from './infer-call.ts'
import type { BodyDecoder, InferHandler } from './infer-handler.ts'
import type { ServingOptions } from './options.ts'
import type { ServedRoute } from './served-route.ts'

const decoderFor = (request: IncomingMessage): BodyDecoder => {
  const header = request.headers[BINARY_HEADER]
  return header === undefined ? decodeJson : (bytes) => decodeBinaryBody(bytes, String(header))
}

const decodeJson = (bytes: Uint8Array): unknown => parseJson((bytes as Buffer).toString('utf8'))

export const createHttpInfer =
  (calls: InferHandler, options: Pick<ServingOptions, 'maxBodyBytes'>) =>
  (request: IncomingMessage, response: ServerResponse, served: ServedRoute, caller: Principal): void => {
    const call = calls.open(createHttpChannel(request, response), served, caller)
    if (call === undefined) return
    const refusal = refuseByHeaders(request, options.maxBodyBytes)
    if (refusal !== undefined) return calls.fail(call, refusal)
    readBody(request, options.maxBodyBytes, (error, bytes) => {
      if (error === undefined) calls.receive(call, caller, bytes, decoderFor(request))
      else calls.fail(call, error)
    })
  }
