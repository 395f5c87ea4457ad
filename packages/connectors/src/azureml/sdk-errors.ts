/** Errors of Microsoft's SDKs as ours. Their own are not kept as causes: they hold URLs with signatures. */
import { errorOf, outboundErrors } from '../outbound/index.ts'
import { azuremlErrors } from './errors.ts'

type SdkError = {
  readonly name?: string
  readonly statusCode?: number
  readonly request?: { readonly url?: string }
  readonly response?: {
    readonly headers?: { toJSON?: () => Record<string, string> }
    readonly bodyAsText?: string | null
  }
}

/** `host` stands in the message; an AppError stays what it is. */
export const ourError = (error: unknown, host: string): Error => {
  if (error instanceof Error && 'kind' in error) return error
  const { name, statusCode, request, response } = (error ?? {}) as SdkError
  if (name === 'AbortError') return outboundErrors.OUTBOUND_DEADLINE(`${host} did not answer in time`)
  // A success that the SDK could not read has its status all the same.
  if (statusCode === undefined || statusCode < 300) {
    const text =
      error instanceof Error ? error.message.split('\n')[0]?.replace(/\p{C}/gu, ' ').slice(0, 200) : ''
    return azuremlErrors.AZUREML_ANSWER_INVALID(`${host}: the SDK could not use the answer: ${text}`)
  }
  const url = URL.canParse(request?.url ?? '') ? new URL(request?.url ?? '') : new URL(`https://${host}`)
  return errorOf({
    status: statusCode,
    headers: response?.headers?.toJSON?.() ?? {},
    url,
    body: new TextEncoder().encode((response?.bodyAsText ?? '').slice(0, 300)),
  })
}

/** Runs a call of an SDK; throws what `ourError` makes. */
export const viaSdk = async <T>(host: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw ourError(error, host)
  }
}

/** The same, but a 404 is undefined. */
export const orMissing = async <T>(host: string, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work()
  } catch (error) {
    if ((error as SdkError | null)?.statusCode === 404) return undefined
    throw ourError(error, host)
  }
}
