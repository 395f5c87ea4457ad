/** Which bundles the engine's virtual machine may run. */
import { pathKey, type RuleGraph } from './graph.ts'

/**
 * The machine calls a rule undefined when its definitions disagree, where Rego says that the evaluation fails; a `not`
 * before such a rule would then turn a broken policy into a permission. So it runs bundles only in which no rule can
 * disagree with itself: each has one definition whose value no iteration can change, or several with one fixed value.
 */
export function runsOnMachine(graph: RuleGraph): boolean {
  const groups = Map.groupBy(
    graph.nodes.filter(({ rule }) => rule.outcome.kind !== 'default'),
    ({ rule }) => pathKey(rule.path),
  )
  const paths = [...groups.keys()].sort()
  if (paths.some((path, index) => paths[index + 1]?.startsWith(`${path}.`) === true)) return false
  return [...groups.values()].every((nodes) => {
    const [first, ...others] = nodes.map(({ rule }) => rule.outcome)
    if (first === undefined || first.kind === 'open') return false
    if (others.length === 0) return true
    if (first.kind === 'derived') return false
    return others.every(
      (other) =>
        other.kind === first.kind &&
        (other.kind !== 'fixed' || first.kind !== 'fixed' || other.value === first.value),
    )
  })
}
