/** Blob storage in memory, as much of its REST interface as reading needs, for tests without a storage emulator. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

export type BlobStandIn = {
  readonly sas: string
  readonly put: (name: string, bytes: Uint8Array) => Promise<void>
  readonly remove: (name: string) => Promise<void>
  /** Names as they will be listed; for names that storage would refuse. */
  readonly blobs: Map<string, Uint8Array>
  /** True when the request was one for a blob. `base` is the path of the account. */
  readonly answer: (request: IncomingMessage, response: ServerResponse, url: URL) => boolean
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const etagOf = (bytes: Uint8Array): string =>
  `"0x${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`

export const createBlobStandIn = (base: string, container: string, pageSize = 3): BlobStandIn => {
  const sas = 'sv=2026-01-01&sr=c&sp=rl&sig=stand-in%3D'
  const blobs = new Map<string, Uint8Array>()

  const list = (url: URL, response: ServerResponse) => {
    const prefix = url.searchParams.get('prefix') ?? ''
    const marker = url.searchParams.get('marker') ?? ''
    const names = [...blobs.keys()].filter((name) => name.startsWith(prefix) && name >= marker).toSorted()
    const entries = names.slice(0, pageSize).map((name) => {
      const bytes = blobs.get(name) ?? new Uint8Array()
      return `<Blob><Name>${escapeXml(name)}</Name><Properties><Content-Length>${bytes.length}</Content-Length><Etag>${escapeXml(etagOf(bytes))}</Etag><Last-Modified>Mon, 23 Nov 2026 00:00:00 GMT</Last-Modified></Properties></Blob>`
    })
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end(
      `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="x" ContainerName="${container}"><Blobs>${entries.join('')}</Blobs><NextMarker>${escapeXml(names[pageSize] ?? '')}</NextMarker></EnumerationResults>`,
    )
  }

  const read = (name: string, request: IncomingMessage, response: ServerResponse) => {
    const bytes = blobs.get(name)
    if (bytes === undefined) return response.writeHead(404).end()
    const etag = etagOf(bytes)
    if (request.headers['if-match'] !== undefined && request.headers['if-match'] !== etag)
      return response.writeHead(412).end()
    const from = /bytes=(\d+)-/.exec(
      String(request.headers['x-ms-range'] ?? request.headers.range ?? ''),
    )?.[1]
    if (from === undefined || Number(from) === 0)
      return response.writeHead(200, { etag, 'content-length': bytes.length }).end(bytes)
    const part = bytes.subarray(Number(from))
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
    return response.writeHead(206, { etag, 'content-length': part.length, 'content-range': range }).end(part)
  }

  return {
    sas,
    blobs,
    put: async (name, bytes) => {
      blobs.set(name, bytes)
    },
    remove: async (name) => {
      blobs.delete(name)
    },
    answer: (request, response, url) => {
      if (!url.pathname.startsWith(`${base}/`)) return false
      const given = new URLSearchParams(sas)
      const isSigned = [...given].every(([key, value]) => url.searchParams.get(key) === value)
      if (!isSigned && !(request.headers.authorization ?? '').startsWith('Bearer '))
        response.writeHead(403).end()
      else if (url.searchParams.get('comp') === 'list') list(url, response)
      else read(decodeURIComponent(url.pathname.slice(base.length + container.length + 2)), request, response)
      return true
    },
  }
}
