/** One file on its way: hashed here, asked for there, sent only when the server lacks it. */
import { authHeaders } from '../api/client.ts'
import { networkProblem, problemFrom } from '../api/problem.ts'
import { createSha256 } from './sha256.ts'

export type Progress = (doneBytes: number) => void

const SLICE = 8 * 1024 ** 2

/** `sha256:…`; reads in slices, so the page stays alive and memory small. */
export const digestFile = async (file: Blob, onProgress: Progress, signal: AbortSignal): Promise<string> => {
  const hash = createSha256()
  for (let at = 0; at < file.size; at += SLICE) {
    signal.throwIfAborted()
    hash.update(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()))
    onProgress(Math.min(at + SLICE, file.size))
  }
  return `sha256:${hash.hex()}`
}

/** True when the server has these bytes; false too when it may not be asked. */
export const isStored = async (digest: string, signal: AbortSignal): Promise<boolean> => {
  const response = await fetch(`/api/v1/artifacts/${encodeURIComponent(digest)}`, {
    method: 'HEAD',
    headers: authHeaders(),
    credentials: 'same-origin',
    signal,
  })
  return response.ok
}

const bodyOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** By XMLHttpRequest, which alone tells how far a request has got. Rejects with an ApiProblem. */
export const sendFile = (
  file: Blob,
  digest: string,
  onProgress: Progress,
  signal: AbortSignal,
): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const request = new XMLHttpRequest()
  request.open('POST', `/api/v1/artifacts?digest=${encodeURIComponent(digest)}`)
  request.setRequestHeader('content-type', 'application/octet-stream')
  for (const [name, value] of Object.entries(authHeaders())) request.setRequestHeader(name, value)
  request.upload.onprogress = ({ loaded }) => onProgress(Math.min(loaded, file.size))
  request.onload = () => {
    if (request.status >= 200 && request.status < 300) return resolve()
    reject(
      problemFrom(request.status, bodyOf(request.responseText), request.getResponseHeader('x-request-id')),
    )
  }
  request.onerror = () => reject(networkProblem(undefined))
  request.onabort = () => reject(signal.reason)
  signal.addEventListener('abort', () => request.abort(), { once: true })
  request.send(file)
  return promise
}
