/** inference.GRPCInferenceService (contracts/proto/inference): the same answers as `/v2` gives over HTTP. */
import {
  decodeInferMessage,
  decodeTexts,
  encodeFlag,
  encodeModelMetadata,
  encodeServerMetadata,
  readInferTarget,
} from '@rampart/codecs'
import { isModelName, isVersion, type Principal } from '@rampart/domain'
import { isAppError, toAppError } from '@rampart/kit'
import { servingErrors } from './errors.ts'
import {
  createGrpcChannels,
  type FormOfRequest,
  metadataText,
  type Respond,
  refuseUnary,
  type UnaryCall,
} from './grpc-channel.ts'
import { unaryMethod } from './grpc-service.ts'
import type { InferenceRouter } from './inference-router.ts'
import { findServed, isModelReady, modelMetadata, SERVER_METADATA } from './metadata-handler.ts'
import type { ServedRoute } from './served-route.ts'

export const INFERENCE_SERVICE = 'inference.GRPCInferenceService'

const path = (method: string): string => `/${INFERENCE_SERVICE}/${method}`

export const createGrpcInference = (router: InferenceRouter) => {
  const channelFor = createGrpcChannels(router.clock)

  const asCaller = (call: UnaryCall, respond: Respond, work: (caller: Principal) => void): void => {
    const refuse = (error: unknown): void => {
      const known = toAppError(error)
      if (known.kind === 'Internal') router.logger.error({ err: error }, 'serving.request-failed')
      refuseUnary(respond, known)
    }
    const run = (caller: Principal): void => {
      try {
        work(caller)
      } catch (error) {
        refuse(error)
      }
    }
    try {
      const authorization = metadataText(call.metadata, 'authorization')
      const caller = router.authenticate({ headers: authorization === undefined ? {} : { authorization } })
      if (caller instanceof Promise) caller.then(run, refuse)
      else run(caller)
    } catch (error) {
      refuse(error)
    }
  }

  const find = (caller: Principal, name: string, version: string): ServedRoute => {
    if (!isModelName(name) || (version !== '' && !isVersion(version)))
      throw servingErrors.SERVING_MODEL_UNKNOWN('no model is served under such a name and version')
    const asked = { name, version: version === '' ? undefined : version, verb: 'infer' as const }
    return findServed(router.table(), caller.tenant, asked)
  }

  const isReady = (caller: Principal, name: string, version: string): boolean => {
    try {
      return isModelReady(find(caller, name, version))
    } catch (error) {
      if (isAppError(error) && error.kind === 'NotFound') return false
      throw error
    }
  }

  const infer = (unary: UnaryCall, respond: Respond): void =>
    asCaller(unary, respond, (caller) => {
      const { name, version } = readInferTarget(unary.request)
      const form: FormOfRequest = { raw: false }
      const channel = channelFor(unary, respond, form)
      const call = router.calls.open(channel, find(caller, name, version), caller)
      if (call === undefined) return
      router.calls.receive(call, caller, unary.request, (bytes) => {
        const message = decodeInferMessage(bytes, router.options)
        form.raw = message.raw
        return message.body
      })
    })

  return {
    ServerLive: unaryMethod(path('ServerLive'), (_call, respond) => respond(null, encodeFlag(1))),
    ServerReady: unaryMethod(path('ServerReady'), (_call, respond) =>
      respond(null, encodeFlag(Number(router.isReady()))),
    ),
    ServerMetadata: unaryMethod(path('ServerMetadata'), (_call, respond) =>
      respond(null, encodeServerMetadata(SERVER_METADATA)),
    ),
    ModelReady: unaryMethod(path('ModelReady'), (call, respond) =>
      asCaller(call, respond, (caller) =>
        respond(null, encodeFlag(Number(isReady(caller, ...decodeTexts(call.request))))),
      ),
    ),
    ModelMetadata: unaryMethod(path('ModelMetadata'), (call, respond) =>
      asCaller(call, respond, (caller) => {
        const served = find(caller, ...decodeTexts(call.request))
        respond(null, encodeModelMetadata(modelMetadata(router.table(), served)))
      }),
    ),
    ModelInfer: unaryMethod(path('ModelInfer'), infer),
  }
}
