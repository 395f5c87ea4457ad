/** From source to a loaded, checked instance of the engine. */
import { readModules } from './ast.ts'
import { checkRules, type PolicyFault } from './checks.ts'
import { parseEngineMessage } from './engine-message.ts'
import { regoErrors } from './errors.ts'
import { createRuleGraph, type RuleGraph } from './graph.ts'
import type { EngineInstance } from './instance.ts'
import type { PolicySource, RegoLimits } from './policy-source.ts'

// The engine reads its clock once per this many steps.
const CHECK_INTERVAL = 256

const refuse = (faults: readonly PolicyFault[]) => {
  const [first] = faults
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  const where = first ? `${first.file}:${first.line}:${first.column}: ${first.message}` : 'no reason given'
  return regoErrors.REGO_COMPILE_FAILED(`the policy was refused: ${where}${more}`, { details: faults })
}

/** Refuses a bundle that is empty or larger than the limit, before the engine sees it. */
export function checkSize(source: PolicySource, limits: RegoLimits): void {
  const texts = [...Object.entries(source.files).flat(), JSON.stringify(source.data ?? {})]
  const length = texts.reduce((sum, text) => sum + text.length, 0)
  if (length > limits.maxSourceLength) {
    throw regoErrors.REGO_INPUT_TOO_LARGE(
      `the policy has ${length} characters, the limit is ${limits.maxSourceLength}`,
    )
  }
  if (Object.keys(source.files).length === 0) {
    throw refuse([{ file: '', line: 1, column: 1, message: 'the policy has no file' }])
  }
}

/** Feeds the bundle into a fresh instance; throws REGO_COMPILE_FAILED with the engine's first fault of each file. */
export function load(instance: EngineInstance, source: PolicySource, limits: RegoLimits): void {
  instance.limit(limits.timeoutMs, CHECK_INTERVAL)
  const faults: PolicyFault[] = []
  const files = Object.entries(source.files).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [path, text] of files) {
    const answer = instance.addPolicy(path, text)
    if (answer.status === 'failed') faults.push(parseEngineMessage(answer.message, path))
  }
  if (faults.length > 0) throw refuse(faults)
  const file = files[0]?.[0] ?? ''
  for (const answer of [instance.addData(JSON.stringify(source.data ?? {})), instance.prepare()]) {
    if (answer.status === 'failed') throw refuse([parseEngineMessage(answer.message, file)])
  }
}

/** Checks a loaded bundle as a whole and answers its rule graph. */
export function analyse(instance: EngineInstance, source: PolicySource): RuleGraph {
  const ast = instance.ast()
  const file = Object.keys(source.files).sort()[0] ?? ''
  if (ast.status !== 'value') throw refuse([{ file, line: 1, column: 1, message: 'no syntax tree' }])
  const graph = createRuleGraph(readModules(ast.text))
  const faults = checkRules(graph, { data: source.data, entrypoints: source.entrypoints ?? [], file })
  if (faults.length > 0) throw refuse(faults)
  return graph
}
