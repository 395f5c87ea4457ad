/** Open Inference Protocol V2 over gRPC, on one kept channel. */
import { isIP } from 'node:net'
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { decodeInferAnswer, decodeReadyAnswer, encodeInferMessage, encodeReadyMessage } from '@rampart/codecs'
import { createAddressGuard, hostOf, parseServerUrl } from './address-guard.ts'
import { inferenceErrors } from './errors.ts'
import { failureOf } from './http-exchange.ts'
import type { ClientDeps, InferenceClient, InferenceTarget } from './ports.ts'
import { invalid, toTensor } from './tensor-json.ts'

const SERVICE = '/inference.GRPCInferenceService'
const MAX_ELEMENTS = 16_777_216
const BUSY: readonly number[] = [status.UNAVAILABLE, status.RESOURCE_EXHAUSTED]
const REFUSED: readonly number[] = [
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.UNIMPLEMENTED,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
]

const toError = (host: string, signal: AbortSignal, error: ServiceError) => {
  if (signal.aborted) return failureOf(host, signal, error)
  const message = `${host} answered gRPC status ${error.code}`
  const details = { status: error.code, answer: error.details?.slice(0, 300) }
  if (error.code === status.DEADLINE_EXCEEDED) return inferenceErrors.INFERENCE_DEADLINE(message, { details })
  if (BUSY.includes(error.code)) return inferenceErrors.INFERENCE_OVERLOADED(message, { details })
  if (REFUSED.includes(error.code)) return inferenceErrors.INFERENCE_REFUSED(message, { details })
  return inferenceErrors.INFERENCE_FAILED(message, { details })
}

const plain = (value: Buffer): Buffer => value

/**
 * gRPC resolves names by itself, so the name is resolved and judged here and the channel is opened to the address;
 * TLS still checks the name.
 */
const openChannel = async (url: URL, deps: ClientDeps, maxBytes: number): Promise<Client> => {
  const host = hostOf(url)
  const guard = createAddressGuard(deps.addresses)
  guard.check(url)
  const address =
    isIP(host) === 0
      ? await new Promise<string>((resolve, reject) => {
          guard.lookupFor(url)(host, {}, (error, found) =>
            error === null ? resolve(String(found)) : reject(error),
          )
        })
      : host
  const secure = url.protocol === 'grpcs:'
  const literal = isIP(address) === 6 ? `[${address}]` : address
  return new Client(
    `${literal}:${url.port === '' ? (secure ? '443' : '80') : url.port}`,
    secure ? credentials.createSsl() : credentials.createInsecure(),
    {
      'grpc.max_receive_message_length': maxBytes,
      'grpc.default_authority': url.host,
      'grpc.ssl_target_name_override': host,
      'grpc.enable_http_proxy': 0,
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 2_000,
    },
  )
}

export const createV2GrpcClient = (target: InferenceTarget, deps: ClientDeps): InferenceClient => {
  const url = parseServerUrl(target.url)
  createAddressGuard(deps.addresses).check(url)
  const { signature } = deps
  const theirs = (name: string): string => target.names?.[name] ?? name
  const names = signature.outputs.map(({ name }) => theirs(name))
  const address = { name: target.model, version: target.version ?? '' }
  let opening: Promise<Client> | undefined

  const client = (signal: AbortSignal): Promise<Client> => {
    opening ??= openChannel(url, deps, target.maxResponseBytes).catch((cause: unknown) => {
      opening = undefined
      throw failureOf(url.host, signal, cause)
    })
    return opening
  }

  const unary = async (
    method: string,
    body: Buffer,
    signal: AbortSignal,
    traceparent?: string,
  ): Promise<Buffer> => {
    const channel = await client(signal)
    const metadata = new Metadata()
    if (traceparent !== undefined) metadata.set('traceparent', traceparent)
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(failureOf(url.host, signal, undefined))
      const call = channel.makeUnaryRequest(
        `${SERVICE}/${method}`,
        plain,
        plain,
        body,
        metadata,
        (error: ServiceError | null, answer?: Buffer) => {
          signal.removeEventListener('abort', cancel)
          if (error !== null) return reject(toError(url.host, signal, error))
          resolve(answer ?? Buffer.alloc(0))
        },
      )
      const cancel = (): void => call.cancel()
      signal.addEventListener('abort', cancel, { once: true })
    })
  }

  return {
    infer: async ({ inputs, signal, traceparent }) => {
      const named = inputs.map((tensor) => ({ name: theirs(tensor.name), tensor }))
      const answer = await unary('ModelInfer', encodeInferMessage(address, named, names), signal, traceparent)
      let outputs: ReturnType<typeof decodeInferAnswer>
      try {
        outputs = decodeInferAnswer(answer, { maxElements: MAX_ELEMENTS })
      } catch (cause) {
        throw invalid('it is not a ModelInferResponse', cause)
      }
      return signature.outputs.map((spec) => {
        const found = outputs.find(({ name }) => name === theirs(spec.name))
        if (found === undefined) throw invalid(`output ${JSON.stringify(spec.name)} is missing`)
        return toTensor(spec, found.data, found.shape.map(Number))
      })
    },
    ready: async (signal) => {
      if (!decodeReadyAnswer(await unary('ModelReady', encodeReadyMessage(address), signal)))
        throw inferenceErrors.INFERENCE_OVERLOADED(`${url.host} says that ${target.model} is not ready`)
    },
    close: async () => {
      const channel = await opening?.catch(() => undefined)
      channel?.close()
    },
  }
}
