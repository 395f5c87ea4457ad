/** Graphs of registered ONNX models and what changed between versions: computed on request in a thread, kept by digest. */
import { Worker } from 'node:worker_threads'
import type { Digest, ModelVersion, ModelVersionRef } from '@rampart/domain'
import { resolveWorker } from '@rampart/kit'
import { trustErrors } from '../errors.ts'
import type { GraphAnswer, GraphQuestion } from './model-graph-messages.ts'

export type ModelGraphDeps = {
  readonly versions: {
    get(tenant: string, ref: ModelVersionRef): Promise<ModelVersion>
    artifactPath(digest: Digest): Promise<string>
  }
  /** Version that answers by default on the model's route: the approved parent of a new one. */
  readonly defaultVersion: (tenant: string, name: string) => string | undefined
  readonly timeoutMs?: number
  readonly heapMib?: number
}

export type Answered<K extends GraphAnswer['kind']> = Extract<GraphAnswer, { kind: K }>

const TIMEOUT_MS = 60_000
const HEAP_MIB = 768
const KEPT = 64
const MAX_RUNNING = 2

export const createModelGraphs = (deps: ModelGraphDeps) => {
  const { versions, timeoutMs = TIMEOUT_MS, heapMib = HEAP_MIB } = deps
  const kept = new Map<string, Promise<GraphAnswer>>()
  let running = 0

  const run = async (question: GraphQuestion): Promise<GraphAnswer> => {
    if (running >= MAX_RUNNING) throw trustErrors.TRUST_GRAPH_BUSY('other graphs are being read')
    running += 1
    const worker = new Worker(resolveWorker(import.meta.url, './model-graph-worker.ts'), {
      workerData: question,
      resourceLimits: { maxOldGenerationSizeMb: heapMib },
    })
    const { promise, resolve } = Promise.withResolvers<GraphAnswer>()
    const end = (message: string): void => resolve({ kind: 'unreadable', message })
    const timer = setTimeout(() => end(`reading took longer than ${timeoutMs} ms`), timeoutMs)
    worker.once('message', resolve)
    worker.once('error', (error) => end(`reading ended early: ${error.message}`))
    worker.once('exit', () => end('reading ended early'))
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      running -= 1
      await worker.terminate()
    }
  }

  /** The same bytes have the same graph: answers are kept by digest, failures are not. */
  const ask = async (key: string, question: () => Promise<GraphQuestion>): Promise<GraphAnswer> => {
    const found = kept.get(key)
    if (found !== undefined) return found
    const answer = question().then(run)
    kept.set(key, answer)
    const oldest = kept.keys().next().value
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
    // What took too long on a busy machine may be read the next time.
    answer.then(
      ({ kind }) => kind === 'unreadable' && kept.delete(key),
      () => kept.delete(key),
    )
    return answer
  }

  const modelOf = (version: ModelVersion) => {
    const model = version.artifacts.find(({ role }) => role === 'model')
    if (model === undefined) throw trustErrors.TRUST_GRAPH_UNREADABLE('the version has no model artifact')
    return model
  }

  const readable = <K extends 'graph' | 'diff'>(answer: GraphAnswer, kind: K): Answered<K> => {
    if (answer.kind === kind) return answer as Answered<K>
    const why = answer.kind === 'unreadable' ? answer.message : 'another answer came back'
    throw trustErrors.TRUST_GRAPH_UNREADABLE(why)
  }

  const parentOf = (
    tenant: string,
    { name, version }: ModelVersionRef,
    against: string | undefined,
  ): string => {
    const parent = against ?? deps.defaultVersion(tenant, name)
    if (parent === undefined || (against === undefined && parent === version))
      throw trustErrors.TRUST_GRAPH_NO_PARENT('no other version of the model is served by default')
    return parent
  }

  return {
    /** Throws TRUST_GRAPH_UNREADABLE for anything but an ONNX graph, and what the version source throws. */
    graph: async (tenant: string, ref: ModelVersionRef) => {
      const { digest } = modelOf(await versions.get(tenant, ref))
      const answer = await ask(digest, async () => ({ file: await versions.artifactPath(digest) }))
      return { digest, ...readable(answer, 'graph').view }
    },
    /** Against the version named, else the one served by default. Throws TRUST_GRAPH_NO_PARENT too. */
    diff: async (tenant: string, ref: ModelVersionRef, against: string | undefined) => {
      const parent = parentOf(tenant, ref, against)
      const after = modelOf(await versions.get(tenant, ref)).digest
      const before = modelOf(await versions.get(tenant, { name: ref.name, version: parent })).digest
      const answer = await ask(`${before} ${after}`, async () => ({
        file: await versions.artifactPath(after),
        before: await versions.artifactPath(before),
      }))
      const { diff, picture } = readable(answer, 'diff')
      return { against: parent, digest: after, againstDigest: before, diff, picture }
    },
  }
}
