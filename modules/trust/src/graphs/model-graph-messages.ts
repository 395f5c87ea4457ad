/** What is asked of the graph thread and what it answers. */
import type { GraphDiff, GraphLint, GraphPicture, LintFinding, OpsetImport } from '@rampart/onnx/graph'

/** With `before`: what changed from there to `file`. */
export type GraphQuestion = { readonly file: string; readonly before?: string }

export type GraphView = {
  readonly irVersion: number
  readonly producer: string
  readonly opsets: readonly OpsetImport[]
  readonly lint: GraphLint
  readonly picture: GraphPicture
}

export type GraphAnswer =
  | { readonly kind: 'graph'; readonly view: GraphView }
  | { readonly kind: 'diff'; readonly diff: GraphDiff; readonly picture: GraphPicture }
  | { readonly kind: 'unreadable'; readonly message: string }

/** Rules per node of the top level; a finding inside of a branch or function marks the node around it. */
export const marksOf = (findings: readonly LintFinding[]): ReadonlyMap<string, readonly string[]> => {
  const marks = new Map<string, string[]>()
  for (const { rule, severity, location } of findings) {
    if (severity === 'info') continue
    const name = location.split('/')[0] ?? location
    marks.set(name, [...(marks.get(name) ?? []), rule])
  }
  return marks
}
