/**
 * Takes the shipped example models through the same steps a user's model takes: register → assess → sign →
 * approve → deploy, each under policy and by named components. What a person has moved since is left alone.
 */
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  componentPrincipal,
  type Digest,
  formatModelVersionRef,
  type ModelManifest,
  type ModelVersionRef,
  manifestProblems,
  registrationOf,
  type Stage,
} from '@rampart/domain'
import type { Inventory } from '@rampart/inventory'
import { AppError, type Logger } from '@rampart/kit'
import { parse } from 'yaml'

const REGISTRAR = componentPrincipal('example-registrar', ['operator'])
const APPROVER = componentPrincipal('example-approver', ['approver'])
const POLL_MS = 200

export type ExamplesDeps = {
  readonly folder: string
  readonly inventory: Inventory
  readonly logger: Logger
  readonly assessment: (
    ref: ModelVersionRef,
  ) => Promise<{ readonly state: string; readonly note: string | null } | undefined>
}

type Progress = { readonly total: number; readonly done: number; readonly failed: readonly string[] }

/** Reads one example's manifest; a broken one is a fault of the release, not of the user. */
const readManifest = async (folder: string): Promise<ModelManifest> => {
  const document: unknown = parse(await readFile(join(folder, 'model.yaml'), 'utf8'))
  const problems = manifestProblems(document)
  if (problems.length > 0) throw new Error(`${folder}/model.yaml: ${JSON.stringify(problems)}`)
  return document as ModelManifest
}

const register = async (deps: ExamplesDeps, folder: string): Promise<ModelVersionRef> => {
  const { name, version, files, spec } = registrationOf(await readManifest(folder))
  const existing = await find(deps, { name, version })
  if (existing !== undefined) return { name, version }
  const artifacts: { path: string; role: (typeof files)[number]['role']; digest: Digest }[] = []
  for (const { path, role } of files) {
    const { digest } = await deps.inventory.putArtifact(createReadStream(join(folder, path)))
    artifacts.push({ path, role, digest })
  }
  await deps.inventory.register(REGISTRAR, { name, version, artifacts, spec })
  return { name, version }
}

const find = async (deps: ExamplesDeps, ref: ModelVersionRef): Promise<Stage | undefined> => {
  try {
    return (await deps.inventory.get(REGISTRAR.tenant, ref)).stage
  } catch (error) {
    if (error instanceof AppError && error.kind === 'NotFound') return undefined
    throw error
  }
}

/** Waits until assessment has moved the version on, or has said why it will not. */
const assessed = async (deps: ExamplesDeps, ref: ModelVersionRef, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    if ((await find(deps, ref)) !== 'registered') return
    const job = await deps.assessment(ref)
    if (job?.state === 'failed' || job?.state === 'abandoned')
      throw new Error(`${formatModelVersionRef(ref)} was not assessed: ${job.note ?? job.state}`)
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Steps taken by others in between show as an illegal step, which is fine: the next look decides. */
const step = async (deps: ExamplesDeps, ref: ModelVersionRef, signal: AbortSignal): Promise<boolean> => {
  switch (await find(deps, ref)) {
    case 'registered':
      await assessed(deps, ref, signal)
      return true
    case 'assessed':
      await deps.inventory.transition(APPROVER, ref, {
        to: 'approved',
        reason: 'shipped example with a passed assessment',
      })
      return true
    case 'approved':
      await deps.inventory.transition(REGISTRAR, ref, { to: 'deployed', reason: 'shipped example' })
      return true
    default:
      return false
  }
}

const bringUp = async (deps: ExamplesDeps, folder: string, signal: AbortSignal): Promise<void> => {
  const ref = await register(deps, folder)
  while (!signal.aborted && (await step(deps, ref, signal)));
}

/** Runs in the background; `progress` is what readiness looks at. */
export const startExamples = (
  deps: ExamplesDeps,
): { readonly progress: () => Progress; readonly stop: () => Promise<void> } => {
  const abort = new AbortController()
  const state = { total: -1, done: 0, failed: [] as string[] }
  const attempt = async (folder: string): Promise<void> => {
    for (let tries = 1; !abort.signal.aborted; tries += 1) {
      try {
        await bringUp(deps, folder, abort.signal)
        state.done += 1
        return
      } catch (error) {
        const retry = error instanceof AppError && error.retryable
        deps.logger.warn({ err: error, folder, tries }, 'example.failed')
        if (!retry) {
          state.failed.push(folder)
          return
        }
        await delay(Math.min(5_000, 200 * 2 ** tries), undefined, { signal: abort.signal }).catch(
          () => undefined,
        )
      }
    }
  }
  const run = async (): Promise<void> => {
    const entries = await readdir(deps.folder, { withFileTypes: true })
    const folders = entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(deps.folder, entry.name))
      .sort()
    state.total = folders.length
    await Promise.all(folders.map(attempt))
  }
  const running = run().catch((error: unknown) => deps.logger.error({ err: error }, 'examples.failed'))
  return {
    progress: () => ({ ...state }),
    stop: async () => {
      abort.abort()
      await running
    },
  }
}
