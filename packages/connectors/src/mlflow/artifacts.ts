/** Files of a version: listed below its folder of the artifact proxy, and read with resumption by byte ranges. */
import type { Registry, RegistryCall, RegistryFile } from '@rampart/domain'
import { errorOf, type OutboundStream } from '../outbound/index.ts'
import type { MlflowApi } from './api.ts'
import { mlflowErrors } from './errors.ts'
import { artifactFolder, isSafeSegment } from './sources.ts'
import { expect, FileList } from './wire.ts'

const MAX_FILES = 5_000
const MAX_FOLDERS = 500
const MAX_DEPTH = 16
const PROBES_AT_ONCE = 4

/** What `location` says, for this adapter alone. */
type Place = { readonly path: string; readonly etag?: string }

type Found = { readonly path: string; readonly sizeBytes?: number }

const walk = async (api: MlflowApi, root: string, call: RegistryCall): Promise<Found[]> => {
  const files: Found[] = []
  const folders = ['']
  for (let next = 0; next < folders.length; next++) {
    const folder = folders[next] as string
    const at = folder === '' ? root : `${root}/${folder}`
    const answer = await api.get('mlflow-artifacts/artifacts', [['path', at]], call)
    for (const { path: name, is_dir: isFolder, file_size: size } of expect(FileList, answer, 'files').files ??
      []) {
      if (!isSafeSegment(name))
        throw mlflowErrors.MLFLOW_ANSWER_INVALID(`a file has the name ${JSON.stringify(name.slice(0, 100))}`)
      const path = folder === '' ? name : `${folder}/${name}`
      if (isFolder === true) folders.push(path)
      else files.push(size === undefined ? { path } : { path, sizeBytes: Number(size) })
      const isDeep = path.split('/').length > MAX_DEPTH
      if (files.length > MAX_FILES || folders.length > MAX_FOLDERS || isDeep)
        throw mlflowErrors.MLFLOW_TOO_MUCH('a version has more files or folders than a model may have')
    }
  }
  return files
}

const failure = async (answer: OutboundStream): Promise<Error> => {
  answer.body.destroy()
  return errorOf({ ...answer, body: new Uint8Array() })
}

/** A strong validator of a GET; that of a HEAD differs (MLflow answers it by another stack). */
const etagOf = async (api: MlflowApi, path: string, call: RegistryCall): Promise<string | undefined> => {
  const answer = await api.file(path, { range: 'bytes=0-0' }, call)
  if (answer.status !== 200 && answer.status !== 206) throw await failure(answer)
  answer.body.destroy()
  const { etag } = answer.headers
  return etag === undefined || etag.startsWith('W/') || etag.length > 256 ? undefined : etag
}

const describe = async (
  api: MlflowApi,
  root: string,
  found: Found,
  call: RegistryCall,
): Promise<RegistryFile> => {
  const path = `${root}/${found.path}`
  const etag = found.sizeBytes === 0 ? undefined : await etagOf(api, path, call)
  const place: Place = etag === undefined ? { path } : { path, etag }
  return {
    ...found,
    location: JSON.stringify(place),
    ...(etag === undefined ? {} : { identity: `${path} ${etag}` }),
  }
}

const listFiles = async (api: MlflowApi, root: string, call: RegistryCall): Promise<RegistryFile[]> => {
  const found = await walk(api, root, call)
  const files: RegistryFile[] = []
  for (let at = 0; at < found.length; at += PROBES_AT_ONCE) {
    const some = found.slice(at, at + PROBES_AT_ONCE)
    files.push(...(await Promise.all(some.map((one) => describe(api, root, one, call)))))
  }
  return files
}

const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/

const lengthOf = (text: string | undefined): { readonly sizeBytes?: number } =>
  text !== undefined && /^\d{1,15}$/.test(text) ? { sizeBytes: Number(text) } : {}

const download = async (api: MlflowApi, file: RegistryFile, offset: number, call: RegistryCall) => {
  const { path, etag } = JSON.parse(file.location) as Place
  const resume =
    offset > 0 ? { range: `bytes=${offset}-`, ...(etag === undefined ? {} : { 'if-range': etag }) } : {}
  const answer = await api.file(path, resume, call)
  if (answer.status !== 200 && answer.status !== 206) throw await failure(answer)
  if (etag !== undefined && answer.headers.etag !== etag) {
    answer.body.destroy()
    throw mlflowErrors.MLFLOW_FILE_CHANGED(`${JSON.stringify(file.path)} changed since it was listed`)
  }
  if (answer.status === 200)
    return { stream: answer.body, offset: 0, ...lengthOf(answer.headers['content-length']) }
  const range = RANGE.exec(answer.headers['content-range'] ?? '')
  if (range === null || Number(range[1]) !== offset) {
    answer.body.destroy()
    throw mlflowErrors.MLFLOW_ANSWER_INVALID('MLflow answered another range than was asked for')
  }
  return { stream: answer.body, offset, ...lengthOf(range[3]) }
}

export const createArtifacts = (api: MlflowApi): Pick<Registry, 'files' | 'open'> => ({
  files: async (version, call) => listFiles(api, await artifactFolder(api, version, call), call),
  open: (file, offset, call) => download(api, file, offset, call),
})
