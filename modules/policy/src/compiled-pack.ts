/** A pack ready to decide: immutable, so that a holder keeps a consistent policy while a new one is swapped in. */
import type { DecisionResult } from '@rampart/domain'
import type { RegoRuntime } from '@rampart/rego'
import { brokenDecision, toDecisionResult } from './decision-result.ts'
import { decisionQuery, type PackFiles, type PackName, packDigest, toSource } from './pack-files.ts'
import { type Validity, validityOf } from './validity.ts'

export interface CompiledPack {
  readonly pack: PackName
  readonly version: number
  readonly digest: `sha256:${string}`
  /** Grows with every swap of any pack in this process: part of a cache's key. */
  readonly epoch: number
  /** Paths of the input that decide the answer, such as `caller.roles`; `all` when that cannot be told. */
  readonly inputPaths: readonly string[] | 'all'
  /** True when equal inputs may get different answers, because the policy asks for the time: do not cache. */
  readonly volatile: boolean
  /** When it may decide; empty = always. */
  readonly validity: Validity
  /** Never throws: a policy that breaks denies. */
  evaluate(input: unknown): DecisionResult
  /** Any other rule of the pack; throws what the engine throws. */
  query(rule: string, input: unknown): unknown
}

export type CompileRequest = {
  readonly pack: PackName
  readonly files: PackFiles
  readonly version: number
  readonly epoch: number
  readonly onFault?: (error: unknown) => void
}

/** Throws REGO_COMPILE_FAILED. The engine's instance is freed with the last reference to the pack. */
export function compilePack(runtime: RegoRuntime, request: CompileRequest): CompiledPack {
  const { pack, files, version, epoch, onFault } = request
  const query = decisionQuery(pack)
  const source = toSource(pack, files, { tests: false })
  const validity = validityOf(pack, source.data ?? {})
  const compiled = runtime.compile(source)
  const { input, volatile } = compiled.reads(query)
  return {
    pack,
    version,
    digest: packDigest(files),
    epoch,
    inputPaths: input,
    volatile,
    validity,
    evaluate: (question) => {
      try {
        return toDecisionResult(compiled.evaluate(query, question))
      } catch (error) {
        onFault?.(error)
        return brokenDecision(error)
      }
    },
    query: (rule, question) => compiled.evaluate(rule, question),
  }
}
