/** Error codes of Rego evaluation. */
import { defineErrors } from '@rampart/kit'

/** Errors of this package; `details` of a refused policy is a list of `{ file, line, column, message }`. */
export const regoErrors = defineErrors({
  REGO_COMPILE_FAILED: {
    kind: 'InvalidInput',
    summary: 'A policy was refused: syntax, an unknown function, a recursive rule, data over a rule.',
    help: 'The details name file, line and column of each fault.',
  },
  REGO_INPUT_REFUSED: {
    kind: 'InvalidInput',
    summary: 'The input of an evaluation cannot be written as JSON.',
  },
  REGO_INPUT_TOO_LARGE: {
    kind: 'PayloadTooLarge',
    summary: 'The input of an evaluation, or the policy itself, is larger than the limit.',
  },
  REGO_EVALUATION_FAILED: {
    kind: 'InvalidInput',
    summary: 'The policy has no single answer for this input, for example two values for one rule.',
  },
  REGO_TIMED_OUT: {
    kind: 'DeadlineExceeded',
    summary: 'The evaluation used up its time and was stopped.',
  },
  REGO_ENGINE_DIED: {
    kind: 'Unavailable',
    summary: 'The engine ran out of memory or stack; it was replaced and the next evaluation starts afresh.',
  },
  REGO_DISPOSED: {
    kind: 'Internal',
    summary: 'A compiled policy was used after it had been disposed.',
  },
})
