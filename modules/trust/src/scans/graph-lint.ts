/** The graph lint of an ONNX file in a thread with a deadline; whatever ends it early makes the graph suspicious, not clean. */
import { Worker } from 'node:worker_threads'
import { resolveWorker } from '@rampart/kit'
import type { GraphLint } from '@rampart/onnx/graph'
import type { ArtifactLint } from './scans.ts'

export type GraphLintOptions = { readonly timeoutMs?: number; readonly heapMib?: number }

const TIMEOUT_MS = 120_000
const HEAP_MIB = 768
/** Severities from which on a person has to look. */
const SUSPICIOUS: ReadonlySet<string> = new Set(['medium', 'high'])

type Said = GraphLint | { readonly unreadable: string }

const ended = (message: string): Readonly<Record<string, unknown>> => ({
  result: 'suspicious',
  rules: ['lint-limit'],
  findings: [{ rule: 'lint-limit', severity: 'medium', message, location: '', nodes: [], reason: '' }],
  omitted: 0,
  nodes: 0,
})

const predicateOf = (said: Said): Readonly<Record<string, unknown>> => {
  if ('unreadable' in said) return ended(`the graph cannot be read: ${said.unreadable}`)
  const { verdict, findings, omitted, nodes } = said
  const rules = findings.filter(({ severity }) => SUSPICIOUS.has(severity)).map(({ rule }) => rule)
  return { result: verdict, rules: [...new Set(rules)].sort(), findings, omitted, nodes }
}

export const createGraphLint = ({
  timeoutMs = TIMEOUT_MS,
  heapMib = HEAP_MIB,
}: GraphLintOptions = {}): ArtifactLint => ({
  lint: async (file, format) => {
    if (format !== 'onnx') return undefined
    const worker = new Worker(resolveWorker(import.meta.url, './graph-lint-worker.ts'), {
      workerData: { file },
      resourceLimits: { maxOldGenerationSizeMb: heapMib },
    })
    const { promise, resolve } = Promise.withResolvers<Readonly<Record<string, unknown>>>()
    const timer = setTimeout(() => resolve(ended(`it took longer than ${timeoutMs} ms`)), timeoutMs)
    worker.once('message', (said: Said) => resolve(predicateOf(said)))
    worker.once('error', (error) => resolve(ended(`it ended early: ${error.message}`)))
    worker.once('exit', () => resolve(ended('it ended early')))
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      await worker.terminate()
    }
  },
})
