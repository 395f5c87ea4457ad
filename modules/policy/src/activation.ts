/** What a pack must pass before it becomes active: it compiles, its tests pass, it does not lock anybody out. */
import { isAppError } from '@rampart/kit'
import {
  type PolicyFault,
  type RegoRuntime,
  type RegoTestResult,
  regoErrors,
  runRegoTests,
} from '@rampart/rego'
import { type CompiledPack, compilePack } from './compiled-pack.ts'
import { policyErrors } from './errors.ts'
import { checkFileNames, type PackFiles, type PackName, toSource } from './pack-files.ts'

export type PackCheck = {
  readonly ok: boolean
  readonly faults: readonly PolicyFault[]
  readonly tests: readonly RegoTestResult[]
}

/** Compiles and tests; faults of the policy are the answer, not an exception. */
export function checkPack(runtime: RegoRuntime, pack: PackName, files: PackFiles): PackCheck {
  checkFileNames(files)
  try {
    // Without its tests the pack must stand alone; with them, the tests are compiled and run.
    compilePack(runtime, { pack, files, version: 0, epoch: 0 })
    const tests = runRegoTests(runtime, toSource(pack, files, { tests: true }))
    return { ok: tests.every((one) => one.passed), faults: [], tests }
  } catch (error) {
    if (!isAppError(error) || error.code !== 'REGO_COMPILE_FAILED') throw error
    return { ok: false, faults: error.details as PolicyFault[], tests: [] }
  }
}

/** Names of the actions that an authz pack rules. */
export function ruledActions(pack: CompiledPack): ReadonlySet<string> {
  const actions = pack.query('data.rampart.authz.actions', {})
  return new Set(typeof actions === 'object' && actions !== null ? Object.keys(actions) : [])
}

/** Throws POLICY_ACTION_WITHOUT_RULE when one of the API's actions has no rule. */
export function requireRules(pack: CompiledPack, actions: Iterable<string>): void {
  const ruled = ruledActions(pack)
  const missing = [...actions].filter((action) => !ruled.has(action))
  if (missing.length === 0) return
  throw policyErrors.POLICY_ACTION_WITHOUT_RULE(
    `No rule of the authorisation pack names ${missing.join(', ')}.`,
    {
      details: { actions: missing },
    },
  )
}

function requireWayBack(pack: CompiledPack): void {
  const principal = { kind: 'user', id: 'any-admin', roles: ['admin'], tenant: 'default' }
  for (const action of ['policy:read', 'policy:write']) {
    for (const mode of ['development', 'production']) {
      const { allow, reasons } = pack.evaluate({ principal, action, mode, via: 'token' })
      if (allow) continue
      throw policyErrors.POLICY_LOCKS_OUT(
        `An administrator could no longer ${action}: ${reasons.join('; ')}.`,
      )
    }
  }
}

/** Throws why the pack may not become active; answers how many tests passed. */
export function requireActivatable(
  runtime: RegoRuntime,
  pack: PackName,
  files: PackFiles,
  requiredActions: Iterable<string>,
): { readonly testsPassed: number } {
  const { faults, tests } = checkPack(runtime, pack, files)
  const [fault] = faults
  if (fault) {
    const where = `${fault.file}:${fault.line}:${fault.column}`
    throw regoErrors.REGO_COMPILE_FAILED(`the policy was refused: ${where}: ${fault.message}`, {
      details: faults,
    })
  }
  const failed = tests.filter((one) => !one.passed)
  if (failed.length > 0) {
    const [first] = failed
    throw policyErrors.POLICY_TESTS_FAILED(
      `${failed.length} of ${tests.length} tests of ${pack} failed, the first is ${first?.name}: ${first?.message ?? 'no reason given'}.`,
      { details: failed },
    )
  }
  if (pack === 'authz') {
    const candidate = compilePack(runtime, { pack, files, version: 0, epoch: 0 })
    requireWayBack(candidate)
    requireRules(candidate, requiredActions)
  }
  return { testsPassed: tests.length }
}
