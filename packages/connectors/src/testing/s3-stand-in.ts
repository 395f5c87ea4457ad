/**
 * A bucket in memory behind the part of the S3 protocol that the adapter speaks, for tests and proofs: listings in pages,
 * ranges, conditions. It counts what it sent, and can be told to misbehave; the real server is asked by the peers test.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type S3StandIn = {
  readonly url: () => string
  readonly put: (key: string, bytes: Uint8Array) => void
  readonly remove: (prefix: string) => void
  /** Complete bodies sent, by SHA-256 of the object. */
  readonly sent: ReadonlyMap<string, number>
  /** Requests since the start. */
  readonly requests: () => number
  /** Answers in its own way; true when it did. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Refuses connections and cuts those it has, until it is started again on the same port. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
}

type Stored = {
  readonly bytes: Uint8Array
  readonly sha256: string
  readonly etag: string
  readonly modified: string
}

const BUCKET_PATH = /^\/([a-z0-9.-]+)\/?(.*)$/

const xml = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`)
}

const fault = (response: ServerResponse, status: number, code: string): void =>
  xml(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`)

/** Percent-encoded as the protocol does with encoding-type=url. */
const encodeKey = (key: string): string => encodeURIComponent(key).replaceAll('%2F', '/')

/** With `checksums` it states the SHA-256 of each object. */
export const createS3StandIn = ({ checksums = false }: { readonly checksums?: boolean } = {}): S3StandIn => {
  const objects = new Map<string, Stored>()
  const sent = new Map<string, number>()
  let sorted: readonly string[] | undefined
  let requests = 0
  let server: Server | undefined
  let listening = 0

  const list = (query: URLSearchParams, bucket: string, response: ServerResponse): void => {
    sorted ??= [...objects.keys()].sort()
    const prefix = query.get('prefix') ?? ''
    const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
    const max = Number(query.get('max-keys') ?? '1000')
    const found: string[] = []
    let truncated = false
    for (const key of sorted) {
      if (key <= after || !key.startsWith(prefix)) continue
      if (found.length >= max) {
        truncated = true
        break
      }
      found.push(key)
    }
    const algorithm = checksums
      ? '<ChecksumAlgorithm>SHA256</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>'
      : ''
    const contents = found.map((key) => {
      const { etag, bytes, modified } = objects.get(key) as Stored
      return `<Contents><Key>${encodeKey(key)}</Key><LastModified>${modified}</LastModified><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${bytes.length}</Size>${algorithm}</Contents>`
    })
    const next = truncated
      ? `<NextContinuationToken>${encodeKey(found.at(-1) ?? '')}</NextContinuationToken>`
      : ''
    xml(
      response,
      200,
      `<ListBucketResult><Name>${bucket}</Name><EncodingType>url</EncodingType><IsTruncated>${truncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
    )
  }

  const get = (key: string, request: IncomingMessage, response: ServerResponse): void => {
    const stored = objects.get(key)
    if (stored === undefined) return fault(response, 404, 'NoSuchKey')
    const { bytes, etag, sha256 } = stored
    const condition = request.headers['if-match']
    if (condition !== undefined && condition !== etag) return fault(response, 412, 'PreconditionFailed')
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? '0')
    if (from > 0 && from >= bytes.length) return fault(response, 416, 'InvalidRange')
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': bytes.length - from,
      ...(checksums ? { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') } : {}),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    })
    if (request.method === 'HEAD') return void response.end()
    response.on('finish', () => sent.set(sha256, (sent.get(sha256) ?? 0) + 1))
    response.end(bytes.subarray(from))
  }

  const standIn: S3StandIn = {
    url: () => `http://127.0.0.1:${listening}`,
    put: (key, bytes) => {
      sorted = undefined
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
      objects.set(key, { bytes, sha256, etag, modified: new Date().toISOString() })
    },
    remove: (prefix) => {
      sorted = undefined
      for (const key of [...objects.keys()]) if (key.startsWith(prefix)) objects.delete(key)
    },
    sent,
    requests: () => requests,
    intercept: () => false,
    kill: () =>
      new Promise((resolve) => {
        if (server === undefined) return resolve()
        server.close(() => resolve())
        server.closeAllConnections()
        server = undefined
      }),
    start: () =>
      new Promise((resolve, reject) => {
        const opened = createServer((request, response) => {
          requests += 1
          if (standIn.intercept(request, response)) return
          const url = new URL(request.url ?? '/', 'http://bucket')
          const [, bucket = '', key = ''] = BUCKET_PATH.exec(url.pathname) ?? []
          if (key === '') list(url.searchParams, bucket, response)
          else get(decodeURIComponent(key), request, response)
        })
        server = opened
        opened.once('error', reject)
        opened.listen(listening, '127.0.0.1', () => {
          listening = (opened.address() as AddressInfo).port
          resolve()
        })
      }),
  }
  return standIn
}
