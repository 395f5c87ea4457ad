/** Tests written in Rego, run as `opa test` runs them. */
import type { PolicySource } from './policy-source.ts'
import type { CompiledRego, RegoRuntime } from './runtime.ts'

/** Outcome of one `test_*` rule. */
export type RegoTestResult = {
  readonly name: string
  readonly passed: boolean
  /** Why it did not pass, when the engine said more than `false` or undefined. */
  readonly message?: string
  readonly micros: number
}

const TEST_RULE = /\.test_\w+$/

function runOne(policy: CompiledRego, name: string): RegoTestResult {
  const start = performance.now()
  const done = (passed: boolean, message?: string): RegoTestResult => {
    const micros = Math.round((performance.now() - start) * 1000)
    return message === undefined ? { name, passed, micros } : { name, passed, message, micros }
  }
  try {
    const value = policy.evaluate(name, undefined)
    return value === true ? done(true) : done(false, `the answer is ${JSON.stringify(value) ?? 'undefined'}`)
  } catch (error) {
    return done(false, error instanceof Error ? error.message : String(error))
  }
}

/** Evaluates every `test_*` rule of a bundle, as `opa test` does; throws REGO_COMPILE_FAILED like `compile`. */
export function runRegoTests(runtime: RegoRuntime, source: PolicySource): readonly RegoTestResult[] {
  const policy = runtime.compile(source)
  try {
    return policy.rules.filter((rule) => TEST_RULE.test(rule)).map((rule) => runOne(policy, rule))
  } finally {
    policy.dispose()
  }
}
