/** Rego evaluation in process: compile a bundle, ask it, know what it reads, run its tests. */
export { BUILTIN_ARITY } from './builtins.ts'
export type { PolicyFault } from './checks.ts'
export { digestOf, stableJson } from './digest.ts'
export { regoErrors } from './errors.ts'
export type { QueryReads } from './input-paths.ts'
export { DEFAULT_REGO_LIMITS, type PolicySource, type RegoLimits } from './policy-source.ts'
export { type CompiledRego, createRegoRuntime, type RegoRuntime } from './runtime.ts'
export { type RegoTestResult, runRegoTests } from './test-runner.ts'
