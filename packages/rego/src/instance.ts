/** The engine's C ABI (crate/src/lib.rs) as typed calls with strings. */
import { type WasiPorts, wasiImports } from './wasi.ts'
import { type WasmMemory, type WasmModule, webAssembly } from './web-assembly.ts'

type EngineExports = {
  readonly memory: WasmMemory
  readonly rego_alloc: (length: number) => number
  readonly rego_free: (pointer: number, length: number) => void
  readonly rego_output_ptr: () => number
  readonly rego_output_len: () => number
  readonly rego_limit: (timeoutMs: number, checkInterval: number) => void
  readonly rego_add_policy: (path: number, pathLen: number, source: number, sourceLen: number) => number
  readonly rego_add_data: (json: number, length: number) => number
  readonly rego_prepare: () => number
  readonly rego_ast: () => number
  readonly rego_bind: (path: number, length: number, onMachine: number) => number
  readonly rego_eval_rule: (slot: number, input: number, inputLen: number) => number
  readonly rego_eval_query: (query: number, queryLen: number, input: number, inputLen: number) => number
}

/** What a call of the engine answered; `message` is the engine's own text, with file, line and column in it. */
export type EngineAnswer =
  | { readonly status: 'value'; readonly text: string }
  | { readonly status: 'undefined' }
  | { readonly status: 'failed'; readonly message: string }

/** One WebAssembly instance: one set of policies. After any call threw (a trap), the instance must be dropped. */
export type EngineInstance = {
  limit(timeoutMs: number, checkInterval: number): void
  addPolicy(path: string, source: string): EngineAnswer
  addData(json: string): EngineAnswer
  prepare(): EngineAnswer
  ast(): EngineAnswer
  /** The slot of a rule; `onMachine` says that its bundle may run as a program, see machine.ts. */
  bind(rulePath: string, onMachine: boolean): number
  evalRule(slot: number, inputJson: string): EngineAnswer
  evalQuery(query: string, inputJson: string): EngineAnswer
  memoryBytes(): number
}

const STATUS = ['value', 'failed', 'undefined'] as const
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Starts one instance of the compiled engine. Strings cross as UTF-8 through a buffer that grows when needed. */
export function createInstance(module: WasmModule, ports?: WasiPorts): EngineInstance {
  const engine: EngineExports = new webAssembly.Instance(module, {
    wasi_snapshot_preview1: wasiImports(() => engine.memory, ports),
  }).exports as unknown as EngineExports
  const buffer = { pointer: engine.rego_alloc(4096), capacity: 4096 }

  const reserve = (bytes: number) => {
    if (bytes <= buffer.capacity) return
    engine.rego_free(buffer.pointer, buffer.capacity)
    buffer.capacity = bytes
    buffer.pointer = engine.rego_alloc(bytes)
    if (buffer.pointer === 0) throw new RangeError('the policy engine is out of memory')
  }
  /** Writes the strings one behind the other; a UTF-16 unit takes at most three bytes. Answers their places. */
  const write = (...texts: readonly string[]): readonly { at: number; length: number }[] => {
    reserve(texts.reduce((sum, text) => sum + text.length * 3, 0))
    const target = new Uint8Array(engine.memory.buffer, buffer.pointer, buffer.capacity)
    let offset = 0
    return texts.map((text) => {
      const { written } = encoder.encodeInto(text, target.subarray(offset))
      const place = { at: buffer.pointer + offset, length: written }
      offset += written
      return place
    })
  }
  const output = () =>
    decoder.decode(new Uint8Array(engine.memory.buffer, engine.rego_output_ptr(), engine.rego_output_len()))
  const answer = (code: number): EngineAnswer => {
    const status = STATUS[code]
    if (status === 'value') return { status, text: output() }
    if (status === 'undefined') return { status }
    return { status: 'failed', message: output() }
  }
  const one = (call: (at: number, length: number) => number, text: string) => {
    const [place] = write(text)
    return place ? call(place.at, place.length) : -1
  }
  const two = (call: (a: number, aLen: number, b: number, bLen: number) => number, a: string, b: string) => {
    const [first, second] = write(a, b)
    return first && second ? call(first.at, first.length, second.at, second.length) : -1
  }
  return {
    limit: engine.rego_limit,
    addPolicy: (path, source) => answer(two(engine.rego_add_policy, path, source)),
    addData: (json) => answer(one(engine.rego_add_data, json)),
    prepare: () => answer(engine.rego_prepare()),
    ast: () => answer(engine.rego_ast()),
    bind: (rulePath, onMachine) =>
      one((at, length) => engine.rego_bind(at, length, onMachine ? 1 : 0), rulePath),
    evalRule: (slot, json) => answer(one((at, length) => engine.rego_eval_rule(slot, at, length), json)),
    evalQuery: (query, json) => answer(two(engine.rego_eval_query, query, json)),
    memoryBytes: () => engine.memory.buffer.byteLength,
  }
}
