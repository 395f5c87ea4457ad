/**
 * Binary tensor data extension of the Open Inference Protocol over REST: the first bytes of a body, as many as the
 * header Inference-Header-Content-Length says, are JSON; behind them stand the raw elements of the tensors that
 * carry `binary_data_size`, in the order of the JSON and without gaps.
 */
import { codecErrors } from './errors.ts'
import { parseJson } from './oip-request.ts'

/** Lower-case name of the header, of requests and answers. */
export const BINARY_HEADER = 'inference-header-content-length'

const DIGITS = /^\d{1,15}$/

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Length of the JSON part in bytes; throws InvalidInput when it is not a number within the body. */
const readLength = (header: string, bodyBytes: number): number => {
  const length = DIGITS.test(header) ? Number(header) : Number.NaN
  if (length <= bodyBytes) return length
  throw codecErrors.CODECS_BINARY_INVALID(
    `Inference-Header-Content-Length must be a whole number of at most the body's ${bodyBytes} bytes`,
  )
}

const readSize = (tensor: Record<string, unknown>): number | undefined => {
  const parameters = tensor['parameters']
  const size = isObject(parameters) ? parameters['binary_data_size'] : undefined
  if (size === undefined) return undefined
  if (Number.isSafeInteger(size) && (size as number) >= 0 && tensor['data'] === undefined)
    return size as number
  throw codecErrors.CODECS_BINARY_INVALID(
    '"binary_data_size" must be a number of bytes, and "data" must be absent beside it',
  )
}

/**
 * A body as the value of its JSON, where each binary tensor's `data` is its raw bytes (views of `bytes`).
 * `key` names the list of tensors: `inputs` of a request, `outputs` of an answer.
 */
export const decodeBinaryBody = (
  bytes: Uint8Array,
  header: string,
  key: 'inputs' | 'outputs' = 'inputs',
): unknown => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = readLength(header, bytes.length)
  const body = parseJson(buffer.toString('utf8', 0, at))
  const tensors = isObject(body) ? body[key] : undefined
  for (const tensor of Array.isArray(tensors) ? tensors : []) {
    const size = isObject(tensor) ? readSize(tensor) : undefined
    if (size === undefined) continue
    if (size > bytes.length - at)
      throw codecErrors.CODECS_BINARY_INVALID(
        `a tensor announces ${size} bytes, and ${bytes.length - at} are left of the body`,
      )
    tensor.data = bytes.subarray(at, at + size)
    at += size
  }
  if (at !== bytes.length)
    throw codecErrors.CODECS_BINARY_INVALID(`${bytes.length - at} bytes of the body belong to no tensor`)
  return body
}
