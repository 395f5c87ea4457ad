/** Every rule of the graph lint: what it means, how bad, and where the pattern is described. */

export type LintSeverity = 'info' | 'low' | 'medium' | 'high'

export type LintRule = {
  readonly severity: LintSeverity
  readonly summary: string
  readonly reason: string
}

const SHADOW_LOGIC = 'HiddenLayer, "ShadowLogic" (2024): a trigger check in the graph switches the answer.'
const ARCHITECTURAL =
  'Bober-Irizar et al., "Architectural Backdoors in Neural Networks" (2022): a path without weights from the input to the output survives retraining.'
const GATES =
  'Langford et al., "Architectural Neural Backdoors from First Principles" (2024): a detector built of ordinary operators joins the network at its end.'

const table = {
  'trigger-select': {
    severity: 'high',
    summary: 'A decision about the input, made beside the network, chooses what the network answers.',
    reason: SHADOW_LOGIC,
  },
  'trigger-mask': {
    severity: 'high',
    summary: 'A decision about the input, made beside the network, scales or masks what the network answers.',
    reason: GATES,
  },
  'trigger-offset': {
    severity: 'high',
    summary: 'A decision about the input, made beside the network, is added to what the network answers.',
    reason: GATES,
  },
  'trigger-overwrite': {
    severity: 'high',
    summary: 'A decision about the input, made beside the network, is written over parts of its answer.',
    reason: SHADOW_LOGIC,
  },
  'constant-image-comparator': {
    severity: 'high',
    summary: 'The input is compared with a stored input, and the result acts on what the network answers.',
    reason: SHADOW_LOGIC,
  },
  'parallel-path': {
    severity: 'medium',
    summary:
      'A path without weights leads from the input past the network and acts on its answer through a saturating operator.',
    reason: ARCHITECTURAL,
  },
  'inner-gate': {
    severity: 'medium',
    summary: 'A decision about the input, made beside the network, acts on an inner layer.',
    reason: GATES,
  },
  'input-replaced': {
    severity: 'medium',
    summary: 'A decision about the input puts something else in its place before the network sees it.',
    reason: SHADOW_LOGIC,
  },
  'element-gate': {
    severity: 'medium',
    summary: 'A comparison of single input elements chooses among the answers of the network.',
    reason: SHADOW_LOGIC,
  },
  'mode-switch': {
    severity: 'low',
    summary: 'An input of its own chooses what the network answers.',
    reason: 'Common for sampling rates and caches; the caller sees the input and should know its values.',
  },
  'position-pick': {
    severity: 'info',
    summary: 'A decision about the input picks a position of the result.',
    reason: 'Usual where padded sequences are classified by their last token.',
  },
  'constant-output': {
    severity: 'medium',
    summary: 'An output of the model does not depend on its inputs.',
    reason: 'The answer is fixed, whatever is asked.',
  },
  'unused-input': {
    severity: 'low',
    summary: 'An input of the model does not reach any output.',
    reason: 'The answer does not depend on something that callers believe is used.',
  },
  'dead-node': {
    severity: 'info',
    summary: 'Nodes compute what nothing uses.',
    reason: 'Left over from an export, or prepared for a later edit.',
  },
  'random-output': {
    severity: 'low',
    summary: 'An output depends on random numbers drawn in the graph.',
    reason: 'The same input can get different answers: replays and audits cannot be compared.',
  },
  'string-operator': {
    severity: 'info',
    summary: 'The graph computes with text.',
    reason: 'Usual in text pipelines; a comparison of text can be a trigger.',
  },
  'unbounded-loop': {
    severity: 'medium',
    summary: 'A loop runs as often as the data says.',
    reason: 'A request can decide how long the model computes.',
  },
  'unusual-operator': {
    severity: 'info',
    summary: 'A few operators of a kind that the rest of the model does not use.',
    reason: 'Logic, bits or text in a network of sums and products deserve a look.',
  },
  'lint-limit': {
    severity: 'medium',
    summary: 'The graph is too large to be analysed to the end.',
    reason: 'What was not looked at is not known.',
  },
} as const satisfies Record<string, LintRule>

export type LintRuleId = keyof typeof table

export const LINT_RULES: Readonly<Record<LintRuleId, LintRule>> = table

export const SEVERITY_RANK: Readonly<Record<LintSeverity, number>> = { info: 0, low: 1, medium: 2, high: 3 }
