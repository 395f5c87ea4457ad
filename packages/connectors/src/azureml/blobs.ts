/** Blobs below a prefix of one container: listed, and read with resumption, through Microsoft's storage SDK. */
import type { ContainerClient } from '@azure/storage-blob'
import type { RegistryCall, RegistryDownload, RegistryFile } from '@rampart/domain'
import { isArtifactPath } from '../oci/artifact-path.ts'
import { azuremlErrors } from './errors.ts'
import { viaSdk } from './sdk-errors.ts'

export type BlobPlace = {
  /** Makes `open` find the container again. */
  readonly key: string
  readonly container: ContainerClient
  readonly prefix: string
}

/** What `location` says, for this adapter alone. */
export type BlobLocation = { readonly key: string; readonly blob: string; readonly etag: string }

const MAX_FILES = 5_000
const PAGE = 1000
const RANGE = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/

const hostOf = ({ container }: Pick<BlobPlace, 'container'>): string => new URL(container.url).host

const relativePath = (prefix: string, name: string): string => {
  // A URI may name one blob as well as a folder of blobs.
  const path = name === prefix ? (prefix.split('/').at(-1) ?? '') : name.slice(prefix.length + 1)
  if (!isArtifactPath(path))
    throw azuremlErrors.AZUREML_ANSWER_INVALID(`a blob has the path ${JSON.stringify(path.slice(0, 200))}`)
  return path
}

/** Throws AZUREML_ANSWER_INVALID for names that are no plain paths and for too many of them. */
export const listBlobs = async (
  place: BlobPlace,
  { signal }: RegistryCall,
): Promise<readonly RegistryFile[]> => {
  const { container, prefix, key } = place
  const files: RegistryFile[] = []
  const names = new Set<string>()
  const base = container.url.split('?')[0]
  const listing = container.listBlobsFlat({ prefix, abortSignal: signal }).byPage({ maxPageSize: PAGE })
  for (let pages = 0; ; pages++) {
    const page = await viaSdk(hostOf(place), () => listing.next())
    if (page.done === true) break
    for (const { name, properties } of page.value.segment.blobItems) {
      // `models/a` is also a prefix of `models/ab/file`.
      if (name !== prefix && !name.startsWith(`${prefix}/`)) continue
      if (names.has(name)) throw azuremlErrors.AZUREML_ANSWER_INVALID('a blob is listed twice')
      names.add(name)
      const { etag, contentLength } = properties
      const location: BlobLocation = { key, blob: name, etag }
      files.push({
        path: relativePath(prefix, name),
        ...(contentLength === undefined ? {} : { sizeBytes: contentLength }),
        identity: `${base}/${name} ${etag}`,
        location: JSON.stringify(location),
      })
    }
    if (files.length > MAX_FILES || pages > MAX_FILES / 10)
      throw azuremlErrors.AZUREML_ANSWER_INVALID(`a version has more than ${MAX_FILES} files`)
  }
  // Storage with folders lists them as empty blobs before their content.
  return files.filter(
    ({ path, sizeBytes }) => sizeBytes !== 0 || !files.some((other) => other.path.startsWith(`${path}/`)),
  )
}

/** Reads the bytes that were listed: a blob that was replaced since throws AZUREML_FILE_CHANGED. */
export const openBlob = async (
  container: ContainerClient,
  { blob, etag }: BlobLocation,
  offset: number,
  { signal }: RegistryCall,
): Promise<RegistryDownload> => {
  const { host } = new URL(container.url)
  try {
    const answer = await container.getBlobClient(blob).download(offset, undefined, {
      abortSignal: signal,
      conditions: { ifMatch: etag },
      maxRetryRequests: 0,
    })
    const { readableStreamBody: body, contentRange, contentLength } = answer
    if (body === undefined) throw azuremlErrors.AZUREML_ANSWER_INVALID(`${host} answered without content`)
    const range = RANGE.exec(contentRange ?? '')
    if (offset > 0 && (range === null || Number(range[1]) !== offset))
      throw azuremlErrors.AZUREML_ANSWER_INVALID(`${host} answered another range than was asked for`)
    const sizeBytes = range === null ? contentLength : Number(range[2])
    return {
      stream: body as unknown as AsyncIterable<Uint8Array>,
      offset,
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    }
  } catch (error) {
    if ((error as { statusCode?: unknown }).statusCode === 412)
      throw azuremlErrors.AZUREML_FILE_CHANGED(
        `${JSON.stringify(blob.slice(-200))} changed since it was listed`,
      )
    return viaSdk(host, () => Promise.reject(error))
  }
}
