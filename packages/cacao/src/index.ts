/** CACAO v2.0 security playbooks: reading and rules, signatures, conditions, and a pure interpreter. */
export { cacaoErrors } from './errors.ts'
export {
  advance,
  complete,
  type Dispatch,
  INTERPRETER,
  LIMITS,
  type Outcome,
  type PlaybookState,
  startPlaybook,
  type Thread,
} from './interpreter.ts'
export { playbookFaults, readPlaybook } from './read-playbook.ts'
export { branchesOf, type Fault, successorsOf } from './rules.ts'
export type { AgentTarget, Command, Playbook, PlaybookSignature, Step, StepType, Variable } from './schema.ts'
export {
  requireSignature,
  type SignatureFacts,
  signPlaybook,
  type VerifiedSignature,
  verifiedSignatures,
} from './signature.ts'
export type { Values } from './variables.ts'
