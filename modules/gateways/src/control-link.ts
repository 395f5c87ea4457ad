/** The gateway's calls to the control plane: bearer token, deadlines, sizes, and no redirects. */
import { createHash } from 'node:crypto'
import type { Digest } from '@rampart/domain'
import { gatewaysErrors } from './errors.ts'
import type { Report, ReportAnswer } from './report.ts'

export type ControlLinkDeps = {
  /** `http://HOST:PORT` of the control plane. */
  readonly url: string
  /** Read for every call, so that a token can be replaced. */
  readonly token: () => string
  readonly maxArtifactBytes: number
}

export type ControlLink = {
  /** The envelope once its epoch is above `after`; undefined after `waitSeconds`. */
  snapshot(after: number, waitSeconds: number, signal: AbortSignal): Promise<unknown>
  key(): Promise<{ readonly keyid: string; readonly pem: string }>
  /** Writes the bytes chunk by chunk; throws GATEWAY_ARTIFACT_DIFFERS after the last when they were others. */
  artifact(digest: Digest, write: (chunk: Uint8Array) => Promise<void>): Promise<void>
  report(report: Report): Promise<ReportAnswer>
}

const CALL_MS = 15_000
const ARTIFACT_MS = 600_000
/** An envelope of 16 MiB in base64, and what is around it. */
const MAX_ANSWER = 24 * 1024 * 1024

const away = (what: string, cause?: unknown) =>
  gatewaysErrors.GATEWAY_CONTROL_AWAY(`the control plane: ${what}`, cause === undefined ? {} : { cause })

const readAll = async (response: Response, maxBytes: number): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw away('its answer is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const refusal = (response: Response, text: string) => {
  const what = `${response.status} ${text.slice(0, 300)}`
  return response.status === 401 || response.status === 403 || response.status === 409
    ? gatewaysErrors.GATEWAY_CONTROL_REFUSED(what)
    : away(what)
}

export const createControlLink = ({ url, token, maxArtifactBytes }: ControlLinkDeps): ControlLink => {
  const base = `${url.replace(/\/$/, '')}/api/v1/gateways`

  const call = async (path: string, signal: AbortSignal, body?: unknown): Promise<Response> => {
    let response: Response
    try {
      response = await fetch(`${base}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        redirect: 'error',
        signal,
        headers: {
          authorization: `Bearer ${token()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (cause) {
      throw away('no answer', cause)
    }
    if (!response.ok) throw refusal(response, (await readAll(response, MAX_ANSWER)).toString('utf8'))
    return response
  }

  const json = async <T>(path: string, signal: AbortSignal, body?: unknown): Promise<T | undefined> => {
    const response = await call(path, signal, body)
    try {
      const bytes = await readAll(response, MAX_ANSWER)
      return response.status === 204 ? undefined : (JSON.parse(bytes.toString('utf8')) as T)
    } catch (cause) {
      throw away('its answer broke off', cause)
    }
  }

  const deadline = (ms: number): AbortSignal => AbortSignal.timeout(ms)

  return {
    snapshot: (after, waitSeconds, signal) =>
      json(
        `/snapshot?after=${after}&wait=${waitSeconds}`,
        AbortSignal.any([signal, deadline(waitSeconds * 1000 + CALL_MS)]),
      ),
    key: async () => {
      const found = await json<{ keyid: string; pem: string }>('/key', deadline(CALL_MS))
      if (typeof found?.pem !== 'string') throw away('it told no key')
      return found
    },
    artifact: async (digest, write) => {
      const response = await call(`/artifacts/${digest}`, deadline(ARTIFACT_MS))
      const sum = createHash('sha256')
      let size = 0
      for await (const chunk of response.body ?? []) {
        size += chunk.length
        if (size > maxArtifactBytes)
          throw gatewaysErrors.GATEWAY_ARTIFACT_DIFFERS(`${digest} is larger than ${maxArtifactBytes} bytes`)
        sum.update(chunk)
        await write(chunk)
      }
      const found = `sha256:${sum.digest('hex')}`
      if (found !== digest) throw gatewaysErrors.GATEWAY_ARTIFACT_DIFFERS(`${digest} came as ${found}`)
    },
    report: async (report) => {
      const answer = await json<ReportAnswer>('/reports', deadline(CALL_MS), report)
      if (!Number.isSafeInteger(answer?.accepted)) throw away('it did not say what it took')
      return answer as ReportAnswer
    },
  }
}
