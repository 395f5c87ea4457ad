/** Pushes artifacts into an OCI registry as a publisher would: monolithic uploads, then a manifest. For tests. */
import { createHash } from 'node:crypto'

export type Pushed = { readonly digest: string; readonly size: number }

export type PushedFile = {
  readonly title?: string
  readonly bytes: Uint8Array
  readonly mediaType?: string
  /** As the manifest states it, when it is to lie. */
  readonly digest?: string
  readonly annotations?: Readonly<Record<string, string>>
}

export type Artifact = {
  readonly files: readonly PushedFile[]
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly subject?: Pushed
  readonly configType?: string
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

export const sha256Of = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const createOciPusher = (origin: string, headers: Readonly<Record<string, string>> = {}) => {
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const answer = await fetch(new URL(path, origin), { ...init, headers: { ...headers, ...init.headers } })
    if (!answer.ok) throw new Error(`${init.method} ${path}: ${answer.status} ${await answer.text()}`)
    await answer.arrayBuffer()
    return answer
  }
  const blob = async (repository: string, bytes: Uint8Array): Promise<Pushed> => {
    const digest = sha256Of(bytes)
    const begun = await send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
    const target = new URL(begun.headers.get('location') ?? '', origin)
    target.searchParams.set('digest', digest)
    await send(target.href, {
      method: 'PUT',
      body: Buffer.from(bytes),
      headers: { 'content-type': 'application/octet-stream' },
    })
    return { digest, size: bytes.length }
  }
  const manifest = async (
    repository: string,
    reference: string | undefined,
    document: unknown,
    type = MANIFEST,
  ): Promise<Pushed> => {
    const body = JSON.stringify(document)
    const digest = sha256Of(body)
    const path = `/v2/${repository}/manifests/${reference ?? digest}`
    await send(path, { method: 'PUT', body, headers: { 'content-type': type } })
    return { digest, size: body.length }
  }
  return {
    blob,
    manifest,
    /** Pushes layers and the manifest; without a tag under its digest alone. */
    artifact: async (repository: string, tag: string | undefined, what: Artifact): Promise<Pushed> => {
      const empty = await blob(repository, Buffer.from('{}'))
      const layers = []
      for (const { title, bytes, mediaType, digest, annotations } of what.files) {
        const pushed = await blob(repository, bytes)
        layers.push({
          mediaType: mediaType ?? 'application/octet-stream',
          ...pushed,
          ...(digest === undefined ? {} : { digest }),
          annotations: {
            ...annotations,
            ...(title === undefined ? {} : { 'org.opencontainers.image.title': title }),
          },
        })
      }
      return manifest(repository, tag, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        artifactType: what.artifactType ?? 'application/vnd.example.model',
        config: { mediaType: what.configType ?? 'application/vnd.oci.empty.v1+json', ...empty },
        layers: layers.length === 0 ? [{ mediaType: 'application/vnd.oci.empty.v1+json', ...empty }] : layers,
        ...(what.subject === undefined ? {} : { subject: { mediaType: MANIFEST, ...what.subject } }),
        ...(what.annotations === undefined ? {} : { annotations: what.annotations }),
      })
    },
    /** Lets `to` point at the manifest that `from` names. */
    retag: async (repository: string, from: string, to: string): Promise<void> => {
      const answer = await fetch(new URL(`/v2/${repository}/manifests/${from}`, origin), {
        headers: { ...headers, accept: MANIFEST },
      })
      const body = Buffer.from(await answer.arrayBuffer())
      if (!answer.ok) throw new Error(`GET ${from}: ${answer.status}`)
      const type = answer.headers.get('content-type') ?? MANIFEST
      await send(`/v2/${repository}/manifests/${to}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': type },
      })
    },
    remove: async (repository: string, reference: string): Promise<void> => {
      await send(`/v2/${repository}/manifests/${reference}`, { method: 'DELETE' })
    },
  }
}

export type OciPusher = ReturnType<typeof createOciPusher>
