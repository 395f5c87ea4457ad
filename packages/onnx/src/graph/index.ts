/** ONNX graphs as data: reading, writing, validation, lint and diff. Pure: no runtime, no native code. */

export {
  type DiffOptions,
  type DiffVerdict,
  diffGraphs,
  type FieldChange,
  type GraphDiff,
} from './diff/diff-graph.ts'
export type { ChangedNode, ChangedTensor, NodeChange, TensorChange } from './diff/diff-scope.ts'
export * from './graph-model.ts'
export { type GraphLint, type LintFinding, type LintOptions, lintGraph } from './lint/lint-graph.ts'
export { LINT_RULES, type LintRule, type LintRuleId, type LintSeverity } from './lint/rules.ts'
export { drawGraph, type GraphPicture, nodeLabel, type PictureBox, type PictureOptions } from './picture.ts'
export * from './read-graph.ts'
export { magnitudeOf, smallValues, tensorChunks } from './tensor-values.ts'
export {
  type Validation,
  type ValidationCode,
  type ValidationFinding,
  validateGraph,
} from './validate/validate-graph.ts'
export { modelChunks, writeModel } from './write-graph.ts'
