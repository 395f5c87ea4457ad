/** Which rule refers to which: the base of recursion checks and of `reads`. */
import type { Module, Reference, Rule } from './ast.ts'

/** A rule together with the module whose names it sees. */
export type RuleNode = { readonly rule: Rule; readonly module: Module }

/** Rules of a bundle and how references find them. */
export type RuleGraph = {
  readonly nodes: readonly RuleNode[]
  /** The absolute path (`data.…` or `input.…`) that a reference means; undefined for a local name. */
  resolve(node: RuleNode, reference: Reference): readonly string[] | undefined
  /** Rules that evaluating `path` may evaluate: those at it, above it and below it. */
  at(path: readonly string[]): readonly RuleNode[]
}

const overlaps = (a: readonly string[], b: readonly string[]): boolean => {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return false
  return true
}

export const pathKey = (path: readonly string[]): string => path.join('.')

/** Builds the graph. `resolve` ignores shadowing on purpose: a name may be read as more than it is, never less. */
export function createRuleGraph(modules: readonly Module[]): RuleGraph {
  const nodes = modules.flatMap((module) => module.rules.map((rule) => ({ rule, module })))
  const names = new Map<string, Set<string>>()
  for (const { rule, module } of nodes) {
    const key = pathKey(module.package)
    const own = names.get(key) ?? new Set<string>()
    own.add(rule.path[module.package.length] ?? '')
    names.set(key, own)
  }
  const found = new Map<string, readonly RuleNode[]>()
  return {
    nodes,
    resolve: ({ module }, { root, path }) => {
      if (root === 'data' || root === 'input') return [root, ...path]
      const imported = module.imports.get(root)
      if (imported) return [...imported, ...path]
      return names.get(pathKey(module.package))?.has(root) ? [...module.package, root, ...path] : undefined
    },
    at: (path) => {
      const key = JSON.stringify(path)
      const known = found.get(key) ?? nodes.filter(({ rule }) => overlaps(rule.path, path))
      found.set(key, known)
      return known
    },
  }
}
