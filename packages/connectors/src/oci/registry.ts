/** An OCI registry behind the Registry port: repositories are models, manifests are versions, layers are files. */
import type { Registry, RegistryCall, RegistryFile, RegistryLineage, RegistryVersion } from '@rampart/domain'
import { errorOf, type OutboundHttp, type OutboundStream, parseServerUrl } from '../outbound/index.ts'
import { childrenOf, collect, folderOf, layerFiles, parseLocation } from './artifact-files.ts'
import { createAuthorization, type OciLogin } from './authorization.ts'
import { createDistributionClient } from './distribution-client.ts'
import { createDistributionSession } from './distribution-session.ts'
import { createDistributionWrites } from './distribution-writes.ts'
import { ociErrors } from './errors.ts'
import { createManifestMemory, type ManifestMemory } from './manifest-memory.ts'
import { createNaming } from './names.ts'
import { createReferrers } from './referrers.ts'
import { createRepositories } from './repositories.ts'
import { createTagTable } from './tag-table.ts'
import { createVersions } from './versions.ts'
import { createWriter, isTombstone } from './writer.ts'

export type OciOptions = {
  /** `https://HOST/PREFIX`: repositories below PREFIX are models. */
  readonly url: string
  /** The registry's own: closed with it, and its requests are counted. */
  readonly http: OutboundHttp
  readonly login: OciLogin
  /** Names without wildcards are asked for directly; otherwise the registry's catalog is read. */
  readonly include?: readonly string[] | undefined
  readonly parameters?: Readonly<Record<string, string>> | undefined
  readonly now?: () => number
}

const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/

const parseUrl = (text: string): { readonly registry: URL; readonly prefix: string } => {
  const url = parseServerUrl(text, ['https:', 'http:'])
  return { registry: new URL(url.origin), prefix: url.pathname.replace(/^\/+|\/+$/g, '') }
}

const lengthOf = (text: string | undefined): { readonly sizeBytes?: number } =>
  text !== undefined && /^\d{1,15}$/.test(text) ? { sizeBytes: Number(text) } : {}

const asDownload = (answer: OutboundStream, offset: number) => {
  const { status, headers, body } = answer
  if (status === 200) return { stream: body, offset: 0, ...lengthOf(headers['content-length']) }
  const range = RANGE.exec(headers['content-range'] ?? '')
  if (status === 206 && range !== null && Number(range[1]) === offset)
    return { stream: body, offset, ...lengthOf(range[3]) }
  body.destroy()
  if (status === 206)
    throw ociErrors.OCI_ANSWER_INVALID(`${answer.url.host} answered another range than was asked for`)
  throw errorOf({ ...answer, body: new Uint8Array() })
}

const splitSource = ({ source }: RegistryVersion, host: string) => {
  if (!source.startsWith(`${host}/`)) throw ociErrors.OCI_ANSWER_INVALID(`${source} is not of this registry`)
  return parseLocation(source.slice(host.length + 1))
}

/** Annotations of the image specification that say where the content was built from. */
const lineageOf = (annotations: Readonly<Record<string, string>>): RegistryLineage => {
  const codeRevision = annotations['org.opencontainers.image.revision']?.slice(0, 256)
  const codeRepository = annotations['org.opencontainers.image.source']?.slice(0, 1024)
  return {
    ...(codeRevision === undefined ? {} : { codeRevision }),
    ...(codeRepository === undefined ? {} : { codeRepository }),
  }
}

const modelFiles = async (
  read: ManifestMemory,
  repository: string,
  digest: string,
  call: RegistryCall,
): Promise<readonly RegistryFile[]> => {
  const where = `${repository}@${digest}`
  const gone = () => ociErrors.OCI_ANSWER_INVALID(`${where} is gone`)
  const top = await read(repository, digest, call)
  if (top === undefined) throw gone()
  if (!top.isIndex) return layerFiles(where, repository, top)
  const children = childrenOf(where, top)
  const files: RegistryFile[] = []
  for (const [at, child] of children.entries()) {
    const manifest = await read(repository, child.digest, call)
    if (manifest === undefined) throw gone()
    if (manifest.isIndex) throw ociErrors.OCI_MANIFEST_REFUSED(`${where} is an index of indexes`)
    const folder = folderOf(child, at, children.length)
    for (const file of layerFiles(where, repository, manifest))
      files.push({ ...file, path: `${folder}${file.path}` })
  }
  return files
}

/** Throws OCI_URL_INVALID or OUTBOUND_URL_REFUSED; asks nobody yet. */
export const createOciRegistry = (options: OciOptions): Registry => {
  const { http, login, include = [], parameters = {} } = options
  const { registry, prefix } = parseUrl(options.url)
  const naming = createNaming(prefix)
  const { tokenHost } = parameters
  const authorization = createAuthorization({
    http,
    registry,
    login,
    tokenHost,
    now: options.now ?? Date.now,
  })
  const session = createDistributionSession({ http, registry, authorization })
  const client = createDistributionClient(session)
  const table = createTagTable(client, isTombstone)
  const repositories = createRepositories(client, naming, include)
  const readManifest = createManifestMemory(client)
  const referrers = createReferrers(client, readManifest)
  const { host } = registry
  return {
    type: 'oci',
    ...createVersions({ host, client, naming, repositories, table, referrers }, readManifest),
    files: async (version, call) => {
      const { repository, digest } = splitSource(version, host)
      const where = `${repository}@${digest}`
      const own = collect(where, await modelFiles(readManifest, repository, digest, call))
      const said = await referrers.list(repository, digest, true, call)
      const taken = own.map(({ path }) => path)
      return collect(where, [...own, ...(await referrers.documents(repository, said, taken, call))])
    },
    open: async (file, offset, call) => {
      const { repository, digest } = parseLocation(file.location)
      const answer = await client.blob(repository, digest, { offset, sizeBytes: file.sizeBytes }, call)
      if (answer.status !== 416 || offset === 0) return asDownload(answer, offset)
      answer.body.destroy()
      return asDownload(await client.blob(repository, digest, { offset: 0 }, call), 0)
    },
    lineage: async (version, call) => {
      const { repository, digest } = splitSource(version, host)
      return lineageOf((await readManifest(repository, digest, call))?.annotations ?? {})
    },
    writer: createWriter({
      host,
      client,
      writes: createDistributionWrites(session),
      naming,
      table,
      referrers,
    }),
    requests: () => http.requests(),
    close: () => http.close(),
  }
}
