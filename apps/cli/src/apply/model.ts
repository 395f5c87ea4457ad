/** Applies a Model manifest: upload the files, register the version, wait until it is assessed or has failed. */
import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type AnswerTo, ApiError } from '@rampart/client'
import {
  type ArtifactRole,
  formatModelVersionRef,
  type ManifestRegistration,
  type ModelManifest,
  type ModelVersionRef,
  manifestProblems,
  PREDICATE,
  registrationOf,
} from '@rampart/domain'
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'

type Uploaded = { readonly path: string; readonly role: ArtifactRole; readonly digest: string }

const POLL_MS = 300

const registrationFrom = (manifest: Manifest): ManifestRegistration => {
  const problems = manifestProblems(manifest.document)
  if (problems.length > 0) {
    const lines = problems.slice(0, 8).map(({ pointer, message }) => `${pointer}: ${message}`)
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: ${lines.join('; ')}`)
  }
  return registrationOf(manifest.document as ModelManifest)
}

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return `sha256:${hash.digest('hex')}`
}

const localFile = async (manifest: Manifest, path: string): Promise<string> => {
  const local = resolve(manifest.folder, path)
  const found = await stat(local).catch(() => undefined)
  if (found?.isFile() !== true)
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: there is no file ${path} in ${manifest.folder}`)
  return local
}

const isStored = async ({ client, io }: Session, digest: string): Promise<boolean> => {
  try {
    await client.call('HEAD', `/api/v1/artifacts/${digest}`, { signal: io.signal })
    return true
  } catch (error) {
    // An answer to HEAD has no body: who may not ask is told why by the upload.
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) return false
    throw error
  }
}

/** The digest goes first: the server refuses bytes that are not what was hashed here. */
const upload = async (
  session: Session,
  manifest: Manifest,
  path: string,
  role: ArtifactRole,
): Promise<Uploaded> => {
  const local = await localFile(manifest, path)
  const digest = await digestOf(local)
  if (!(await isStored(session, digest))) {
    const blob = await openAsBlob(local)
    session.say(`uploading ${path} (${blob.size} bytes)`)
    await session.client.upload('/api/v1/artifacts', blob, { query: { digest }, signal: session.io.signal })
  }
  return { path, role, digest }
}

type Passport = AnswerTo<'get', '/api/v1/models/{name}/versions/{version}'>

const failureIn = (version: Passport, ref: ModelVersionRef): string | undefined => {
  const failed = version.evidence
    .filter(({ predicateType }) => predicateType === PREDICATE.assessment)
    .map(({ predicate }) => predicate)
    .findLast(
      (predicate) =>
        predicate.model === ref.name && predicate.version === ref.version && predicate.result === 'failed',
    )
  if (failed === undefined) return undefined
  return Array.isArray(failed.reasons) ? failed.reasons.join('; ') : 'no reason given'
}

/** Polls: an apply is rare and short, and a poll needs no right to read all events. */
const waitUntilAssessed = async (
  session: Session,
  ref: ModelVersionRef,
  timeoutMs: number,
): Promise<string> => {
  const { client, io } = session
  for (const deadline = io.now() + timeoutMs; io.now() < deadline; ) {
    const { data } = await client.request('get', '/api/v1/models/{name}/versions/{version}', {
      path: ref,
      signal: io.signal,
    })
    if (data.stage !== 'registered') return data.stage
    const failure = failureIn(data, ref)
    if (failure !== undefined)
      throw cliErrors.CLI_NOT_ASSESSED(`${formatModelVersionRef(ref)} failed its assessment: ${failure}`)
    await wait(POLL_MS, undefined, { signal: io.signal })
  }
  throw cliErrors.CLI_NOT_ASSESSED(
    `${formatModelVersionRef(ref)} is still being assessed after ${timeoutMs / 1000} s`,
    {
      help: `rampart describe model ${formatModelVersionRef(ref)}`,
    },
  )
}

export const applyModel = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const { name, version, files, spec } = registrationFrom(manifest)
  const ref = { name, version }
  if (options.dryRun) {
    for (const file of files) await localFile(manifest, file.path)
    return `model/${formatModelVersionRef(ref)} is valid (nothing was sent)`
  }
  const artifacts: Uploaded[] = []
  for (const { path, role } of files) artifacts.push(await upload(session, manifest, path, role))
  const { status } = await session.client.request('post', '/api/v1/models/{name}/versions', {
    path: { name },
    body: { version, artifacts, spec },
    signal: session.io.signal,
  })
  const outcome = status === 201 ? 'registered' : 'unchanged'
  if (!options.wait) return `model/${formatModelVersionRef(ref)} ${outcome}`
  if (status === 201)
    session.say(`model/${formatModelVersionRef(ref)} registered; waiting for its assessment`)
  const stage = await waitUntilAssessed(session, ref, options.timeoutMs)
  return `model/${formatModelVersionRef(ref)} ${outcome === 'registered' ? stage : `unchanged (${stage})`}`
}
