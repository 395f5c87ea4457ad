/** Reads a playbook from JSON or YAML and says everything that is wrong with it. */
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { parseDocument } from 'yaml'
import { cacaoErrors } from './errors.ts'
import { type Fault, ruleFaults } from './rules.ts'
import { type Playbook, PlaybookSchema, STEP_TYPES, type StepType, stepSchemas } from './schema.ts'

const MAX_CHARACTERS = 1024 * 1024
const MAX_FAULTS = 100

const faultsOf = (schema: TSchema, value: unknown, pointer: string): Fault[] =>
  [...Value.Errors(schema, value)].map(({ instancePath, message }) => ({
    pointer: `${pointer}${instancePath}` || '/',
    message,
  }))

const isStepType = (type: unknown): type is StepType => STEP_TYPES.some((known) => known === type)

const stepFaults = (id: string, step: unknown): Fault[] => {
  const pointer = `/workflow/${id}`
  const type = (step as { readonly type?: unknown } | null)?.type
  if (!isStepType(type)) return [{ pointer, message: `its type is none of ${STEP_TYPES.join(', ')}` }]
  return faultsOf(stepSchemas[type], step, pointer)
}

/** Everything wrong with a parsed document; empty when it is a playbook that can be run. */
export const playbookFaults = (document: unknown): readonly Fault[] => {
  const shape = faultsOf(PlaybookSchema, document, '')
  if (shape.length > 0) return shape.slice(0, MAX_FAULTS)
  const { workflow } = document as { readonly workflow: Readonly<Record<string, unknown>> }
  const steps = Object.entries(workflow).flatMap(([id, step]) => stepFaults(id, step))
  return (steps.length > 0 ? steps : ruleFaults(document as Playbook)).slice(0, MAX_FAULTS)
}

const invalid = (message: string, faults: readonly Fault[]) =>
  cacaoErrors.CACAO_INVALID(message, { details: { faults } })

const parse = (text: string): unknown => {
  // YAML 1.2 holds JSON; keys twice are refused, and no alias may multiply what was written.
  const document = parseDocument(text, { uniqueKeys: true, merge: false, schema: 'core' })
  const [fault] = document.errors
  if (fault !== undefined)
    throw invalid('The text is neither JSON nor YAML.', [
      { pointer: '/', message: fault.message.slice(0, 300) },
    ])
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch (cause) {
    throw cacaoErrors.CACAO_INVALID('The text uses YAML aliases, which are not taken.', { cause })
  }
}

/** Throws CACAO_INVALID with every fault in its details. */
export const readPlaybook = (text: string): Playbook => {
  if (text.length > MAX_CHARACTERS) throw invalid('The text is larger than 1 MiB.', [])
  const document = parse(text)
  const faults = playbookFaults(document)
  const [first] = faults
  if (first !== undefined)
    throw invalid(
      `${first.pointer} ${first.message}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`,
      faults,
    )
  return document as Playbook
}
