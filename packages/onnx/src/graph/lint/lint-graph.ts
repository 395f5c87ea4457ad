/** The lint of a whole model: findings with place and reason, in a fixed order. Never throws for what a model contains. */
import { AppError } from '@rampart/kit/core'
import { buildFlow, DEFAULT_FLOW_LIMITS, type FlowLimits } from '../flow/build-flow.ts'
import { computeFacts } from '../flow/facts.ts'
import type { Flow } from '../flow/flow.ts'
import type { ModelSource } from '../graph-model.ts'
import { findGates } from './gate-rules.ts'
import { findPlain } from './plain-rules.ts'
import { LINT_RULES, type LintRuleId, type LintSeverity, SEVERITY_RANK } from './rules.ts'

export type LintFinding = {
  readonly rule: LintRuleId
  readonly severity: LintSeverity
  readonly message: string
  /** Node, with the branches, loops and functions around it: `If_3/Add_1`; or the name of an input or output. */
  readonly location: string
  /** Nodes that belong to the finding, from the input onwards. */
  readonly nodes: readonly string[]
  readonly reason: string
}

export type GraphLint = {
  readonly schema: 'graph-lint/1'
  /** `suspicious` from severity medium on: a person has to look. */
  readonly verdict: 'clean' | 'suspicious'
  readonly findings: readonly LintFinding[]
  /** Findings that were left out: the worst are kept. */
  readonly omitted: number
  readonly nodes: number
}

export type LintOptions = {
  readonly flow?: FlowLimits
  readonly maxFindings?: number
  readonly maxVisits?: number
}

const MAX_FINDINGS = 100
const MAX_VISITS = 20_000_000
const MAX_TEXT = 200

/** Names come from the file: control and direction characters are taken out, long ones are cut. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\uFFFD').slice(0, MAX_TEXT)

type Raw = Pick<LintFinding, 'rule' | 'message' | 'location' | 'nodes'>

const analyse = (source: ModelSource, flow: Flow, maxVisits: number): readonly Raw[] => {
  const facts = computeFacts(flow, source)
  const { findings, complete } = findGates({ flow, facts, maxVisits })
  const gates = findings.map(({ rule, message, node, path }): Raw => {
    const nodes = path.flatMap((value) => flow.nodes[flow.values[value]?.producer ?? -1]?.location ?? [])
    return { rule, message, location: node.location, nodes: [...nodes, node.location] }
  })
  const limit: readonly Raw[] = complete
    ? []
    : [{ rule: 'lint-limit', message: 'the search for triggers was given up', location: '', nodes: [] }]
  return [...gates, ...findPlain({ model: source.model, source, flow, facts }), ...limit]
}

const withRule = ({ rule, message, location, nodes }: Raw): LintFinding => ({
  rule,
  severity: LINT_RULES[rule].severity,
  message: plain(message),
  location: plain(location),
  nodes: nodes.map(plain),
  reason: LINT_RULES[rule].reason,
})

const order = (a: LintFinding, b: LintFinding): number =>
  SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] ||
  (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0) ||
  (a.location < b.location ? -1 : a.location > b.location ? 1 : 0)

export const lintGraph = (source: ModelSource, options: LintOptions = {}): GraphLint => {
  let raw: readonly Raw[]
  let nodes = 0
  try {
    const flow = buildFlow(source.model, options.flow ?? DEFAULT_FLOW_LIMITS)
    nodes = flow.nodes.length
    raw = analyse(source, flow, options.maxVisits ?? MAX_VISITS)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    raw = [{ rule: 'lint-limit', message: error.message, location: '', nodes: [] }]
  }
  const all = raw.map(withRule).sort(order)
  const findings = all.slice(0, options.maxFindings ?? MAX_FINDINGS)
  const suspicious = findings.some(({ severity }) => SEVERITY_RANK[severity] >= SEVERITY_RANK.medium)
  return {
    schema: 'graph-lint/1',
    verdict: suspicious ? 'suspicious' : 'clean',
    findings,
    omitted: all.length - findings.length,
    nodes,
  }
}
