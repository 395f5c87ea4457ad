/** What a query depends on, found without evaluating it. */
import type { Reference } from './ast.ts'
import { VOLATILE_BUILTINS } from './builtins.ts'
import type { RuleGraph, RuleNode } from './graph.ts'
import { pathKey } from './graph.ts'

/** What a query's answer depends on besides the policy and its data. */
export type QueryReads = {
  /** Paths such as `caller.roles`, none inside another; `all` when the whole input is read. */
  readonly input: readonly string[] | 'all'
  /** True when a reachable rule asks for the time or for randomness. */
  readonly volatile: boolean
}

const RULE_PATH = /^data(\.[A-Za-z_]\w*)+$/

/** The rule path that a query is, if it is nothing else. */
export const queryPath = (query: string): readonly string[] | undefined =>
  RULE_PATH.test(query) ? query.split('.') : undefined

/** Keeps the paths that are not inside another; a part with a dot in it counts as a read of its parent. */
function outermost(paths: readonly (readonly string[])[]): string[] {
  const cut = paths.map((path) => {
    const dotted = path.findIndex((part) => part.includes('.'))
    return dotted < 0 ? path : path.slice(0, dotted)
  })
  const texts = [...new Set(cut.map(pathKey))].sort()
  return texts.filter(
    (text) => !texts.some((other) => other !== text && (other === '' || text.startsWith(`${other}.`))),
  )
}

/**
 * What a query reads, from the rules that it may reach. Conservative: a shadowed name counts as a read, a
 * computed part ends the path, and a query that is not a plain rule path reads everything.
 */
export function readsOf(graph: RuleGraph, query: string): QueryReads {
  const start = queryPath(query)
  if (!start) return { input: 'all', volatile: true }
  const seen = new Set<RuleNode>()
  const queue = [...graph.at(start)]
  const inputs: (readonly string[])[] = []
  let volatile = false
  const follow = (node: RuleNode, reference: Reference) => {
    if (reference.call !== undefined)
      volatile ||= VOLATILE_BUILTINS.has(pathKey([reference.root, ...reference.path]))
    const path = graph.resolve(node, reference)
    if (path?.[0] === 'input') inputs.push(path.slice(1))
    else if (path) queue.push(...graph.at(path))
  }
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    for (const reference of [...node.rule.head, ...node.rule.body]) follow(node, reference)
  }
  const input = outermost(inputs)
  return { input: input.includes('') ? 'all' : input, volatile }
}
