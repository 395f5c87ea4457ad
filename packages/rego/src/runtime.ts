/** Compiling bundles and asking them, within limits. */
import { readFile } from 'node:fs/promises'
import { assetPath, isAppError } from '@rampart/kit'
import { analyse, checkSize, load } from './compile.ts'
import { digestOf } from './digest.ts'
import { parseEngineMessage } from './engine-message.ts'
import { regoErrors } from './errors.ts'
import { pathKey, type RuleGraph } from './graph.ts'
import { type QueryReads, readsOf } from './input-paths.ts'
import { createInstance, type EngineAnswer, type EngineInstance } from './instance.ts'
import { runsOnMachine } from './machine.ts'
import { DEFAULT_REGO_LIMITS, type PolicySource, type RegoLimits } from './policy-source.ts'
import type { WasiPorts } from './wasi.ts'
import { webAssembly } from './web-assembly.ts'

/** A bundle ready to be asked. It holds one WebAssembly instance until `dispose`. */
export type CompiledRego = {
  readonly digest: `sha256:${string}`
  /** Absolute paths of all rules, sorted, each once: `data.rampart.authz.decision`. */
  readonly rules: readonly string[]
  /** The answer of `query` (a rule path, or an expression with one answer); undefined when Rego says so. */
  evaluate(query: string, input: unknown): unknown
  /** What the answer of `query` depends on; see `QueryReads`. */
  reads(query: string): QueryReads
  /** Memory of the instance, bytes. */
  memoryBytes(): number
  dispose(): void
}

export type RegoRuntime = { compile(source: PolicySource): CompiledRego }

const WASM = 'packages/rego/wasm/rampart-rego.wasm'
const TIMED_OUT = 'exceeded time limit'

/**
 * Compiles the engine once; `compile` then takes milliseconds. Throws REGO_COMPILE_FAILED for a bundle that
 * could fail for a reason known beforehand.
 */
export async function createRegoRuntime(
  options: { readonly limits?: Partial<RegoLimits>; readonly ports?: WasiPorts } = {},
): Promise<RegoRuntime> {
  const module = await webAssembly.compile(await readFile(assetPath(WASM)))
  const limits = { ...DEFAULT_REGO_LIMITS, ...options.limits }
  const start = (source: PolicySource): EngineInstance =>
    trapped(() => {
      const instance = createInstance(module, options.ports)
      load(instance, source, limits)
      return instance
    })
  return {
    compile: (source) => {
      checkSize(source, limits)
      const { instance, graph } = refusedWhenTrapped(source, () => {
        const instance = start(source)
        return { instance, graph: trapped(() => analyse(instance, source)) }
      })
      return createCompiled({
        instance,
        graph,
        limits,
        digest: digestOf(source),
        restart: () => start(source),
      })
    },
  }
}

/** A trap, an exhausted stack or exhausted memory comes out of WebAssembly as one of these. */
const isTrap = (error: unknown): boolean =>
  error instanceof webAssembly.RuntimeError || error instanceof RangeError

const isEngineDeath = (error: unknown): boolean => isAppError(error) && error.code === 'REGO_ENGINE_DIED'

function trapped<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isTrap(error)) throw regoErrors.REGO_ENGINE_DIED('the policy exhausted the engine', { cause: error })
    throw error
  }
}

/** A policy that exhausts the engine before it is ever asked is refused like any other bad policy. */
function refusedWhenTrapped<T>(source: PolicySource, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isEngineDeath(error)) throw error
    const file = Object.keys(source.files).sort()[0] ?? ''
    const message = 'nested too deeply or too large for the engine'
    throw regoErrors.REGO_COMPILE_FAILED(`the policy was refused: ${message}`, {
      cause: error,
      details: [{ file, line: 1, column: 1, message }],
    })
  }
}

function inputJson(input: unknown, limits: RegoLimits): string {
  let json: string | undefined
  try {
    json = JSON.stringify(input)
  } catch (cause) {
    throw regoErrors.REGO_INPUT_REFUSED('the input is not JSON', { cause })
  }
  if (json === undefined) return ''
  if (json.length > limits.maxInputLength) {
    throw regoErrors.REGO_INPUT_TOO_LARGE(
      `the input has ${json.length} characters, the limit is ${limits.maxInputLength}`,
    )
  }
  return json
}

function answerValue(answer: EngineAnswer): unknown {
  if (answer.status === 'value') return JSON.parse(answer.text)
  if (answer.status === 'undefined') return undefined
  if (answer.message.includes(TIMED_OUT)) throw regoErrors.REGO_TIMED_OUT('the policy took too long')
  const fault = parseEngineMessage(answer.message, 'query')
  throw regoErrors.REGO_EVALUATION_FAILED(`${fault.file}:${fault.line}:${fault.column}: ${fault.message}`, {
    details: [fault],
  })
}

type CompiledDeps = {
  readonly instance: EngineInstance
  readonly graph: RuleGraph
  readonly limits: RegoLimits
  readonly digest: `sha256:${string}`
  readonly restart: () => EngineInstance
}

function createCompiled({ instance, graph, limits, digest, restart }: CompiledDeps): CompiledRego {
  const rules = [...new Set(graph.nodes.map(({ rule }) => pathKey(rule.path)))].sort()
  const values = new Set(
    graph.nodes.flatMap(({ rule }) => (rule.arity === undefined ? [pathKey(rule.path)] : [])),
  )
  const slots = new Map<string, number>()
  const onMachine = runsOnMachine(graph)
  let current: EngineInstance | undefined = instance
  let disposed = false

  const ask = (engine: EngineInstance, query: string, json: string): EngineAnswer => {
    if (!values.has(query)) return engine.evalQuery(query, json)
    const slot = slots.get(query) ?? engine.bind(query, onMachine)
    slots.set(query, slot)
    return engine.evalRule(slot, json)
  }
  const drop = () => {
    current = undefined
    slots.clear()
  }
  return {
    digest,
    rules,
    evaluate: (query, input) => {
      if (disposed) throw regoErrors.REGO_DISPOSED('this policy was disposed')
      const json = inputJson(input, limits)
      current ??= restart()
      const engine = current
      try {
        return answerValue(trapped(() => ask(engine, query, json)))
      } catch (error) {
        // After a trap the instance may hold anything: the next evaluation gets a new one.
        if (isEngineDeath(error)) drop()
        throw error
      } finally {
        if (current && current.memoryBytes() > limits.recycleBytes) drop()
      }
    },
    reads: (query) => readsOf(graph, query),
    memoryBytes: () => current?.memoryBytes() ?? 0,
    dispose: () => {
      disposed = true
      drop()
    },
  }
}
