/** Faults of a bundle that the engine itself would find only while evaluating. */
import type { Place, Reference } from './ast.ts'
import { BUILTIN_ARITY } from './builtins.ts'
import type { RuleGraph, RuleNode } from './graph.ts'
import { pathKey } from './graph.ts'

/** One thing that keeps a policy from being accepted. */
export type PolicyFault = Place & { readonly message: string }

const WHOLE_FILE = (file: string): Place => ({ file, line: 1, column: 1 })
const VARIADIC = new Set(['print'])

const faultAt = (at: Place, message: string): PolicyFault => ({ ...at, message })

const named = (count: number): string => (count === 1 ? '1 argument' : `${count} arguments`)

/** A call may name one argument more than declared: the place for the answer. */
const arityFault = (reference: Reference, name: string, arity: number): PolicyFault[] =>
  reference.call === arity || reference.call === arity + 1
    ? []
    : [faultAt(reference.at, `${name} takes ${named(arity)}, not ${reference.call ?? 0}`)]

function checkCall(graph: RuleGraph, node: RuleNode, reference: Reference): PolicyFault[] {
  const name = pathKey([reference.root, ...reference.path])
  const path = graph.resolve(node, reference)
  const target = path && pathKey(path)
  const functions = graph.nodes.filter(
    ({ rule }) => rule.arity !== undefined && pathKey(rule.path) === target,
  )
  const declared = functions[0]?.rule.arity
  if (declared !== undefined) return arityFault(reference, name, declared)
  if (VARIADIC.has(name)) return []
  const builtin = Object.hasOwn(BUILTIN_ARITY, name) ? BUILTIN_ARITY[name] : undefined
  if (builtin !== undefined) return arityFault(reference, name, builtin)
  return [faultAt(reference.at, `unknown function ${name}: neither a built-in nor a function of this bundle`)]
}

/** Names in a rule head that nothing defines; the engine looks only into bodies. */
function checkHead(graph: RuleGraph, node: RuleNode): PolicyFault[] {
  return node.rule.head
    .filter(
      (reference) =>
        reference.call === undefined &&
        !node.rule.bound.has(reference.root) &&
        !graph.resolve(node, reference),
    )
    .map((reference) => faultAt(reference.at, `nothing defines ${reference.root}`))
}

function checkRecursion(graph: RuleGraph): PolicyFault[] {
  const state = new Map<string, 'open' | 'done'>()
  const faults: PolicyFault[] = []
  const byPath = Map.groupBy(graph.nodes, ({ rule }) => pathKey(rule.path))
  const visit = (key: string, trail: readonly string[]) => {
    if (state.get(key) === 'done') return
    const first = byPath.get(key)?.[0]
    if (state.get(key) === 'open') {
      const circle = [...trail.slice(trail.indexOf(key)), key].join(' → ')
      if (first) faults.push(faultAt(first.rule.at, `recursive rule: ${circle}`))
      return
    }
    state.set(key, 'open')
    for (const next of successors(graph, byPath.get(key) ?? [])) visit(next, [...trail, key])
    state.set(key, 'done')
  }
  for (const key of byPath.keys()) visit(key, [])
  return faults
}

function successors(graph: RuleGraph, nodes: readonly RuleNode[]): Set<string> {
  const keys = new Set<string>()
  for (const node of nodes) {
    for (const reference of [...node.rule.head, ...node.rule.body]) {
      if (node.rule.locals.has(reference.root)) continue
      const path = graph.resolve(node, reference)
      if (path?.[0] === 'data') for (const { rule } of graph.at(path)) keys.add(pathKey(rule.path))
    }
  }
  return keys
}

/** The engine plans a function's definitions per file: called, those of two files fail or find their parameters unbound. */
function checkFunctionFiles(graph: RuleGraph): PolicyFault[] {
  const functions = graph.nodes.filter(({ rule }) => rule.arity !== undefined)
  const firsts = new Map<string, string>()
  return functions.flatMap(({ rule }) => {
    const key = pathKey(rule.path)
    const first = firsts.get(key) ?? rule.at.file
    firsts.set(key, first)
    if (first === rule.at.file) return []
    return [
      faultAt(
        rule.at,
        `the function ${key} is defined in ${first} too; all its definitions belong in one file`,
      ),
    ]
  })
}

/** Data at or above a rule's path would silently win over the rule. */
function checkData(graph: RuleGraph, data: unknown): PolicyFault[] {
  const reported = new Set<string>()
  return graph.nodes.flatMap(({ rule }) => {
    const key = pathKey(rule.path)
    let value = data
    for (const part of rule.path.slice(1)) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) break
      value = Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : undefined
    }
    if (value === undefined || reported.has(key)) return []
    reported.add(key)
    return [faultAt(rule.at, `the data document defines ${key} too`)]
  })
}

function checkEntrypoints(graph: RuleGraph, entrypoints: readonly string[], file: string): PolicyFault[] {
  const known = new Set(graph.nodes.map(({ rule }) => pathKey(rule.path)))
  return entrypoints
    .filter((entrypoint) => !known.has(entrypoint))
    .map((entrypoint) => faultAt(WHOLE_FILE(file), `no rule defines ${entrypoint}`))
}

/**
 * What the engine would find only while evaluating, found when the policy is written: unknown functions,
 * wrong numbers of arguments, undefined names in heads, recursion, functions in two files, data over rules, missing entry points.
 */
export function checkRules(
  graph: RuleGraph,
  options: { readonly data: unknown; readonly entrypoints: readonly string[]; readonly file: string },
): PolicyFault[] {
  const perRule = graph.nodes.flatMap((node) => [
    ...[...node.rule.head, ...node.rule.body].flatMap((reference) =>
      reference.call === undefined ? [] : checkCall(graph, node, reference),
    ),
    ...checkHead(graph, node),
  ])
  return [
    ...perRule,
    ...checkRecursion(graph),
    ...checkFunctionFiles(graph),
    ...checkData(graph, options.data),
    ...checkEntrypoints(graph, options.entrypoints, options.file),
  ]
}
