/**
 * A registry of the distribution specification 1.1 in memory, for tests: with or without referrers API and deletion
 * of tags. Real registries are asked by the peers group `oci`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sha256Of } from './oci-pusher.ts'

type Stored = { readonly type: string; readonly bytes: Buffer }
type Repository = {
  readonly manifests: Map<string, Stored>
  readonly tags: Map<string, string>
  readonly blobs: Map<string, Buffer>
}

export type OciStandIn = {
  readonly origin: string
  /** Paths asked for, `METHOD path`. */
  readonly asked: string[]
  /** Answers instead of the registry when it returns true. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  readonly stop: () => Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const json = (
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))

const missing = (response: ServerResponse, code: string) => json(response, 404, { errors: [{ code }] })

const page = (all: readonly string[], url: URL, pageSize: number) => {
  const last = url.searchParams.get('last')
  const rest = all.toSorted().filter((name) => last === null || name > last)
  const names = rest.slice(0, pageSize)
  const next =
    rest.length > pageSize ? `<${url.pathname}?n=${pageSize}&last=${names.at(-1)}>; rel="next"` : undefined
  return { names, headers: next === undefined ? {} : { link: next } }
}

export const startOciStandIn = async (
  options: { readonly referrers?: boolean; readonly deletesTags?: boolean; readonly pageSize?: number } = {},
): Promise<OciStandIn> => {
  const { referrers = true, deletesTags = true, pageSize = 5 } = options
  const repositories = new Map<string, Repository>()
  const repositoryOf = (name: string): Repository => {
    const found = repositories.get(name) ?? { manifests: new Map(), tags: new Map(), blobs: new Map() }
    repositories.set(name, found)
    return found
  }

  const manifests = async (
    name: string,
    reference: string,
    request: IncomingMessage,
    response: ServerResponse,
  ) => {
    const found = repositoryOf(name)
    const digest = reference.startsWith('sha256:') ? reference : (found.tags.get(reference) ?? '')
    if (request.method === 'PUT') {
      const bytes = await bodyOf(request)
      const own = sha256Of(bytes)
      found.manifests.set(own, { type: request.headers['content-type'] ?? '', bytes })
      if (!reference.startsWith('sha256:')) found.tags.set(reference, own)
      return response.writeHead(201, { 'docker-content-digest': own }).end()
    }
    const stored = found.manifests.get(digest)
    if (stored === undefined) return missing(response, 'MANIFEST_UNKNOWN')
    if (request.method === 'DELETE') {
      if (reference !== digest && !deletesTags)
        return json(response, 405, { errors: [{ code: 'UNSUPPORTED' }] })
      if (reference === digest) {
        found.manifests.delete(digest)
        for (const [tag, at] of found.tags) if (at === digest) found.tags.delete(tag)
      } else found.tags.delete(reference)
      return response.writeHead(202).end()
    }
    response.writeHead(200, { 'content-type': stored.type, 'docker-content-digest': digest })
    return response.end(request.method === 'HEAD' ? undefined : stored.bytes)
  }

  const blobs = async (
    name: string,
    digest: string,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ) => {
    const found = repositoryOf(name)
    if (request.method === 'POST')
      return response.writeHead(202, { location: `/v2/${name}/blobs/uploads/1?state=a` }).end()
    if (request.method === 'PUT') {
      const bytes = await bodyOf(request)
      found.blobs.set(url.searchParams.get('digest') ?? '', bytes)
      return response.writeHead(201).end()
    }
    const stored = found.blobs.get(digest)
    if (stored === undefined) return missing(response, 'BLOB_UNKNOWN')
    const from = /^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]
    if (from === undefined)
      return response
        .writeHead(200, { 'content-length': stored.length })
        .end(request.method === 'HEAD' ? undefined : stored)
    const part = stored.subarray(Number(from))
    const range = `bytes ${from}-${stored.length - 1}/${stored.length}`
    return response.writeHead(206, { 'content-range': range, 'content-length': part.length }).end(part)
  }

  const referrersOf = (name: string, digest: string, response: ServerResponse) => {
    if (!referrers) return missing(response, 'NOT_FOUND')
    const list = [...repositoryOf(name).manifests].flatMap(([own, { type, bytes }]) => {
      const { subject, artifactType, annotations } = JSON.parse(bytes.toString('utf8')) as {
        subject?: { digest: string }
        artifactType?: string
        annotations?: Record<string, string>
      }
      return subject?.digest === digest
        ? [{ mediaType: type, digest: own, size: bytes.length, artifactType, annotations }]
        : []
    })
    return json(response, 200, {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: list,
    })
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const url = new URL(request.url ?? '/', 'http://stand-in')
    if (url.pathname === '/v2/_catalog') {
      const { names, headers } = page(
        [...repositories.keys()].filter((one) => repositoryOf(one).tags.size > 0),
        url,
        pageSize,
      )
      return json(response, 200, { repositories: names }, headers)
    }
    const parts = /^\/v2\/(.+)\/(manifests|blobs|referrers|tags)\/(.+)$/.exec(url.pathname)
    if (parts === null) return missing(response, 'NAME_UNKNOWN')
    const [, name = '', kind, rest = ''] = parts
    const upload = /^(.+)\/blobs$/.exec(name)
    if (kind === 'manifests') return manifests(name, rest, request, response)
    if (kind === 'referrers') return referrersOf(name, rest, response)
    if (kind === 'blobs') return blobs(upload?.[1] ?? name, rest, request, response, url)
    if ((repositories.get(name)?.tags.size ?? 0) === 0) return missing(response, 'NAME_UNKNOWN')
    const { names, headers } = page([...repositoryOf(name).tags.keys()], url, pageSize)
    return json(response, 200, { name, tags: names }, headers)
  }

  const server = createServer((request, response) => {
    standIn.asked.push(`${request.method} ${request.url}`)
    if (standIn.intercept?.(request, response) === true) return
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const standIn: OciStandIn = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    intercept: undefined,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return standIn
}
